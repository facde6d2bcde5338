#include "dwarf/types.h"

#include <algorithm>

namespace coretap::debug {
namespace {

/// Anonymous members nest only as deep as somebody wrote them; a cycle means corrupt data.
constexpr int kMaxNesting = 32;

bool find_in(const Type& type, const std::string& name, int depth, FoundMember& found) {
  if (depth > kMaxNesting) return false;
  std::vector<Member> members = type.members();
  for (const Member& member : members) {
    if (member.name != name) continue;
    found.path.push_back(member);
    found.byte_offset += member.byte_offset;
    return true;
  }
  for (const Member& member : members) {
    if (!member.name.empty() || !member.type) continue;
    FoundMember inner = found;
    inner.path.push_back(member);
    inner.byte_offset += member.byte_offset;
    if (!find_in(*member.type, name, depth + 1, inner)) continue;
    found = std::move(inner);
    return true;
  }
  return false;
}

void collect_names(const Type& type, int depth, std::vector<std::string>& names) {
  if (depth > kMaxNesting) return;
  for (const Member& member : type.members()) {
    if (!member.name.empty())
      names.push_back(member.name);
    else if (member.type)
      collect_names(*member.type, depth + 1, names);
  }
}

}  // namespace

bool Type::is_scalar() const {
  switch (kind()) {
    case TypeKind::Int:
    case TypeKind::Bool:
    case TypeKind::Char:
    case TypeKind::Enum:
    case TypeKind::Pointer: return byte_size() <= 8;
    default: return false;
  }
}

ct::Result<LocExprPtr> Type::array_count_at(size_t, CodePoint) const { return nullptr; }

bool FoundMember::is_constant() const {
  return std::none_of(path.begin(), path.end(), [](const Member& step) { return step.address; });
}

const std::string& FoundMember::problem() const {
  for (const Member& step : path)
    if (!step.problem.empty()) return step.problem;
  return leaf().problem;
}

std::optional<FoundMember> find_member(const Type& type, const std::string& name) {
  FoundMember found;
  if (name.empty() || !find_in(type, name, 0, found)) return std::nullopt;
  return found;
}

std::vector<std::string> member_names(const Type& type) {
  std::vector<std::string> names;
  collect_names(type, 0, names);
  return names;
}

}  // namespace coretap::debug
