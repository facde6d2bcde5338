// A location list says where a variable is from one address to another. Two things make it finer:
//
// - With location views (gcc's DW_AT_GNU_locviews) each end of an entry is an address and a view,
//   which numbers the statements that begin there. An entry may then be empty by its addresses and
//   still hold for some of these statements: "*p++" at the very entry of a function gives p's
//   first value such an entry. The views stand in the section of the list, two ULEB128 numbers for
//   each entry (the proposal is DWARF issue 170427.1).
// - Without them an entry that begins and ends at the entry of the function holds exactly there.
//   That is gdb's rule (dwarf2_find_location_expression), made for compilers that wrote
//   such entries before there were views.
#include "dwarf/location_list.h"

#include <dwarf.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "dwarf/die.h"

namespace coretap::debug {
namespace {

/// Where section offsets are counted from. In a .dwo file of DWARF 5, gcc counts from behind the header of .debug_loclists.dwo (its
/// loc_section_label), which is a length, a version, two sizes and a count.
uint64_t begin_of_lists(Dwarf_CU* unit, unsigned offset_size) {
  Dwarf_Half version = 0;
  uint8_t type = 0;
  if (dwarf_cu_info(unit, &version, &type, nullptr, nullptr, nullptr, nullptr, nullptr) != 0 ||
      version < 5 || type != DW_UT_split_compile)
    return 0;
  const unsigned length = offset_size == 8 ? 12 : 4;
  return length + sizeof(uint16_t) + 2 * sizeof(uint8_t) + sizeof(uint32_t);
}

/// A section offset as it is written in the attribute: libdw reads it only for attributes that it knows.
std::optional<uint64_t> written_offset(const Dwarf_Attribute& attr) {
  uint8_t size = 0;
  Dwarf_Die unit;
  if (attr.form != DW_FORM_sec_offset && attr.form != DW_FORM_data4 && attr.form != DW_FORM_data8)
    return std::nullopt;
  if (!dwarf_cu_die(attr.cu, &unit, nullptr, nullptr, nullptr, &size, nullptr, nullptr))
    return std::nullopt;
  const unsigned unit_size = size;
  if (attr.form == DW_FORM_data4) size = 4;
  if (attr.form == DW_FORM_data8) size = 8;
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++) value |= uint64_t{attr.valp[i]} << (8 * i);
  return value + begin_of_lists(attr.cu, unit_size);
}

struct ViewPair {
  uint32_t begin = 0, end = 0;
};

/// Reads one view pair after the other.
class ViewReader {
 public:
  /// `section` holds the lists.
  ViewReader(const Dwarf_Attribute& attr, std::basic_string_view<unsigned char> section) {
    const std::optional<uint64_t> offset = written_offset(attr);
    if (offset && *offset < section.size()) bytes_ = section.substr(*offset);
  }
  ViewReader() = default;
  bool has_views() const { return !bytes_.empty(); }
  ViewPair next() { return {number(), number()}; }

 private:
  uint32_t number() {
    uint64_t value = 0;
    for (unsigned shift = 0; !bytes_.empty(); shift += 7) {
      unsigned char byte = bytes_.front();
      bytes_.remove_prefix(1);
      if (shift < 32) value |= uint64_t{byte & 0x7fu} << shift;
      if (!(byte & 0x80)) break;
    }
    return static_cast<uint32_t>(value);
  }
  std::basic_string_view<unsigned char> bytes_;
};

}  // namespace

