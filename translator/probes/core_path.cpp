#include "probes/core_path.h"

#include <algorithm>

namespace coretap::probes {

using debug::TypeKind;

namespace {

std::string integer_type(uint64_t size, bool is_signed) {
  std::string name = size == 1 ? "char" : size == 2 ? "short" : size == 4 ? "int" : "long long";
  return (is_signed ? "signed " : "unsigned ") + name;
}

/// C text that declares `name` with the kind and size of `type`. `unique` makes enumerator names.
std::string declare(const debug::TypePtr& type, const std::string& name,
                    const std::string& unique) {
  switch (type ? type->kind() : TypeKind::Void) {
    case TypeKind::Int:
    case TypeKind::Char:
    case TypeKind::Bool: return integer_type(type->byte_size(), type->is_signed()) + " " + name;
    case TypeKind::Enum:
      return "enum { ct_enum_" + unique + (type->is_signed() ? " = -1" : "") + " } " + name;
    case TypeKind::Float:
      return (type->byte_size() == 4   ? "float "
              : type->byte_size() == 8 ? "double "
                                       : "long double ") +
             name;
    case TypeKind::Struct: return "struct { char ct_dummy; } " + name;
    case TypeKind::Union: return "union { char ct_dummy; } " + name;
    case TypeKind::Array: {
      std::string text = name;
      for (uint64_t count : type->array_counts())
        text += "[" + std::to_string(std::max<uint64_t>(count, 1)) + "]";
      return declare(type->target(), text, unique);
    }
    default: break;
  }
  return "void *" + name;
}

/// Declares the path from `at` on, nested as deep as it goes.
std::string declare_path(const std::vector<CoreStep>& path, size_t at, const std::string& unique) {
  const debug::Member& member = path[at].member;
  size_t next = at + 1;
  while (next < path.size() && path[next].index >= 0) next++;
  if (next < path.size()) {
    std::string dims;
    debug::TypePtr type = member.type;
    if (type->kind() == TypeKind::Array) {
      for (uint64_t count : type->array_counts())
        dims += "[" + std::to_string(std::max<uint64_t>(count, 1)) + "]";
      type = type->target();
    }
    return (type->kind() == TypeKind::Union ? "union { " : "struct { ") +
           declare_path(path, next, unique) + " } " + member.name + dims + ";";
  }
  std::string text = declare(member.type, member.name, unique);
  if (member.bit_size != 0) text += " : " + std::to_string(member.bit_size);
  return text + ";";
}

void add_member(ir::Module& module, const std::string& type, const std::string& member,
                std::string declaration) {
  auto found = std::find_if(module.core_types.begin(), module.core_types.end(),
                            [&](const ir::CoreType& known) { return known.name == type; });
  if (found == module.core_types.end()) {
    module.core_types.push_back({type, {}});
    found = std::prev(module.core_types.end());
  }
  for (const ir::CoreType::Member& known : found->members)
    if (known.name == member) return;
  found->members.push_back({member, std::move(declaration)});
}

}  // namespace

std::shared_ptr<const ir::CoreAccess> make_core_access(const Place& place, ir::Module& module) {
  auto access = std::make_shared<ir::CoreAccess>();
  access->type = place.core_root;
  std::string unique = place.core_root.substr(place.core_root.find(' ') + 1);
  std::string names;
  size_t members = 0;
  for (const CoreStep& step : place.core_path) {
    access->steps.push_back(
        {step.index >= 0 ? "" : step.member.name, std::max<int64_t>(step.index, 0)});
    if (step.index >= 0) continue;
    names += "_" + step.member.name;
    members++;
  }
  access->is_bitfield = place.bit_size != 0;
  // What is behind "___" is not a part of the name to libbpf. So these types are not those that the kernel's headers for user space
  // define otherwise (pt_regs, bpf_sock). A bit field has a type of its own: beside other fields than in the kernel it may be
  // laid out so that clang cannot read it.
  access->type += members > 1 || access->is_bitfield ? "__" + names : "___ct";
  debug::TypePtr type = type_of(place);
  access->size = type ? static_cast<uint32_t>(type->byte_size()) : 0;
  access->is_signed = type && type->is_signed();
  add_member(module, access->type, place.core_path.front().member.name,
             declare_path(place.core_path, 0, unique + names));
  return access;
}

}  // namespace coretap::probes
