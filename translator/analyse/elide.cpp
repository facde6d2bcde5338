// Leaving out what a script does not use: functions nobody calls, variables nobody touches,
// assignments nobody reads, statements and probes that do nothing.
//
// Each step can make room for the next, so they are repeated until none finds anything. They run
// before types are inferred, as in SystemTap: what is left out need not have a type. As there, the
// first round tells what it finds in the user's script; what only follows from that is told with
// -vvv. And a variable that is read and never assigned is told wherever it stands.
#include "analyse/elide.h"

#include <algorithm>
#include <set>

#include "analyse/probed_variables.h"
#include "ast/visitor.h"
#include "support/elsewhere.h"

namespace coretap {

namespace {

class Elision {
 public:
  explicit Elision(Program& program) : program_(program), warnings_(program.diagnostics) {}

  void run() {
    bool optimise = !program_.input.keep_unused;
    settle_defined();
    for (bool changed = true; changed; is_first_round_ = false) {
      if (!is_first_round_ && !program_.input.explain_elision) warnings_.stop();
      changed = false;
      if (optimise) {
        changed |= drop_functions();
        changed |= drop_variables();
        changed |= drop_assignments();
        changed |= drop_statements();
        changed |= drop_values();
      }
      changed |= fold();
    }
    if (program_.probes.empty() && !program_.diagnostics.has_errors())
      program_.diagnostics
          .error("no-probes", "no probes found: every probe of the script has been elided")
          .hint("a probe that does nothing is left out; -u keeps it");
  }

 private:
  // ---------------------------------------------------------------- what is told

  void say_never_assigned(const char* kind, const ast::VarDecl& variable,
                          const std::vector<std::string>& others,
                          const ElaboratedProbe* probe = nullptr) {
    auto& warning = program_.diagnostics.warning(
        "never-assigned", variable.span,
        std::string("never-assigned ") + kind + " variable '" + variable.name + "'");
    if (begins_declaration_elsewhere(variable.name))
      warning.hint("variables are not declared: without '" + variable.name +
                   "' the assignment alone makes one");
    if (std::string hint = c_hint(variable.name); !hint.empty()) warning.hint(hint);
    if (probe && has_variable(*probe, variable.name))
      warning.hint(did_you_mean(variable.name));
    else if (std::string hint = bpftrace_hint(BpftraceWord::Variable, variable.name); !hint.empty())
      warning.hint(hint);
    std::vector<std::string> similar = similar_names(variable.name, others);
    if (similar.empty()) return;
    std::string line = "similar:";
    for (const std::string& name : similar) line += " " + name;
    warning.hint(line);
  }

  /// Names that a misspelt local may have meant.
  template <typename Locals>
  std::vector<std::string> names_beside(const ast::VarDecl& variable, const Locals& locals) const {
    std::vector<std::string> names;
    auto add = [&](const ast::VarDecl& other) {
      if (other.name != variable.name) names.push_back(other.name);
    };
    for (const auto& local : locals) add(*local);
    for (const ast::VarDecl* global : program_.globals) add(*global);
    return names;
  }

  // ---------------------------------------------------------------- declarations

  bool drop_functions() {
    ProgramUse use(program_);
    return std::erase_if(program_.functions, [&](const ast::FunctionDecl* function) {
             if (use.reachable().count(function)) return false;
             warnings_.warning("unused-function", function->span,
                               "Eliding unused function '" + function->name + "'");
             return true;
           }) != 0;
  }

  bool is_unused(const ast::VarDecl& variable, const ProgramUse& use) {
    if (use.is_read(&variable) || use.is_written(&variable)) return false;
    warnings_.warning("unused-variable", variable.span,
                      "Eliding unused variable '" + variable.name + "'");
    return true;
  }

  bool drop_locals(std::vector<std::unique_ptr<ast::VarDecl>>& locals, const ProgramUse& use,
                   const ElaboratedProbe* probe = nullptr) {
    size_t before = locals.size();
    std::erase_if(locals, [&](const auto& local) { return is_unused(*local, use); });
    for (const auto& local : locals)
      if (is_first_round_ && !use.is_written(local.get()))
        say_never_assigned("local", *local, names_beside(*local, locals), probe);
    return locals.size() != before;
  }

