// @cast(value, "type"[, "module"])->… and `x->…`, which takes the type from where x came from.
#include <algorithm>

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

/// Does a cast's module name types of the kernel or of one of its modules? If so, where they are: null (reported) if they cannot
/// be read.
std::optional<std::shared_ptr<debug::KernelBtf>> kernel_types(const std::string& module,
                                                              const Span& at,
                                                              ResolveContext& context) {
  if (module == "kernel" || module.starts_with("kernel<")) return context.kernel_btf(at);
  if (module.find('/') != std::string::npos) return std::nullopt;
  const std::vector<std::string> modules = context.kernel_modules();
  if (std::find(modules.begin(), modules.end(), module) == modules.end()) return std::nullopt;
  return context.module_btf(module, at);
}

Diagnostic unknown_type(const ast::Cast& cast, const std::string& where) {
  return semantic_problem("no-such-type", cast.span,
                          "there is no type '" + cast.type_name + "' in " + where);
}

Diagnostic unknown_object(const std::string& module, const Span& at) {
  return semantic_problem("no-such-object", at, "cannot find object '" + module + "'");
}

ct::Result<CastType, Diagnostic> kernel_type(const ast::Cast& cast,
                                             const std::shared_ptr<debug::KernelBtf>& btf,
                                             const std::string& where) {
  if (!btf) return semantic_problem("no-such-type", cast.span, "the kernel's types cannot be read");
  debug::TypePtr type =
      look_up(cast.type_name, [&](const std::string& name) { return btf->type_named(name); });
  if (type) return CastType{type, true};
  return unknown_type(cast, where);
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

/// The type in one of the modules that a cast names.
ct::Result<CastType, Diagnostic> type_in_module(const ast::Cast& cast, const std::string& module,
                                                ResolveContext& context) {
  if (auto btf = kernel_types(module, cast.span, context))
    return kernel_type(
        cast, *btf,
        *btf == context.kernel_btf(cast.span) ? "the kernel" : "module '" + module + "'");
  if (context.input.portable)
    return semantic_problem(
        "not-portable", cast.span, "the type's layout comes from one build of '" + module + "'",
        {"--portable allows types of the kernel only: @cast(…, \"TYPE\", \"kernel\")"});
  std::shared_ptr<debug::Module> object = context.named_object(module);
  if (!object) return unknown_object(module, cast.span);
  debug::TypePtr type =
      look_up(cast.type_name, [&](const std::string& name) { return object->type_named(name); });
  if (type) return CastType{type, false};
  Diagnostic problem = unknown_type(cast, object->path());
  problem.hints = split_file_hints(*object);
  return problem;
}

}  // namespace

debug::TypePtr pointer_to(debug::TypePtr target) {
  return std::make_shared<PointerType>(std::move(target));
}

ct::Result<CastType, Diagnostic> find_cast_type(const ast::Cast& cast, ContextScope* scope,
                                                ResolveContext& context) {
  auto* own = dynamic_cast<VariableScope*>(scope);
  if (cast.module.empty()) {
    if (!own || own->is_kernel())
      return kernel_type(cast, context.kernel_btf(cast.span), "the kernel");
    debug::TypePtr type =
        look_up(cast.type_name, [&](const std::string& name) { return own->type_named(name); });
    if (type) return CastType{type, false};
    return unknown_type(cast, "the probed program")
        .hint("name the object that has it: @cast(…, \"" + cast.type_name +
              "\", \"PATH\") or \"kernel\"");
  }
  ct::Result<CastType, Diagnostic> found = unknown_object(cast.module, cast.span);
  for (const std::string& module : split(cast.module)) {
    found = type_in_module(cast, module, context);
    if (found) break;
  }
  return found;
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
  auto found = find_cast_type(cast, scope, context);
  if (!found) {
    to.diagnostics().report(found.failure());
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
  auto plan = plan_access(base.type, cast.components);
  if (!plan || plan->pretty) return std::nullopt;
  debug::TypePtr type = type_of(plan->result);
  if (!type) return std::nullopt;
  return ValueType{cast.address_of ? pointer_to(type) : type, base.is_kernel};
}

std::optional<ValueType> value_type(const ast::Expr& expr, ContextScope* scope,
                                    ResolveContext& context) {
  if (expr.kind == ast::ExprKind::Cast) {
    auto& cast = static_cast<const ast::Cast&>(expr);
    auto found = find_cast_type(cast, scope, context);
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
  auto found = find_cast_type(cast, scope, context);
  if (found) return ValueType{found->type, found->is_kernel};
  to.diagnostics().report(found.failure());
  return std::nullopt;
}

std::optional<int64_t> named_enumerator(const std::string& name, const std::string& modules,
                                        const Span& at, ResolveContext& context,
                                        ContextLowering& to) {
  Diagnostic problem =
      semantic_problem("unknown-constant", at,
                       "there is no constant '" + name + "' in the enums of '" + modules + "'");
  for (const std::string& module : split(modules)) {
    std::optional<int64_t> value;
    if (auto btf = kernel_types(module, at, context)) {
      if (*btf) value = (*btf)->enumerator(name);
    } else if (auto object = context.named_object(module)) {
      value = object->enumerator(name);
    } else {
      problem = unknown_object(module, at);
    }
    if (value) return value;
  }
  to.diagnostics().report(problem);
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
