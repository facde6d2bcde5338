#include "probes/shapes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "dwarf/functions.h"

namespace coretap::probes {

namespace {

/// The kinds as they are written, with the keys that each needs and those that it may have.
struct KindRow {
  std::string_view name;
  Shape::Kind kind;
  bool is_keyed;
  std::string_view needs, may;  ///< with blanks around each
};
constexpr std::array kKinds{
    KindRow{"plain", Shape::Plain, false, "", ""},
    KindRow{"text", Shape::Text, false, " data size ", ""},
    KindRow{"array", Shape::Array, false, " data ", " size end room last of "},
    KindRow{"bits", Shape::Bits, false, " data skip end more of ", ""},
    KindRow{"blocks", Shape::Blocks, false, " block data begin end last-block last last-begin ",
            ""},
    KindRow{"tree", Shape::Tree, false, " size first left right up of ", ""},
    KindRow{"chain", Shape::Chain, false, " size first next of ", ""},
    KindRow{"map-tree", Shape::Tree, true, " size first left right up of ", ""},
    KindRow{"map-chain", Shape::Chain, true, " size first next of ", ""},
    KindRow{"optional", Shape::Optional, false, " when value none ", ""},
    KindRow{"pointer", Shape::Pointer, false, " to ", ""},
    KindRow{"value", Shape::Value, false, " of ", ""},
};

bool has_key(std::string_view keys, const std::string& key) {
  return keys.find(" " + key + " ") != std::string_view::npos;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

/// "a.<b*>.c", "a@-24", "a:2", ":1"; nothing if it cannot be read.
std::optional<ShapePath> read_path(std::string_view text) {
  ShapePath path;
  if (const size_t mark = text.rfind(':'); mark != std::string_view::npos) {
    if (!read_number(text.substr(mark + 1), path.template_type) || path.template_type == 0)
      return std::nullopt;
    text = text.substr(0, mark);
    if (text.empty()) return path;
  }
  if (const size_t mark = text.rfind('@'); mark != std::string_view::npos) {
    if (!read_number(text.substr(mark + 1), path.word.emplace())) return std::nullopt;
    text = text.substr(0, mark);
  }
  while (true) {
    const size_t end = std::min(text.find('.'), text.size());
    std::string_view step = text.substr(0, end);
    const bool is_base = step.size() > 2 && step.front() == '<' && step.back() == '>';
    if (is_base) step = step.substr(1, step.size() - 2);
    if (step.empty()) return std::nullopt;
    path.steps.push_back(
        {is_base ? ShapePath::Step::Base : ShapePath::Step::Member, std::string(step)});
    if (end == text.size()) return path;
    text = text.substr(end + 1);
  }
}

/// What is wrong with the line, or nothing.
std::optional<std::string> read_line(const std::string& line, Shape& shape) {
  const size_t end = line.find('"', 1);
  if (line[0] != '"' || end == std::string::npos) return "the type's name must be in quotes";
  shape.type = line.substr(1, end - 1);
  std::istringstream words(line.substr(end + 1));
  std::string word;
  words >> word;
  const auto* row = std::ranges::find(kKinds, word, &KindRow::name);
  if (row == kKinds.end()) return "there is no kind '" + word + "'";
  shape.kind = row->kind;
  shape.is_keyed = row->is_keyed;
  std::string keys = " ";
  while (words >> word) {
    const size_t mark = word.find('=');
    const std::string key = word.substr(0, mark);
    if (mark == std::string::npos || !(has_key(row->needs, key) || has_key(row->may, key)))
      return "'" + std::string(row->name) + "' has no '" + key + "='";
    keys += key + " ";
    const std::string value = word.substr(mark + 1);
    if (key == "none") {
      shape.none = value;
      continue;
    }
    std::optional<ShapePath> path = read_path(value);
    if (!path) return "'" + word + "' is not a path";
    shape.paths[key] = *std::move(path);
  }
  std::istringstream needs{std::string(row->needs)};
  while (needs >> word)
    if (!has_key(keys, word)) return "'" + std::string(row->name) + "' needs '" + word + "='";
  if (shape.kind == Shape::Array && !shape.path("size") && !shape.path("end"))
    return std::string("'array' needs 'size=' or 'end='");
  return std::nullopt;
}

/// Type of what a step or pointer leads to.
debug::TypePtr followed(debug::TypePtr type) {
  return type && type->kind() == debug::TypeKind::Pointer ? type->target() : type;
}

bool fits(const debug::TypePtr& type, const Shape& shape) {
  return std::ranges::all_of(shape.paths, [&](const auto& entry) {
    // The links of nodes are members of the node.
    const bool is_link = entry.first == "left" || entry.first == "right" || entry.first == "up" ||
                         entry.first == "next";
    debug::TypePtr from = type;
    if (is_link) from = followed(type_at(type, *shape.path("first")));
    return type_at(from, entry.second) != nullptr;
  });
}

constexpr int kMaxBases = 16;

bool find_base(const debug::Type& type, const std::string& pattern, int depth,
               debug::FoundMember& found) {
  if (depth > kMaxBases) return false;
  for (const debug::Member& member : type.members()) {
    if (!member.name.empty() || !member.type) continue;
    debug::FoundMember inner = found;
    inner.path.push_back(member);
    inner.byte_offset += member.byte_offset;
    if (!debug::glob_matches(pattern, member.type->name().c_str()) &&
        !find_base(*member.type, pattern, depth + 1, inner))
      continue;
    found = std::move(inner);
    return true;
  }
  return false;
}

}  // namespace

ct::Result<std::vector<Shape>> read_shapes(const std::string& text) {
  std::vector<Shape> shapes;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); number++) {
    if (line.find_first_not_of(" \t\r") == std::string::npos || line[0] == '#') continue;
    Shape shape;
    if (std::optional<std::string> problem = read_line(line, shape))
      return ct::Status("line " + std::to_string(number) + ": " + *problem);
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::optional<debug::FoundMember> find_step(const debug::Type& type, const ShapePath::Step& step) {
  if (step.kind == ShapePath::Step::Member) return debug::find_member(type, step.name);
  debug::FoundMember found;
  if (!find_base(type, step.name, 0, found)) return std::nullopt;
  return found;
}

debug::TypePtr type_at(debug::TypePtr from, const ShapePath& path) {
  for (const ShapePath::Step& step : path.steps) {
    from = followed(std::move(from));
    std::optional<debug::FoundMember> found;
    if (from) found = find_step(*from, step);
    if (!found || !found->problem().empty()) return nullptr;
    from = found->leaf().type;
  }
  if (path.word && (!from || from->kind() != debug::TypeKind::Pointer)) return nullptr;
  if (path.template_type == 0 || !from) return from;
  std::vector<debug::TypePtr> types = from->template_types();
  return path.template_type <= types.size() ? types[path.template_type - 1] : nullptr;
}

const Shape* shape_of(const debug::TypePtr& type, const std::vector<Shape>& shapes) {
  const std::string name = type->full_name();
  if (name.empty()) return nullptr;
  for (const Shape& shape : shapes)
    if (debug::glob_matches(shape.type, name.c_str()) && fits(type, shape)) return &shape;
  return nullptr;
}

}  // namespace coretap::probes
