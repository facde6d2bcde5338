// Small readers of one libdw DIE, each tolerant of missing or damaged attributes.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "runtime/common/dwarf_texts.h"

namespace coretap::debug {

/// Corrupt DWARF can nest or refer in circles: no walk goes deeper than this.
constexpr int kMaxDieDepth = 256;

/// Calls `visit` for each direct child until it returns false.
template <typename Visitor>
void for_each_child(Dwarf_Die* parent, Visitor&& visit) {
  Dwarf_Die child;
  if (dwarf_child(parent, &child) != 0) return;
  do {
    if (!visit(&child)) return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

/// The DIE that a reference attribute of `die` itself points to.
inline std::optional<Dwarf_Die> die_ref(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute attr;
  Dwarf_Die target;
  if (!dwarf_attr(die, attribute, &attr) || !dwarf_formref_die(&attr, &target)) return std::nullopt;
  return target;
}

/// The same, also looked for in the abstract origin and specification.
inline std::optional<Dwarf_Die> die_ref_integrated(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute attr;
  Dwarf_Die target;
  if (!dwarf_attr_integrate(die, attribute, &attr) || !dwarf_formref_die(&attr, &target))
    return std::nullopt;
  return target;
}

/// The DIE with the name and the declaration: the end of the abstract_origin/specification chain.
inline Dwarf_Die die_origin(Dwarf_Die die) {
  for (int hops = 0; hops < 16; hops++) {
    auto next = die_ref(&die, DW_AT_abstract_origin);
    if (!next) next = die_ref(&die, DW_AT_specification);
    if (!next) break;
    die = *next;
  }
  return die;
}

/// The operations of an attribute that is a location expression, as dwarf_getlocation() gives them: 0, or -1 if it is not one.
/// libdw accepts a block only up to DWARF 3 (attr_ok() of dwarf_getlocation.c), as DWARF 4 §7.5.4 says; but Go also writes
/// blocks in DWARF 4. Up to a length of 127 both forms are written alike.
inline int die_expression(Dwarf_Attribute* attr, Dwarf_Op** ops, size_t* count) {
  Dwarf_Attribute expression = *attr;
  Dwarf_Block block;
  const bool is_block = attr->form == DW_FORM_block || attr->form == DW_FORM_block1;
  if (is_block && dwarf_formblock(attr, &block) == 0 && block.length < 0x80)
    expression.form = DW_FORM_exprloc;
  return dwarf_getlocation(&expression, ops, count);
}

inline bool die_flag(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute attr;
  bool value = false;
  return dwarf_attr_integrate(die, attribute, &attr) && dwarf_formflag(&attr, &value) == 0 && value;
}

/// A flag of the DIE itself (a definition does not inherit DW_AT_declaration).
inline bool die_own_flag(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute attr;
  bool value = false;
  return dwarf_attr(die, attribute, &attr) && dwarf_formflag(&attr, &value) == 0 && value;
}

inline std::optional<uint64_t> die_unsigned(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute attr;
  Dwarf_Word value;
  if (!dwarf_attr_integrate(die, attribute, &attr) || dwarf_formudata(&attr, &value) != 0)
    return std::nullopt;
  return value;
}

using ct::die_text;

/// Name (own or inherited), or nullptr.
inline const char* die_given_name(Dwarf_Die* die) { return die_text(die, DW_AT_name); }

/// Name (own or inherited), or "".
inline const char* die_name(Dwarf_Die* die) {
  const char* name = die_given_name(die);
  return name ? name : "";
}

/// Does the DIE itself own machine code?
inline bool die_has_code(Dwarf_Die* die) {
  Dwarf_Attribute attr;
  return dwarf_attr(die, DW_AT_low_pc, &attr) || dwarf_attr(die, DW_AT_ranges, &attr) ||
         dwarf_attr(die, DW_AT_entry_pc, &attr);
}

/// Calls `visit(lo, hi)` for each non-empty address range, in the order in which they are listed
/// (the first is the hot part of a function that the compiler split).
template <typename Visitor>
void for_each_range(Dwarf_Die* die, Visitor&& visit) {
  Dwarf_Addr base = 0, start = 0, end = 0;
  ptrdiff_t offset = 0;
  while ((offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0)
    if (start < end) visit(start, end);
}

/// Where execution of a function or of an inlined copy begins.
inline std::optional<uint64_t> die_entry_pc(Dwarf_Die* die) {
  Dwarf_Addr address;
  if (dwarf_entrypc(die, &address) == 0) return address;
  std::optional<uint64_t> first;
  for_each_range(die, [&](uint64_t start, uint64_t) {
    if (!first) first = start;
  });
  return first;
}

}  // namespace coretap::debug
