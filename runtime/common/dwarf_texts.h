// Debug information that somebody else made, read by libdw, which takes for granted that each text in it has an end.
//
// A name or a path is found by its form. DW_FORM_strp and its like give an offset in a section of texts; libdw
// compares it with the section's size, but not whether a zero byte comes after it. DW_FORM_string is the text itself,
// among the attributes of the DIE; dwarf_formstring() gives its address and looks no further. So a damaged file could
// make its reader go on behind the section. begin_dwarf() refuses a section of texts whose last byte is not zero, which
// no producer writes, and die_text() has libdw find the end of a text that stands in a DIE.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

#include <initializer_list>
#include <string>

#include "runtime/common/elf_sections.h"
#include "runtime/common/result.h"

namespace ct {

/// Is it a section of texts whose last one has no end?
inline bool has_endless_text(Elf_Scn* section, const char* name, const GElf_Shdr& header) {
  for (const char* texts : {".debug_str", ".debug_line_str", ".zdebug_str", ".zdebug_line_str",
                            ".debug_str.dwo", ".zdebug_str.dwo"}) {
    if (strcmp(name, texts) != 0 || header.sh_type == SHT_NOBITS) continue;
    const Elf_Data* data = elf_getdata(section, nullptr);
    return data && data->d_size > 0 && static_cast<const char*>(data->d_buf)[data->d_size - 1] != 0;
  }
  return false;
}

/// Fails with a clause if a section of texts has an end without a zero byte. libdw must have decompressed the sections.
inline Status check_texts(Elf* elf) {
  std::string damaged;
  find_section(elf, [&](Elf_Scn* section, const char* name, const GElf_Shdr& header) {
    if (has_endless_text(section, name, header)) damaged = name;
    return !damaged.empty();
  });
  if (damaged.empty()) return {};
  return Status("the last text in its " + damaged + " has no end");
}

/// The debug information of an ELF file, for dwarf_end(). The ELF file must outlive it. The failure is a clause.
inline Result<Dwarf*> begin_dwarf(Elf* elf) {
  Dwarf* dwarf = dwarf_begin_elf(elf, DWARF_C_READ, nullptr);
  if (!dwarf) return Status(dwarf_errmsg(-1));
  Status whole = check_texts(elf);
  if (whole) return dwarf;
  dwarf_end(dwarf);
  return whole;
}

/// The text of an attribute of the DIE, or of those that it is a copy or the definition of
/// (DW_AT_abstract_origin, DW_AT_specification; for a split unit, its skeleton: see
/// dwarf_attr_integrate()). It lives as long as the Dwarf, which begin_dwarf() has made. nullptr:
/// there is none, or it is damaged.
inline const char* die_text(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute found;
  if (!dwarf_attr_integrate(die, name, &found)) return nullptr;
  if (dwarf_whatform(&found) != DW_FORM_string) return dwarf_formstring(&found);

  Dwarf_Die owner = *die;
  Dwarf_Attribute attribute;
  for (int hops = 0; hops < 16 && !dwarf_hasattr(&owner, name); ++hops) {
    Dwarf_Attribute* next = dwarf_attr(&owner, DW_AT_abstract_origin, &attribute);
    if (!next) next = dwarf_attr(&owner, DW_AT_specification, &attribute);
    if (!next || !dwarf_formref_die(next, &owner)) break;
  }
  if (!dwarf_hasattr(&owner, name) &&
      !dwarf_cu_die(found.cu, &owner, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr))
    return nullptr;
  // To go on to the next attribute, libdw must know how long each one is.
  constexpr auto go_on = [](Dwarf_Attribute*, void*) -> int { return DWARF_CB_OK; };
  constexpr ptrdiff_t kAll = 1;
  return dwarf_getattrs(&owner, go_on, nullptr, 0) == kAll ? dwarf_formstring(&found) : nullptr;
}

}  // namespace ct
