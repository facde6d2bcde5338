// Which entry of a location list holds at a point.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dwarf/location.h"

namespace coretap::debug {

/// The operations of one location; owned by libdw.
struct LocationOps {
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  /// The entry ends at a view of the point's address: it says nothing about the instruction there.
  bool ends_before_instruction = false;
};

/// What the location attributes of one object say, each read once: a listing asks the same variables at every line.
class LocationLists {
 public:
  /// The location in `attr` (an expression or a list) that holds at `point`, or nothing. `views` is the variable's
  /// DW_AT_GNU_locviews, or null. `at_entry`: the point is the first instruction of its function.
  std::optional<LocationOps> find(Dwarf_Attribute* attr, Dwarf_Attribute* views, CodePoint point,
                                  bool at_entry);

  struct Entry {
    uint64_t start, end;
    Dwarf_Op* ops;  ///< libdw's
    size_t count;
    bool has_views;
    uint32_t begin_view, end_view;
  };
  struct List {
    bool is_expression = false;  ///< the only entry is one, and holds everywhere
    bool is_whole = true;        ///< libdw could read all of it
    std::vector<Entry> entries;
  };
  /// All of it, as far as libdw can read it.
  const List& of(Dwarf_Attribute* attr, Dwarf_Attribute* views);

  /// The lines of its own file in which a variable has a place.
  struct VisibleLines {
    bool is_known = false;  ///< libdw could read the whole list
    std::string file;
    std::vector<uint32_t> lines;  ///< sorted
  };
  std::unordered_map<const void*, VisibleLines> visible;  ///< by DIE; location.cpp fills it

 private:
  /// The bytes of the section of `attr`'s file that holds its location lists; empty if there is none.
  std::basic_string_view<unsigned char> section_of(const Dwarf_Attribute& attr);

  std::map<std::pair<Elf*, bool>, std::basic_string_view<unsigned char>>
      sections_;                                 ///< of DWARF 5 (true) or older
  std::unordered_map<const void*, List> lists_;  ///< by where the attribute is in the file
};

/// Do two lists of operations say the same?
bool same_location(Dwarf_Attribute* attr, const LocationOps& a, const LocationOps& b);

}  // namespace coretap::debug
