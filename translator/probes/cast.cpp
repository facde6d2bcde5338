// @cast(value, "type"[, "module"])->…
#include "probes/families.h"
#include "probes/scope_base.h"

namespace coretap::probes {

namespace {

/// A pointer that no debug information holds.
class PointerType : public debug::Type {
 public:
  explicit PointerType(debug::TypePtr target) : target_(std::move(target)) {}
  debug::TypeKind kind() const override { return debug::TypeKind::Pointer; }
  std::string name() const override { return ""; }
  std::string spelling() const override { return probes::spelling(target_) + "*"; }
  uint64_t byte_size() const override { return 8; }
  bool is_signed() const override { return false; }
  debug::TypePtr target() const override { return target_; }
  std::vector<uint64_t> array_counts() const override { return {}; }
  std::vector<debug::Member> members() const override { return {}; }
  std::vector<std::pair<std::string, int64_t>> enumerators() const override { return {}; }

 private:
  debug::TypePtr target_;
};

/// "struct a", "a_t", and "a" for a struct, union or enum a.
template <typename Lookup>
debug::TypePtr look_up(const std::string& name, Lookup&& lookup) {
  for (const char* prefix : {"", "struct ", "union ", "enum "})
    if (debug::TypePtr type = lookup(prefix + name)) return type;
  return nullptr;
}

bool is_kernel_module(const std::string& module) {
  return module == "kernel" || module.starts_with("kernel<");
}

Problem unknown_type(const ast::Cast& cast, const std::string& where) {
  return {"no-such-type", cast.span, "there is no type '" + cast.type_name + "' in " + where, {}};
}

std::optional<CastType> kernel_type(const ast::Cast& cast, ResolveContext& context,
                                    Problem& problem) {
  std::shared_ptr<debug::KernelBtf> btf = context.kernel_btf(cast.span);
  if (!btf) {
    problem = {"no-such-type", cast.span, "the kernel's types cannot be read", {}};
    return std::nullopt;
  }
  debug::TypePtr type =
      look_up(cast.type_name, [&](const std::string& name) { return btf->type_named(name); });
  if (type) return CastType{type, true};
  problem = unknown_type(cast, "the kernel");
  return std::nullopt;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(':', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

debug::TypePtr pointer_to(debug::TypePtr target) {
  return std::make_shared<PointerType>(std::move(target));
}

std::optional<CastType> find_cast_type(const ast::Cast& cast, ContextScope* scope,
                                       ResolveContext& context, Problem& problem) {
  auto* own = dynamic_cast<VariableScope*>(scope);
  if (cast.module.empty()) {
    if (!own || own->is_kernel()) return kernel_type(cast, context, problem);
    debug::TypePtr type =
        look_up(cast.type_name, [&](const std::string& name) { return own->type_named(name); });
    if (type) return CastType{type, false};
    problem = unknown_type(cast, "the probed program");
    problem.hints.push_back("name the object that has it: @cast(…, \"" + cast.type_name +
                            "\", \"PATH\") or \"kernel\"");
    return std::nullopt;
  }
  for (const std::string& module : split(cast.module)) {
    if (is_kernel_module(module)) {
      if (auto found = kernel_type(cast, context, problem)) return found;
      continue;
    }
    if (context.portable) {
      problem = {"not-portable",
                 cast.span,
                 "the type's layout comes from one build of '" + module + "'",
                 {"--portable allows types of the kernel only: @cast(…, \"TYPE\", \"kernel\")"}};
      continue;
    }
    std::string path = debug::find_executable(module);
    size_t mark = context.diagnostics.all().size();
    auto object = path.empty() ? nullptr : context.object(path, cast.span);
    context.diagnostics.truncate(mark);
    if (!object) {
      problem = {"no-such-object", cast.span, "cannot find object '" + module + "'", {}};
      continue;
    }
    debug::TypePtr type =
        look_up(cast.type_name, [&](const std::string& name) { return object->type_named(name); });
    if (type) return CastType{type, false};
    problem = unknown_type(cast, object->path());
  }
  return std::nullopt;
}

std::optional<ir::Operand> lower_cast(const ast::Cast& cast, ir::Operand value, ContextScope* scope,
                                      ResolveContext& context, ContextLowering& to) {
  Problem problem;
  std::optional<CastType> found = find_cast_type(cast, scope, context, problem);
  if (!found) {
    report(problem, to.diagnostics());
    return std::nullopt;
  }
  Root root;
  bool is_pointer = found->type->kind() == debug::TypeKind::Pointer;
  root.type = is_pointer ? found->type : pointer_to(found->type);
  root.emit = [&](PlaceEmitter&) {
    Place place;
    place.kind = Place::Value;
    place.type = root.type;
    place.base = value;
    place.space = found->is_kernel ? ir::Space::Kernel : ir::Space::User;
    place.relocated = found->is_kernel;
    return place;
  };
  if (cast.components.empty()) return value;
  return lower_components(root, "@cast", cast.span, cast.address_of, cast.components, {}, to);
}

}  // namespace coretap::probes
