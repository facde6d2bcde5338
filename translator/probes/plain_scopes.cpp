#include "probes/plain_scopes.h"

#include "probes/families.h"
#include "probes/long_type.h"
#include "probes/process_target.h"
#include "probes/scope_base.h"

namespace coretap::probes {

namespace {

Diagnostic& refuse(const std::string& name, const Span& at, const std::string& why,
                   ContextLowering& to) {
  return to.diagnostics().semantic_error("no-such-variable", at,
                                         "'" + name + "' cannot be used here: " + why);
}

class NoScope : public ContextScope {
 public:
  explicit NoScope(std::string why) : why_(std::move(why)) {}
  std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) override {
    add_hints(refuse(target.name, target.span, why_, to));
    return std::nullopt;
  }
  std::optional<ir::Operand> lower(const ast::AtVar& var, ContextLowering& to) override {
    add_hints(refuse("@var(\"" + var.target + "\")", var.span, why_, to));
    return std::nullopt;
  }
  bool defines(const ast::Expr&) override { return false; }
  std::vector<std::string> listing() override { return {}; }
  std::string sharing_key() const override { return ""; }
  debug::TypePtr type_of(const ast::Expr&) override { return nullptr; }

 protected:
  virtual void add_hints(Diagnostic&) {}

 private:
  std::string why_;
};

/// What a file without DWARF has. As in stap, a group of variables is an empty text there.
class NoDebuginfoScope final : public NoScope {
 public:
  NoDebuginfoScope(const std::string& why, std::shared_ptr<debug::Module> module)
      : NoScope(why), why_(why), module_(std::move(module)) {}

  using NoScope::lower;
  std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) override {
    if (!is_group(target)) return NoScope::lower(target, to);
    to.diagnostics().warning("no-variables", target.span,
                             "'" + target.name + "' is empty: " + why_);
    return ir::Operand::string("");
  }
  bool defines(const ast::Expr& expr) override {
    return expr.kind == ast::ExprKind::Target && is_group(static_cast<const ast::Target&>(expr));
  }

 private:
  static bool is_group(const ast::Target& target) {
    for (const char* group : {"$$vars", "$$parms", "$$locals", "$$return"})
      if (target.name == group) return true;
    return false;
  }
  void add_hints(Diagnostic& diagnostic) override {
    if (!module_->has_dwarf()) hint_at_debug_files(*module_, diagnostic);
  }

  std::string why_;
  std::shared_ptr<debug::Module> module_;
};

constexpr int kSyscallArguments = 6;

class SyscallScope final : public NoScope {
 public:
  SyscallScope(bool is_exit, bool of_every_call, std::shared_ptr<ContextScope> named)
      : NoScope("the " + std::string(is_exit ? "exit" : "entry") + " of a system call has only " +
                (of_every_call ? is_exit ? "$syscall and " : "$syscall, $$parms and " : "") +
                (is_exit ? "$return" : "$arg1 to $arg6")),
        is_exit_(is_exit),
        of_every_call_(of_every_call),
        named_(std::move(named)) {}

  using NoScope::lower;
  std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) override {
    if (is_number(target)) {
      ir::LocalId dst = to.builder().temp(ir::Ty::Long);
      to.builder().embedded(EmbeddedC("/* at-exit */ ct_syscall_number(c)"), {}, dst);
      return ir::Operand::of(dst);
    }
    if (is_all(target)) return lower_all(to);
    int index = argument_index(target);
    if (index >= 0) return argument(index, to.builder());
    return named_ && named_->defines(target) ? named_->lower(target, to)
                                             : NoScope::lower(target, to);
  }
  bool defines(const ast::Expr& expr) override {
    if (expr.kind != ast::ExprKind::Target) return false;
    const auto& target = static_cast<const ast::Target&>(expr);
    return is_number(target) || is_all(target) || argument_index(target) >= 0 ||
           (named_ && named_->defines(expr));
  }
  debug::TypePtr type_of(const ast::Expr& target) override {
    return named_ ? named_->type_of(target) : nullptr;
  }
  size_t group_size(const std::string& name) override {
    return named_ ? named_->group_size(name) : 0;
  }
  std::vector<std::string> listing() override {
    std::vector<std::string> names;
    if (of_every_call_) names.push_back("$syscall:long");
    if (is_exit_) names.push_back("$return:long");
    for (int i = 1; i <= kSyscallArguments && !is_exit_; i++)
      names.push_back("$arg" + std::to_string(i) + ":long");
    if (named_)
      for (std::string& name : named_->listing()) names.push_back(std::move(name));
    return names;
  }
  std::string sharing_key() const override { return is_exit_ ? "syscall-exit" : "syscall-entry"; }

 private:
  static ir::Operand argument(int index, ir::Builder& to) {
    ir::LocalId dst = to.temp(ir::Ty::Long);
    ir::Inst& inst = to.append(ir::Op::CtxArg, {}, dst);
    inst.imm = index;
    inst.is_signed = true;
    return ir::Operand::of(dst);
  }

  /// "$$parms": stap has it at the entry of every call, where the names of the arguments are not known.
  bool is_all(const ast::Target& target) const {
    return of_every_call_ && !is_exit_ && target.name == "$$parms" && !target.address_of;
  }

  static ir::Operand lower_all(ContextLowering& to) {
    std::vector<VarsEntry> entries;
    for (int i = 0; i < kSyscallArguments; i++)
      entries.push_back({"$arg" + std::to_string(i + 1), long_type(), [i](PlaceEmitter& emitter) {
                           Place place;
                           place.kind = Place::Value;
                           place.type = long_type();
                           place.base = argument(i, emitter.to().builder());
                           place.extended = true;
                           return place;
                         }});
    PlaceEmitter emitter(to, {});
    return print_vars(entries, 0, emitter);
  }

  bool is_number(const ast::Target& target) const {
    return of_every_call_ && target.name == "$syscall" && target.components.empty() &&
           !target.address_of;
  }
  int argument_index(const ast::Target& target) const {
    if (!target.components.empty() || target.address_of) return -1;
    if (is_exit_) return target.name == "$return" ? 0 : -1;
    for (int i = 0; i < kSyscallArguments; i++)
      if (target.name == "$arg" + std::to_string(i + 1)) return i;
    return -1;
  }

  void add_hints(Diagnostic& diagnostic) override {
    const std::vector<std::string> known = named_ ? named_->listing() : std::vector<std::string>();
    if (!known.empty()) diagnostic.hint("by their names: " + join(known));
  }

  bool is_exit_, of_every_call_;
  std::shared_ptr<ContextScope> named_;  ///< null: none
};

}  // namespace

std::shared_ptr<ContextScope> make_no_scope(std::string why) {
  return std::make_shared<NoScope>(std::move(why));
}

std::shared_ptr<ContextScope> make_no_debuginfo_scope(std::string why,
                                                      std::shared_ptr<debug::Module> module) {
  return std::make_shared<NoDebuginfoScope>(why, std::move(module));
}

std::shared_ptr<ContextScope> make_syscall_scope(bool is_exit,
                                                 std::shared_ptr<ContextScope> named) {
  return std::make_shared<SyscallScope>(is_exit, false, std::move(named));
}

std::shared_ptr<ContextScope> make_every_syscall_scope(bool is_exit) {
  return std::make_shared<SyscallScope>(is_exit, true, nullptr);
}

}  // namespace coretap::probes