std::basic_string_view<unsigned char> LocationLists::section_of(const Dwarf_Attribute& attr) {
  Dwarf_Half version = 0;
  Dwarf_Die unit;
  if (!dwarf_cu_die(attr.cu, &unit, &version, nullptr, nullptr, nullptr, nullptr, nullptr))
    return {};
  Elf* elf = dwarf_getelf(dwarf_cu_getdwarf(attr.cu));
  auto [known, is_new] = sections_.try_emplace({elf, version >= 5});
  size_t names = 0;
  if (!is_new || elf_getshdrstrndx(elf, &names) != 0) return known->second;
  // libdw has expanded a compressed section already; of two names only one is there.
  const std::string wanted = version >= 5 ? ".debug_loclists" : ".debug_loc";
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (!name || (name != wanted && name != wanted + ".dwo" && name != ".z" + wanted.substr(1)))
      continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data || !data->d_buf) continue;
    known->second = {static_cast<unsigned char*>(data->d_buf), data->d_size};
    break;
  }
  return known->second;
}

const LocationLists::List& LocationLists::of(Dwarf_Attribute* attr, Dwarf_Attribute* views) {
  auto [known, is_new] = lists_.try_emplace(attr->valp);
  List& list = known->second;
  if (!is_new) return list;
  Entry entry{};
  list.is_expression = die_expression(attr, &entry.ops, &entry.count) == 0;
  if (list.is_expression) {
    list.entries.push_back(entry);
    return list;
  }
  ViewReader reader = views ? ViewReader(*views, section_of(*views)) : ViewReader();
  Dwarf_Addr base = 0, start = 0, end = 0;
  ptrdiff_t offset = 0;
  while ((offset = dwarf_getlocations(attr, offset, &base, &start, &end, &entry.ops,
                                      &entry.count)) > 0) {
    entry.start = start;
    entry.end = end;
    entry.has_views = reader.has_views();
    if (entry.has_views) {
      const ViewPair pair = reader.next();
      entry.begin_view = pair.begin;
      entry.end_view = pair.end;
    }
    list.entries.push_back(entry);
  }
  list.is_whole = offset == 0;
  list.entries.shrink_to_fit();
  return list;
}

std::optional<LocationOps> LocationLists::find(Dwarf_Attribute* attr, Dwarf_Attribute* views,
                                               CodePoint point, bool at_entry) {
  const List& list = of(attr, views);
  for (const Entry& entry : list.entries) {
    LocationOps found{entry.ops, entry.count};
    if (list.is_expression) return found;
    const auto [start, end] = std::pair(entry.start, entry.end);
    bool holds = false;
    if (entry.has_views) {
      holds = (start < point.pc || (start == point.pc && entry.begin_view <= point.view)) &&
              (point.pc < end || (point.pc == end && point.view < entry.end_view));
      found.ends_before_instruction = point.pc == end;
    } else {
      holds =
          (start <= point.pc && point.pc < end) || (at_entry && start == end && start == point.pc);
    }
    if (holds) return found;
  }
  return std::nullopt;
}

bool same_location(Dwarf_Attribute* attr, const LocationOps& a, const LocationOps& b) {
  if (a.count != b.count) return false;
  for (size_t i = 0; i < a.count; i++) {
    const Dwarf_Op &one = a.ops[i], &other = b.ops[i];
    if (one.atom != other.atom) return false;
    switch (one.atom) {
      // libdw gives these as pointers to their bytes.
      case DW_OP_implicit_value:
      case DW_OP_const_type:
      case DW_OP_GNU_const_type:
      case DW_OP_entry_value:
      case DW_OP_GNU_entry_value: {
        Dwarf_Attribute of_one, of_other;
        Dwarf_Block bytes, other_bytes;
        if (dwarf_getlocation_attr(attr, &one, &of_one) != 0 ||
            dwarf_getlocation_attr(attr, &other, &of_other) != 0 ||
            dwarf_formblock(&of_one, &bytes) != 0 ||
            dwarf_formblock(&of_other, &other_bytes) != 0 || bytes.length != other_bytes.length ||
            memcmp(bytes.data, other_bytes.data, bytes.length) != 0)
          return false;
        break;
      }
      default:
        if (one.number != other.number || one.number2 != other.number2) return false;
    }
  }
  return true;
}

}  // namespace coretap::debug
