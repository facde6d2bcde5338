// Names to declarations. Works outward from the elaborated probes: a handler's names first, then
// those of every function it calls, and so on; a name nobody here defines is looked up in the
// tapset index, whose files are parsed (and whose own probes are elaborated) at that moment. So
// only reachable functions and globals exist for all later passes.
//
// A name that is neither a parameter nor a global is a local of the whole handler or function:
// SystemTap has no block scopes.
#include <algorithm>
#include <map>
#include <set>

#include "analyse/may_decline.h"
#include "analyse/tapset_library.h"
#include "ast/visitor.h"
#include "support/elsewhere.h"
#include "syntax/parse.h"

namespace coretap {

namespace {

class SymbolResolver {
 public:
  SymbolResolver(Program& program, probes::ResolveContext& context)
      : program_(program), context_(context) {}

  void run() {
    size_t files_elaborated = 1, probes_done = 0;
    std::vector<ast::FunctionDecl*>& functions = program_.functions;
    size_t functions_done = 0;
    for (;;) {
      if (probes_done < program_.probes.size()) {
        resolve_probe(probes_done++);
      } else if (functions_done < functions.size()) {
        resolve_function(*functions[functions_done++]);
      } else if (files_elaborated < program_.files.size()) {
        elaborate_file(program_, files_elaborated++, context_);
      } else {
        return;
      }
    }
  }

 private:
  using Locals = std::vector<std::unique_ptr<ast::VarDecl>>;

  void resolve_probe(size_t index) {
    // Loading a tapset file can grow program_.probes: take what is needed out first.
    ast::Stmt* body = program_.probes[index].body.get();
    std::vector<ast::Expr*> conditions;
    for (auto& condition : program_.probes[index].conditions) conditions.push_back(condition.get());
    Locals locals;
    scope_.clear();
    function_ = nullptr;
    locals_ = &locals;
    for (ast::Expr* condition : conditions) {
      check_condition(*condition);
      resolve_expr(*condition);
    }
    resolve_stmt(*body);
    program_.probes[index].locals = std::move(locals);
  }

  /// A condition is asked without the event: it may look at globals and nothing else.
  void check_condition(ast::Expr& expr) {
    auto refuse = [&](const std::string& what) {
      program_.diagnostics
          .semantic_error("probe-condition", expr.span, "probe condition must not " + what)
          .hint("test it in the handler: if (...) next");
    };
    switch (expr.kind) {
      case ast::ExprKind::Symbol: {
        auto& symbol = static_cast<ast::Symbol&>(expr);
        if (!find_global(symbol.name, symbol.span.file))
          refuse("reference undeclared global '" + symbol.name + "'");
        break;
      }
      case ast::ExprKind::Call:
        refuse("reference function '" + static_cast<ast::Call&>(expr).function + "'");
        break;
      case ast::ExprKind::Assign:
      case ast::ExprKind::PreIncDec:
      case ast::ExprKind::PostIncDec: refuse("modify any variables"); break;
      case ast::ExprKind::Target:
      case ast::ExprKind::Cast:
      case ast::ExprKind::AtVar:
      case ast::ExprKind::Entry:
      case ast::ExprKind::Embedded:
      case ast::ExprKind::PerfOp: refuse("read the context of an event"); break;
      default: break;
    }
    ast::for_each_child(expr, [this](ast::ExprPtr& child) { check_condition(*child); });
  }

  void resolve_function(ast::FunctionDecl& function) {
    scope_.clear();
    locals_ = &function.locals;
    function_ = &function;
    for (auto& parameter : function.parameters) scope_[parameter->name] = parameter.get();
    if (function.body) resolve_stmt(*function.body);
    if (function.c) refuse_global_macros(*function.c, function.embedded_span);
  }

  /// `arguments` are those that the text asks for: a function's parameters, and nothing else.
  void check_embedded(const EmbeddedC& c, const Span& at, std::vector<ast::ExprPtr>& arguments) {
    refuse_global_macros(c, at);
    for (const ast::ExprPtr& argument : arguments) {
      const std::string& name = static_cast<ast::Symbol&>(*argument).name;
      auto is_it = [&](const auto& parameter) { return parameter->name == name; };
      if (function_ &&
          std::any_of(function_->parameters.begin(), function_->parameters.end(), is_it))
        continue;
      program_.diagnostics.semantic_error(
          "embedded-argument", at,
          "STAP_ARG_" + name +
              (function_ ? " is for a parameter, and function '" + function_->name +
                               "' has none called '" + name + "'"
                         : " is for a function's parameter, and this is not a function"));
      arguments.clear();
      return;
    }
  }

