// What is known of the inside of library classes: how a std::string or a Rust Vec is shown by pretty printing.
//
// The knowledge is data, in files *.shapes of the tapset folders (tapsets/libraries.shapes says how a line is read), so
// that users have their own in a folder of -I. A Shape is one line of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/types.h"
#include "runtime/common/result.h"

namespace coretap::probes {

/// The way from an object to something in it.
struct ShapePath {
  struct Step {
    enum Kind : uint8_t { Member, Base } kind = Member;
    std::string name;  ///< Base: a pattern
  };
  std::vector<Step> steps;
  std::optional<int64_t>
      word;  ///< the word at this distance from where the pointer at the end points
  unsigned template_type =
      0;  ///< not the thing itself: the type that its type's N-th argument is; from 1
};

struct Shape {
  enum Kind : uint8_t {
    Plain,
    Text,
    Array,
    Bits,
    Blocks,
    Tree,
    Chain,
    Optional,
    Pointer,
    Value
  } kind = Plain;
  std::string type;       ///< a pattern of full names
  bool is_keyed = false;  ///< Tree, Chain: of pairs of a key and a value
  std::map<std::string, ShapePath, std::less<>> paths;  ///< by key
  std::string none;                                     ///< Optional: what an empty one is shown as

  const ShapePath* path(std::string_view key) const {
    auto found = paths.find(key);
    return found == paths.end() ? nullptr : &found->second;
  }
};

/// Reads the lines of one file. A line that is wrong fails with "line N: …".
ct::Result<std::vector<Shape>> read_shapes(const std::string& text);

/// What a step leads to from an object of `type`, pointers not followed; nothing if there is no such member.
std::optional<debug::FoundMember> find_step(const debug::Type& type, const ShapePath::Step& step);
/// The type at the end of the path, as far as it is not a word; null if `from` has nothing there.
debug::TypePtr type_at(debug::TypePtr from, const ShapePath& path);
/// The shape of a struct or union: the first that matches its name and fits its members, or null.
const Shape* shape_of(const debug::TypePtr& type, const std::vector<Shape>& shapes);

}  // namespace coretap::probes
