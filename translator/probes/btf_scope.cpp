#include "probes/btf_scope.h"

#include <algorithm>

#include "probes/families.h"
#include "probes/scope_base.h"
#include "runtime/shared/abi.h"

namespace coretap::probes {

using ir::Op;
using ir::Operand;

namespace {

class BtfScope final : public VariableScope {
 public:
  BtfScope(BtfCallSite site, ResolveContext& context)
      : VariableScope(context), site_(std::move(site)) {}

  std::vector<std::string> listing() override;
  std::string sharing_key() const override;
  debug::TypePtr type_named(const std::string& name) override {
    return site_.btf->type_named(name);
  }
  bool is_kernel() const override { return true; }

 protected:
  ct::Result<Root, Diagnostic> find(const std::string& name, const Span& at) override;
  ct::Result<Root, Diagnostic> find_var(const ast::AtVar& var) override;
  std::optional<std::vector<VarsEntry>> group(const std::string& name) override;
  std::optional<std::string> text(const std::string& name) const override;

 private:
  ct::Status check_argument(size_t index) const;
  ir::Binding binding(ir::Binding::Kind kind, const std::string& name,
                      const debug::TypePtr& type) const;
  uint32_t slot(size_t index) const;  ///< the word of the arguments where a parameter begins
  Root argument(size_t index) const;
  Root return_value() const;