  void refuse_global_macros(const EmbeddedC& c, const Span& at) {
    if (c.global_macro.empty()) return;
    program_.diagnostics
        .semantic_error("embedded-global", at,
                        c.global_macro + ": C cannot reach the script's globals")
        .hint("give the function what it needs as arguments, and assign its result to the global");
  }

  void resolve_stmt(ast::Stmt& stmt) {
    if (stmt.kind == ast::StmtKind::Embedded) {
      auto& embedded = static_cast<ast::EmbeddedStmt&>(stmt);
      check_embedded(embedded.c, stmt.span, embedded.arguments);
    }
    ast::for_each_child(
        stmt, [this](ast::ExprPtr& e) { resolve_expr(*e); },
        [this](ast::StmtPtr& s) { resolve_stmt(*s); });
  }

  void resolve_expr(ast::Expr& expr) {
    if (expr.kind == ast::ExprKind::Symbol) bind(static_cast<ast::Symbol&>(expr));
    if (expr.kind == ast::ExprKind::Call) bind(static_cast<ast::Call&>(expr));
    if (expr.kind == ast::ExprKind::Embedded) {
      auto& embedded = static_cast<ast::EmbeddedExpr&>(expr);
      check_embedded(embedded.c, expr.span, embedded.arguments);
    }
    ast::for_each_child(expr, [this](ast::ExprPtr& e) { resolve_expr(*e); });
  }

  void bind(ast::Symbol& symbol) {
    if (symbol.decl) return;
    if (auto it = scope_.find(symbol.name); it != scope_.end()) {
      symbol.decl = it->second;
      return;
    }
    ast::VarDecl* global = find_global(symbol.name, symbol.span.file);
    if (global) {
      warn_of_cross_file(symbol, *global);
      symbol.decl = global;
      if (!global->is_used) {
        global->is_used = true;
        program_.globals.push_back(global);
      }
      return;
    }
    auto local = std::make_unique<ast::VarDecl>();
    local->span = symbol.span;
    local->name = symbol.name;
    local->arity = 0;
    symbol.decl = local.get();
    scope_[symbol.name] = local.get();
    locals_->push_back(std::move(local));
  }

  /// A name in a tapset that is a global of the script is that global, as in stap (find_var() of its symbol resolution):
  /// an alias that says `count = …` sets the `count` of the script.
  void warn_of_cross_file(const ast::Symbol& symbol, const ast::VarDecl& global) {
    if (symbol.span.file->is_user_script || !global.span.file->is_user_script) return;
    if (!crossed_.insert(&global).second) return;
    program_.diagnostics
        .warning("cross-file-global", symbol.span,
                 "cross-file global variable reference: the '" + global.name +
                     "' of this tapset is your global '" + global.name + "'")
        .see(global.span, "declared here")
        .hint("what the tapset assigns to it is in your global: give yours another name");
  }

  static ast::VarDecl* global_of(const ast::File& file, const std::string& name,
                                 bool with_private) {
    for (const auto& global : file.globals)
      if (global->name == name && (with_private || !global->is_private)) return global.get();
    return nullptr;
  }

  const ast::File* file_of(const SourceFile* source) const {
    for (const auto& file : program_.files)
      if (file->source == source) return file.get();
    return nullptr;
  }

  /// May a name be a global of the script? Not in a function of coretap's own tapsets: its locals have other names than
  /// those of stap's function, which a script could know.
  bool sees_script() const {
    const ast::File* file = function_ ? file_of(function_->span.file) : nullptr;
    return !file || !file->is_own_library;
  }

  /// The file's own, the script's, the library's: the first that there is.
  ast::VarDecl* find_global(const std::string& name, const SourceFile* from) {
    if (const ast::File* file = file_of(from))
      if (ast::VarDecl* own = global_of(*file, name, true)) return own;
    if (sees_script())
      if (ast::VarDecl* of_script = global_of(*program_.files[0], name, false)) return of_script;
    const ast::File* library = library_file_with_global(program_, name);
    return library ? global_of(*library, name, false) : nullptr;
  }

  static void add_functions(const ast::File& file, const ast::Call& call, bool any_arity,
                            bool with_private, std::vector<ast::FunctionDecl*>& found) {
    for (const auto& function : file.functions) {
      if (function->name != call.function || (function->is_private && !with_private)) continue;
      if (any_arity || function->parameters.size() == call.args.size())
        found.push_back(function.get());
    }
  }