  bool drop_variables() {
    ProgramUse use(program_);
    bool changed = false;
    for (ElaboratedProbe& probe : program_.probes)
      changed |= drop_locals(probe.locals, use, &probe);
    for (ast::FunctionDecl* function : program_.functions)
      changed |= drop_locals(function->locals, use);
    changed |= std::erase_if(program_.globals, [&](const ast::VarDecl* global) {
                 return is_unused(*global, use);
               }) != 0;
    for (const ast::VarDecl* global : program_.globals)
      if (is_first_round_ && !use.is_written(global) && !global->init)
        say_never_assigned("global", *global, names_beside(*global, program_.globals));
    return changed;
  }

  // ---------------------------------------------------------------- bodies

  template <typename Step>
  bool each_body(Step step) {
    bool changed = false;
    for (ElaboratedProbe& probe : program_.probes) changed |= step(probe.body);
    for (ast::FunctionDecl* function : program_.functions)
      if (function->body) changed |= step(function->body);
    return changed;
  }

  bool drop_assignments() {
    ProgramUse use(program_);
    return each_body(
        [&](ast::StmtPtr& body) { return drop_dead_assignments(body, use, warnings_); });
  }

  static bool is_null(const ast::StmtPtr& body) { return body->kind == ast::StmtKind::Null; }

  bool drop_statements() {
    ProgramUse use(program_);
    bool changed = false;
    for (ElaboratedProbe& probe : program_.probes)
      if (!is_null(probe.body)) changed |= simplify(probe.body, use);
    for (ast::FunctionDecl* function : program_.functions) {
      if (!function->body || is_null(function->body)) continue;
      changed |= simplify(function->body, use);
      if (is_null(function->body) && warnings_.tells())
        program_.diagnostics.warning("elided-function", function->span,
                                     "side-effect-free function '" + function->name + "'");
    }
    return drop_probes() || changed;
  }

  bool simplify(ast::StmtPtr& body, const ProgramUse& use) {
    Span at = body->span;
    bool changed = drop_idle_statements(body, use, warnings_);
    if (body) return changed;
    body = std::make_unique<ast::NullStmt>();
    body->span = at;
    return true;
  }

  /// A condition is asked whenever the globals change, so it keeps its probe.
  static bool has_condition(const ElaboratedProbe& probe) {
    return std::any_of(probe.conditions.begin(), probe.conditions.end(), [](const auto& condition) {
      return condition->kind != ast::ExprKind::Number;
    });
  }

  static bool stays_empty(const ElaboratedProbe& probe) {
    return std::any_of(probe.sites.begin(), probe.sites.end(),
                       [](const probes::ResolvedProbe& site) { return site.stays_empty; });
  }

  bool drop_probes() {
    return std::erase_if(program_.probes, [this](const ElaboratedProbe& probe) {
             if (!is_null(probe.body) || has_condition(probe) || stays_empty(probe)) return false;
             if (!program_.input.timing && !probe.sites.empty()) {
               const std::string& name = probe.sites.front().canonical;
               program_.diagnostics.warning(
                   "elided-probe", probe.span,
                   "Probe '" + name.substr(0, name.find_first_of(".( ")) + "' has been elided");
             }
             return true;
           }) != 0;
  }

  bool drop_values() {
    ProgramUse use(program_);
    return each_body([&](ast::StmtPtr& body) { return keep_effects_only(body, use); });
  }

  /// No target variable exists in a probe that is run without an event. Where there is one, each
  /// site has an answer of its own, which lowering finds.
  void settle_defined() {
    ast::Walker walker;
    walker.expr = [](ast::ExprPtr& slot) {
      if (slot->kind != ast::ExprKind::Defined) return true;
      if (static_cast<ast::Defined&>(*slot).operand->kind != ast::ExprKind::Target) return true;
      auto no = std::make_unique<ast::Number>();
      no->span = slot->span;
      slot = std::move(no);
      return false;
    };
    for (ElaboratedProbe& probe : program_.probes) {
      bool has_event = std::any_of(probe.sites.begin(), probe.sites.end(),
                                   [](const auto& site) { return site.side == ir::Side::Kernel; });
      if (!has_event) ast::walk(probe.body, walker);
    }
  }

  bool fold() {
    ProgramUse use(program_);
    bool changed = each_body([&](ast::StmtPtr& body) { return fold_constants(body, use); });
    for (ElaboratedProbe& probe : program_.probes)
      for (ast::ExprPtr& condition : probe.conditions) changed |= fold_constants(condition, use);
    return changed;
  }

  Program& program_;
  ElisionWarnings warnings_;
  bool is_first_round_ = true;
};

}  // namespace

void elide(Program& program) { Elision(program).run(); }

}  // namespace coretap