  BtfCallSite site_;
};

Place value_place(const debug::TypePtr& type, Operand value) {
  Place place;
  place.kind = Place::Value;
  place.type = type;
  place.base = std::move(value);
  place.space = ir::Space::Kernel;
  place.relocated = true;
  return place;
}

uint32_t BtfScope::slot(size_t index) const {
  uint32_t slot = 0;
  for (size_t i = 0; i < index; i++) {
    debug::TypePtr type = site_.function.parameters[i].type;
    slot += ct_argument_words(type ? type->byte_size() : 8);
  }
  return slot;
}

/// Can the argument be read? Fails with the end of a sentence.
ct::Status BtfScope::check_argument(size_t index) const {
  debug::TypePtr type = site_.function.parameters[index].type;
  if (site_.is_return) return ct::Status("it is gone when the function returns");
  if (type && type->byte_size() > 8) return ct::Status("it is a struct passed by value");
  if (slot(index) >= CT_MOST_SLOTS) return ct::Status("it has too many arguments before it");
  return {};
}

ir::Binding BtfScope::binding(ir::Binding::Kind kind, const std::string& name,
                              const debug::TypePtr& type) const {
  ir::Binding binding;
  binding.kind = kind;
  binding.owner = site_.function.name;
  binding.module = site_.module;
  binding.name = name;
  if (type && type->byte_size() != 0) binding.size = static_cast<uint32_t>(type->byte_size());
  binding.is_signed = type && type->is_signed();
  binding.is_pointer = type && type->kind() == debug::TypeKind::Pointer;
  debug::TypePtr pointee = binding.is_pointer ? type->target() : nullptr;
  if (pointee && !pointee->name().empty()) {
    if (pointee->kind() == debug::TypeKind::Struct) binding.pointee = "struct " + pointee->name();
    if (pointee->kind() == debug::TypeKind::Union) binding.pointee = "union " + pointee->name();
  }
  return binding;
}

/// The operation's value is extended to 64 bits already.
Place bound_place(PlaceEmitter& emitter, Op op, const ir::Binding& binding,
                  const debug::TypePtr& type) {
  std::vector<ir::Binding>& bindings = emitter.to().module().bindings;
  auto known = std::find(bindings.begin(), bindings.end(), binding);
  if (known == bindings.end()) known = bindings.insert(known, binding);
  ir::Builder& to = emitter.to().builder();
  ir::LocalId dst = to.temp(ir::Ty::Long);
  to.append(op, {}, dst).binding = static_cast<uint32_t>(known - bindings.begin());
  Place place = value_place(type, Operand::of(dst));
  place.extended = true;
  return place;
}

Root BtfScope::argument(size_t index) const {
  const debug::BtfParameter& parameter = site_.function.parameters[index];
  ir::Binding bound =
      binding(site_.is_tracepoint ? ir::Binding::TraceArgument : ir::Binding::Parameter,
              parameter.name, parameter.type);
  bound.slot = slot(index);
  return {parameter.type, [bound, type = parameter.type](PlaceEmitter& emitter) {
            return bound_place(emitter, Op::CtxArg, bound, type);
          }};
}

Root BtfScope::return_value() const {
  debug::TypePtr type = site_.function.return_type;
  ir::Binding bound = binding(ir::Binding::Result, "", type);
  return {type, [bound, type](PlaceEmitter& emitter) {
            return bound_place(emitter, Op::CtxRet, bound, type);
          }};
}

ct::Result<Root, Diagnostic> BtfScope::find(const std::string& name, const Span& at) {
  const std::vector<debug::BtfParameter>& parameters = site_.function.parameters;
  for (size_t i = 0; i < parameters.size(); i++) {
    if (parameters[i].name != name) continue;
    ct::Status argument_status = check_argument(i);
    if (argument_status) return argument(i);
    Diagnostic problem =
        semantic_problem(site_.is_return ? "entry-value" : "variable-unavailable", at,
                         "'$" + name + "' cannot be read here: " + argument_status.text());
    if (site_.is_return) problem.hint("its value at entry is @entry($" + name + ")");
    return problem;
  }
  if (name == "return" && site_.is_return && site_.function.return_type) return return_value();
  if (name == "return")
    return semantic_problem("no-return-value", at,
                            site_.is_return
                                ? "the function returns no value, so there is no '$return'"
                                : "'$return' is known only in a .return probe");
  Diagnostic problem =
      semantic_problem("no-such-variable", at,
                       (site_.is_tracepoint ? "tracepoint '" : "kernel function '") +
                           site_.function.name + "' has no argument '$" + name + "'");
  std::vector<std::string> names;
  for (const debug::BtfParameter& parameter : parameters) names.push_back(parameter.name);
  hint_names(problem, name, names);
  return problem;
}

ct::Result<Root, Diagnostic> BtfScope::find_var(const ast::AtVar& var) {
  if (var.module.empty() && var.target.find('@') == std::string::npos)
    return find(var.target, var.span);
  return semantic_problem(
      "variable-unavailable", var.span,
      "global variables cannot be read here: BTF does not describe '" + var.target + "'");
}

std::optional<std::vector<VarsEntry>> BtfScope::group(const std::string& name) {
  std::vector<VarsEntry> entries;
  if (name == "$$return" && site_.is_return) {
    if (site_.function.return_type)
      entries.push_back({"return", site_.function.return_type, return_value().emit});
    return entries;
  }
  if (name == "$$locals") return entries;
  if ((name != "$$vars" && name != "$$parms") || site_.is_return) return std::nullopt;
  for (size_t i = 0; i < site_.function.parameters.size(); i++) {
    const debug::BtfParameter& parameter = site_.function.parameters[i];
    entries.push_back(
        {parameter.name, parameter.type, check_argument(i) ? argument(i).emit : nullptr});
  }
  return entries;
}

std::optional<std::string> BtfScope::text(const std::string& name) const {
  if (name == "$$name" && site_.is_tracepoint) return site_.function.name;
  return std::nullopt;
}

std::vector<std::string> BtfScope::listing() {
  std::vector<std::string> lines;
  if (site_.is_return && site_.function.return_type)
    lines.push_back("$return:" + spelling(site_.function.return_type));
  for (const debug::BtfParameter& parameter : site_.function.parameters)
    lines.push_back("$" + parameter.name + ":" + spelling(parameter.type));
  return lines;
}

std::string BtfScope::sharing_key() const {
  return std::string(site_.is_tracepoint ? "trace:" : "function:") + site_.function.name +
         (site_.is_return ? "#r" : "");
}

}  // namespace

std::shared_ptr<ContextScope> make_btf_scope(BtfCallSite site, ResolveContext& context) {
  return std::make_shared<BtfScope>(std::move(site), context);
}

}  // namespace coretap::probes
