// @cast(value, "type"[, "module"])->… and `x->…`, which takes the type from where x came from.
#include "probes/families.h"
#include "probes/scope_base.h"
#include "probes/split_files.h"

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

/// "struct a", "a_t", and "a" for a struct, union or enum a. A class is a struct here.
template <typename Lookup>
debug::TypePtr look_up(const std::string& name, Lookup&& lookup) {
  if (const std::string_view keyword = "class "; name.starts_with(keyword))
    return lookup("struct " + name.substr(keyword.size()));
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

/// The program that a cast or constant names, or null with the problem.
std::shared_ptr<debug::Module> named_object(const std::string& module, const Span& at,
                                            ResolveContext& context, Problem& problem) {
  std::string path = context.lookups.program(module);
  Diagnostics::Attempt attempt(context.diagnostics);
  auto object = path.empty() ? nullptr : context.object(path, at);
  attempt.drop();
  if (!object) problem = {"no-such-object", at, "cannot find object '" + module + "'", {}};
  return object;
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
    if (context.input.portable) {
      problem = {"not-portable",
                 cast.span,
                 "the type's layout comes from one build of '" + module + "'",
                 {"--portable allows types of the kernel only: @cast(…, \"TYPE\", \"kernel\")"}};
      continue;
    }
    auto object = named_object(module, cast.span, context, problem);
    if (!object) continue;
    debug::TypePtr type =
        look_up(cast.type_name, [&](const std::string& name) { return object->type_named(name); });
    if (type) return CastType{type, false};
    problem = unknown_type(cast, object->path());
    problem.hints = split_file_hints(*object);
  }
  return std::nullopt;
}

namespace {

/// A cast reads its operand as a pointer to the type, unless the type is a pointer already.
debug::TypePtr pointer_of_cast(const debug::TypePtr& type) {
  return type->kind() == debug::TypeKind::Pointer ? type : pointer_to(type);
}

std::optional<ir::Operand> lower_value(const ast::Cast& cast, ir::Operand value,
                                       const ValueType& base, ContextLowering& to) {
  Root root;
  root.type = base.type;
  root.emit = [&](PlaceEmitter&) {
    Place place;
    place.kind = Place::Value;
    place.type = root.type;
    place.base = value;
    place.space = base.is_kernel ? ir::Space::Kernel : ir::Space::User;
    place.relocated = base.is_kernel;
    return place;
  };
  if (cast.components.empty()) return value;
  return lower_components(root, "@cast", cast.span, cast.address_of, cast.components, {}, to);
}

}  // namespace

std::optional<ir::Operand> lower_cast(const ast::Cast& cast, ir::Operand value, ContextScope* scope,
                                      ResolveContext& context, ContextLowering& to) {
  Problem problem;
  std::optional<CastType> found = find_cast_type(cast, scope, context, problem);
  if (!found) {
    report(problem, to.diagnostics());
    return std::nullopt;
  }
  return lower_value(cast, value, {pointer_of_cast(found->type), found->is_kernel}, to);
}

std::optional<ir::Operand> lower_autocast(const ast::Cast& cast, ir::Operand value,
                                          const ValueType& base, ContextLowering& to) {
  // The value of an array or a structure is its address.
  ValueType pointer = base;
  if (base.type->kind() == debug::TypeKind::Array) pointer.type = pointer_to(base.type->target());
  if (pointer.type->kind() == debug::TypeKind::Pointer)
    return lower_value(cast, value, pointer, to);
  to.diagnostics()
      .semantic_error(
          "autocast-type", cast.span,
          "this dereferences a value of type '" + spelling(base.type) + "', which is not a pointer")
      .hint("name the type that it points to: @cast(value, \"TYPE\")->…");
  return std::nullopt;
}

std::optional<ValueType> member_type(const ValueType& base, const ast::Cast& cast) {
  Problem problem;
  std::optional<AccessPlan> plan = plan_access(base.type, cast.components, problem);
  if (!plan || plan->pretty) return std::nullopt;
  debug::TypePtr type = type_of(plan->result);
  if (!type) return std::nullopt;
  return ValueType{cast.address_of ? pointer_to(type) : type, base.is_kernel};
}

std::optional<ValueType> value_type(const ast::Expr& expr, ContextScope* scope,
                                    ResolveContext& context) {
  if (expr.kind == ast::ExprKind::Cast) {
    auto& cast = static_cast<const ast::Cast&>(expr);
    Problem problem;
    std::optional<CastType> found = find_cast_type(cast, scope, context, problem);
    if (!found) return std::nullopt;
    ValueType base{pointer_of_cast(found->type), found->is_kernel};
    return cast.components.empty() ? base : member_type(base, cast);
  }
  auto* own = dynamic_cast<VariableScope*>(scope);
  debug::TypePtr type = own ? own->type_of(expr) : nullptr;
  if (!type) return std::nullopt;
  bool address = expr.kind == ast::ExprKind::Target
                     ? static_cast<const ast::Target&>(expr).address_of
                     : static_cast<const ast::AtVar&>(expr).address_of;
  return ValueType{address ? pointer_to(type) : type, own->is_kernel()};
}

std::optional<ValueType> named_type(const ast::Cast& cast, ContextScope* scope,
                                    ResolveContext& context, ContextLowering& to) {
  Problem problem;
  std::optional<CastType> found = find_cast_type(cast, scope, context, problem);
  if (found) return ValueType{found->type, found->is_kernel};
  report(problem, to.diagnostics());
  return std::nullopt;
}

std::optional<int64_t> named_enumerator(const std::string& name, const std::string& modules,
                                        const Span& at, ResolveContext& context,
                                        ContextLowering& to) {
  Problem problem{"unknown-constant",
                  at,
                  "there is no constant '" + name + "' in the enums of '" + modules + "'",
                  {}};
  for (const std::string& module : split(modules)) {
    std::optional<int64_t> value;
    if (is_kernel_module(module)) {
      if (auto btf = context.kernel_btf(at)) value = btf->enumerator(name);
    } else if (auto object = named_object(module, at, context, problem)) {
      value = object->enumerator(name);
    }
    if (value) return value;
  }
  report(problem, to.diagnostics());
  return std::nullopt;
}

std::optional<ValueType> kernel_pointer(const std::string& name, const Span& at,
                                        ResolveContext& context) {
  std::shared_ptr<debug::KernelBtf> btf = context.kernel_btf(at);
  if (!btf) return std::nullopt;
  debug::TypePtr type =
      look_up(name, [&](const std::string& full) { return btf->type_named(full); });
  if (!type) return std::nullopt;
  return ValueType{pointer_to(type), true};
}

}  // namespace coretap::probes
