// Lowering of one body from AST to IR; shared by lower.cpp (what bodies there are),
// lower_expr.cpp, lower_stmt.cpp and lower_print.cpp.
//
// Kernel-side script functions are lowered *inline* at each call: BPF has no cheap calls with
// strings, and `split` must see every statement to decide where it runs. User-side functions are
// lowered once and called.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyse/program.h"
#include "ir/builder.h"
#include "lower/autocast.h"
#include "lower/overloads.h"
#include "probes/probe_kind.h"

namespace coretap {

/// Arrays that hold values from the entries of the calls that are going on: see entry_values.cpp.
struct SavedValues {
  ir::GlobalId innermost = 0;         ///< [thread]: frame of the innermost call
  ir::GlobalId outer = 0;             ///< [process, frame]: frame of the call around it, plus 1
  std::optional<ir::GlobalId> count;  ///< [process, frame]: calls with this frame
  /// [process, frame] and, with `count`, the number of the call.
  std::vector<std::pair<ir::GlobalId, ir::Ty>> values;
};

/// What all bodies of a module share.
class ModuleLowering {
 public:
  ModuleLowering(Program& program, probes::ResolveContext& context)
      : program(program), context(context), autocast(program, context) {}

  Program& program;
  probes::ResolveContext& context;
  Autocast autocast;
  std::map<std::string, std::optional<int64_t>> constants;  ///< of @const, asked for before
  ir::Module module;
  std::vector<SavedValues> saved_values;

  ir::GlobalId global(const ast::VarDecl& decl);
  /// A hidden global array, for values saved at entry for a return probe.
  ir::GlobalId hidden_array(const std::string& name, std::vector<ir::Ty> keys, ir::Ty value);
  /// A hidden global scalar of the user side.
  ir::GlobalId hidden_global(const std::string& name, ir::Ty type);
  /// Where user-side code remembers its last `=~`: see BodyLowering::LastMatch.
  struct MatchGlobals {
    ir::GlobalId text, which;
  };
  const MatchGlobals& match_globals();
  /// 1 + the pattern's index in Module::patterns.
  int64_t pattern_number(const std::string& pattern);
  /// The function made for `side`, lowered when first asked for; kNone if it cannot be (reported
  /// unless `quiet`).
  ir::FunctionId function(ast::FunctionDecl& decl, ir::Side side);
  bool calls_itself(ast::FunctionDecl& function);

 private:
  std::map<const ast::VarDecl*, ir::GlobalId> globals_;
  std::map<const ast::FunctionDecl*, bool> recursive_;
  std::optional<MatchGlobals> match_globals_;
  std::map<std::pair<const ast::FunctionDecl*, ir::Side>, ir::FunctionId> functions_;
};

/// A value that a return probe wants from the function's entry.
struct EntrySave {
  std::string text;  ///< printed expression: equal ones are saved once
  const ast::Expr* expr = nullptr;
  ir::GlobalId array = 0;
  ir::LocalId local = ir::kNone;
  ir::Ty type = ir::Ty::Long;
  bool has_text = false;  ///< it is a text, or made of one: user space may make it
};

ir::Ty ir_type(ast::Type type);
struct UpdateChain;

class BodyLowering : public probes::ContextLowering {
 public:
  BodyLowering(ModuleLowering& outer, ir::Body& body, ir::Side side, Span span,
               probes::ContextScope* scope)
      : outer_(outer), b_(body, span), side_(side), scope_(scope) {}

  // probes::ContextLowering; entry_register is below
  ir::Builder& builder() override { return b_; }
  ir::Module& module() override { return outer_.module; }
  Diagnostics& diagnostics() override { return outer_.program.diagnostics; }
  const std::vector<probes::Shape>& shapes() override { return outer_.context.shapes(); }
  ir::Operand lower_long(const ast::Expr& expr) override {
    return value(const_cast<ast::Expr&>(expr));
  }

  void stmt(ast::Stmt& stmt);
  ir::Operand value(ast::Expr& expr);  ///< for its value
  void effect(ast::Expr& expr);        ///< for its side effect only
  void declare_parameter(const ast::VarDecl& decl) { local(decl); }

  int64_t actions = 0;       ///< statements on the longest way through what was lowered, loops once
  bool has_event = true;     ///< kernel side: false if the session runs it, not an event
  bool in_function = false;  ///< `next` ends the function, not the handler
  bool is_return_probe = false;                 ///< plain $params mean their value at entry
  bool sites_name_functions = false;            ///< ppfunc() is known
  std::string alias;                            ///< the alias that the script's probe names, or ""
  probes::ContextScope* entry_scope = nullptr;  ///< of a return probe: that of the entry
  std::vector<EntrySave> entry_saves;
  ir::Operand entry_register(unsigned dwarf_register, ir::Operand cfa) override;
  std::map<unsigned, ir::GlobalId> entry_registers;  ///< DWARF number to where it is saved

 private:
  using Operand = ir::Operand;

  struct StatRef {
    ir::GlobalId global = 0;
    std::vector<Operand> keys;
  };
  /// An inlined call in progress.
  struct InlineFrame {
    const ast::FunctionDecl* function = nullptr;
    ir::LocalId result = ir::kNone;
    ir::LocalId declined = ir::kNone;  ///< set by `next`
    ir::LocalId returned = ir::kNone;  ///< flag, made when a return is not in tail position
    std::map<const ast::VarDecl*, ir::LocalId> locals;
  };

  ir::LocalId local(const ast::VarDecl& decl);
  static bool is_global(const ast::VarDecl& decl) { return decl.storage == ast::VarDecl::Global; }
  Operand missing(ast::Type type);  ///< stands in for a value after a reported error