  /// All that the name may mean: the functions of the call's own file, the script's, and those of
  /// the first library file that has any. A tapset's own functions hide those of other files,
  /// unless they all may hand the call on (`next`).
  std::vector<ast::FunctionDecl*> find_functions(const ast::Call& call, bool any_arity) {
    std::vector<ast::FunctionDecl*> found;
    const ast::File* script = program_.files[0].get();
    const ast::File* own = script;
    for (const auto& file : program_.files)
      if (file->source == call.span.file) own = file.get();
    add_functions(*own, call, any_arity, true, found);
    bool declines = std::all_of(found.begin(), found.end(),
                                [](auto* function) { return may_decline(*function); });
    if (own != script && !found.empty() && !declines) return found;
    if (own != script) add_functions(*script, call, any_arity, false, found);
    std::optional<size_t> arguments;
    if (!any_arity) arguments = call.args.size();
    const ast::File* library = library_file_with_function(program_, call.function, arguments);
    if (library && library != own) add_functions(*library, call, any_arity, false, found);
    return found;
  }

  /// The script's functions come before the tapsets', unless a priority says otherwise.
  static int64_t priority(const ast::FunctionDecl& function) {
    return function.priority.value_or(function.span.file->is_user_script ? 0 : 1);
  }

  void bind(ast::Call& call) {
    if (!call.callees.empty()) return;
    call.callees = find_functions(call, false);
    if (call.callees.empty()) {
      report_unknown(call);
      return;
    }
    std::stable_sort(call.callees.begin(), call.callees.end(),
                     [](auto* a, auto* b) { return priority(*a) < priority(*b); });
    drop_unreachable(call.callees);
    refuse_guru_functions(call);
    for (ast::FunctionDecl* callee : call.callees)
      if (std::find(program_.functions.begin(), program_.functions.end(), callee) ==
          program_.functions.end())
        program_.functions.push_back(callee);
  }

  /// A tapset function marked `guru` can do harm: a tapset may call it, a script needs -g.
  void refuse_guru_functions(const ast::Call& call) {
    if (program_.input.guru || !call.span.file || !call.span.file->is_user_script) return;
    for (const ast::FunctionDecl* callee : call.callees) {
      if (!callee->c || !callee->c->guru) continue;
      Span at = call.span;
      at.end = std::min<uint32_t>(at.end, at.begin + static_cast<uint32_t>(call.function.size()));
      program_.diagnostics
          .semantic_error("guru-function", at,
                          "function '" + call.function + "' may not be used unless -g is specified")
          .hint("add -g if you trust this script");
      return;
    }
  }

  /// Nothing behind a version that cannot hand the call on is ever called. (Those of its own file
  /// may be its versions for the other side.)
  static void drop_unreachable(std::vector<ast::FunctionDecl*>& versions) {
    const SourceFile* last = nullptr;
    std::erase_if(versions, [&](ast::FunctionDecl* version) {
      if (last) return version->span.file != last;
      if (!may_decline(*version)) last = version->span.file;
      return false;
    });
  }

  void report_unknown(const ast::Call& call) {
    Span at = call.span;
    at.end = std::min<uint32_t>(at.end, at.begin + static_cast<uint32_t>(call.function.size()));
    auto candidates = find_functions(call, true);
    if (!candidates.empty()) {
      auto& diagnostic = program_.diagnostics.semantic_error(
          "wrong-arity", at,
          "function '" + call.function + "' is called with " + std::to_string(call.args.size()) +
              (call.args.size() == 1 ? " argument" : " arguments") +
              ", but no version of it takes that many");
      for (ast::FunctionDecl* candidate : candidates)
        diagnostic.see(candidate->span, "takes " + std::to_string(candidate->parameters.size()));
      return;
    }
    auto& diagnostic = program_.diagnostics.semantic_error(
        "unknown-function", at, "unresolved function '" + call.function + "'");
    for (const std::string& hint :
         {systemtap_hint(call.function), c_hint(call.function), bpftrace_call_hint(call.function)})
      if (!hint.empty()) diagnostic.hint(hint);
    std::vector<std::string> names = tapset_function_names(program_);
    for (const auto& file : program_.files)
      for (const auto& function : file->functions) names.push_back(function->name);
    for (std::string& name : print_function_names()) names.push_back(std::move(name));
    auto similar = similar_names(call.function, names);
    if (!similar.empty()) {
      std::string line = "similar:";
      for (const std::string& name : similar) line += " " + name;
      diagnostic.hint(line);
    }
  }

  Program& program_;
  probes::ResolveContext& context_;
  std::map<std::string, ast::VarDecl*> scope_;
  Locals* locals_ = nullptr;
  const ast::FunctionDecl* function_ = nullptr;  ///< null in a probe
  std::set<const ast::VarDecl*>
      crossed_;  ///< globals of the script that a tapset was found to name
};

}  // namespace

void resolve_symbols(Program& program, probes::ResolveContext& context) {
  SymbolResolver(program, context).run();
}

}  // namespace coretap