  // expressions
  Operand symbol(ast::Symbol& symbol);
  Operand target(ast::Expr& expr);
  static bool is_entry_value(const ast::Expr& expr);
  Operand address_of(ast::Expr& expr, const Span& at);
  Operand entry(const ast::Expr& expr, ast::Type type);
  bool is_of_exit(const ast::Target& target) const;
  Operand both_ends(const ast::Target& vars);
  bool defined(const ast::Expr& expr);
  Operand defined_here(ast::Expr& expr);
  static bool asks_defined(const ast::Expr& condition, bool& negated);
  ir::Block other_kernels(const std::function<void()>& fill);
  Operand cast(ast::Cast& cast);
  Operand index(ast::Index& index);
  /// The count in bucket `number` of `hist`.
  Operand bucket(ast::Hist& hist, ast::Expr& number);
  Operand call(ast::Call& call, bool want_value);
  ast::FunctionDecl* without_site_text(const ast::Call& call, const ast::FunctionDecl& chosen);
  Operand call_one(ast::Call& call, const Overload& overload, std::vector<Operand> args,
                   ir::LocalId declined);
  void call_in_turn(ast::Call& call, const std::vector<Overload>& candidates, size_t at,
                    const std::vector<Operand>& args, ir::LocalId result);
  Operand inline_call(ast::FunctionDecl& callee, std::vector<Operand> args, ir::LocalId declined);
  static bool is_function_end(ast::StmtKind kind);
  Operand unary(ast::Unary& unary);
  Operand inc_dec(ast::IncDec& expr, bool want_value);
  Operand binary(ir::Op op, Operand left, Operand right, const Span& at);
  Operand logical(ast::Logical& logical);
  Operand ternary(ast::Ternary& ternary);
  Operand assign(ast::Assign& assign, bool want_value);
  // atomic updates: lower_update.cpp
  /// An assignment to a global number that computes its value from the old one; `result` is the new
  /// one if wanted. False, and nothing done, if it is another assignment.
  bool update(ast::Assign& assign, bool want_value, Operand& result);
  /// `if (value > x) x = value`.
  bool update_extreme(ast::If& stmt);
  Operand update(ast::Expr& left, const UpdateChain& chain, const Span& at, bool want_value);
  std::optional<Operand> added_sum(const UpdateChain& chain,
                                   const std::map<const ast::Expr*, Operand>& operands,
                                   const Span& at);
  Operand compare(ast::Compare& compare);
  // C and its constants: lower_embedded.cpp
  Operand at_op(ast::AtOp& op);
  Operand raw_operator(const ast::AtOp& op, const char* instead, const char* hint);
  Operand constant_operator(ast::AtOp& op);
  Operand enum_name(ast::AtOp& op);
  Operand perf_counter(const ast::PerfOp& perf);
  Operand embedded(ast::EmbeddedExpr& expr);
  void embedded(ast::EmbeddedStmt& stmt);
  std::optional<int64_t> constant(const std::string& name, const Span& at);

  // regular expressions: lower_regex.cpp
  Operand regex(ast::Regex& regex);
  /// matched(n) or ngroups() of the last match.
  Operand match_query(CallMeans what, const std::vector<Operand>& args);
  /// The last `=~` that the handler evaluated: its text, and the pattern's number if it matched or
  /// else 0. Kernel bodies keep both in locals (functions are inlined), user bodies in globals.
  struct LastMatch {
    Operand text, which;
  };
  LastMatch last_match();
  const LastMatch& match_locals();  ///< made when first asked for
  /// `left` evaluated before `right`: copies a variable that evaluating `right` may change.
  Operand held(Operand operand, const ast::Expr& later);
  Operand truth(Operand operand);
  std::vector<Operand> keys(std::vector<ast::ExprPtr>& indexes);
  StatRef stat_ref(ast::Expr& operand);
  ir::HistSpec hist_spec(const ast::Hist& hist, ir::GlobalId global);

  // stores: `key` operands already lowered
  void store(ast::Expr& left, Operand value, const std::vector<Operand>& keys);
  Operand load(ast::Expr& left, const std::vector<Operand>& keys);
  /// Atomic add to a global or element, plain add to a local; the value after it if wanted.
  Operand add_to(ast::Expr& left, Operand delta, const std::vector<Operand>& keys, bool want_value);

  // printing
  Operand print(ast::Print& print);
  void read_memory(const std::vector<FormatPiece>& pieces, std::vector<Operand>& args);
  void refuse_large_dump(const Operand& count);
  void raise_user_fault(const Operand& address);

  // statements
  void block(ast::Block& block, size_t from);
  void if_stmt(ast::If& stmt);
  std::vector<ir::Block> either(const std::function<void()>& first,
                                const std::function<void()>& second);
  void loop(ast::Expr* init, ast::Expr* condition, ast::Expr* step, ast::Stmt& body);
  void foreach(ast::Foreach& loop);
  void return_stmt(ast::Return& stmt);
  void next_stmt();
  void delete_stmt(ast::Delete& stmt);
  void try_stmt(ast::Try& stmt);
  bool always_returns(const ast::Stmt& stmt) const;
  bool may_return(ast::Stmt& stmt) const;

  ModuleLowering& outer_;
  ir::Builder b_;
  ir::Side side_;
  probes::ContextScope* scope_;
  std::map<const ast::VarDecl*, ir::LocalId> locals_;
  std::vector<InlineFrame> inlined_;
  std::optional<LastMatch> match_locals_;
  std::vector<ast::ExprPtr> made_;  ///< expressions that the script does not write
  int loop_depth_in_function_ = 0;
};

}  // namespace coretap
