#include <algorithm>
#include <tuple>
#include <vector>

#include "ast/visitor.h"
#include "explain/collect.h"

namespace coretap::explain {
namespace {

class ScriptCollector {
 public:
  ScriptCollector(const Program& program, Places& places, Story& story, Named& named)
      : program_(program), places_(places), story_(story), named_(named) {}

  void run() {
    const SourceFile& script = places_.script();
    story_.script_name = script.name;
    for (uint32_t line = 1; line <= script.line_starts.size(); line++)
      story_.script.push_back({places_.line_id(line), std::string(line_text(script, line)), {}});
    library();
    for (const ast::VarDecl* global : program_.globals) declaration(*global);
    for (const ElaboratedProbe& probe : program_.probes) {
      targets_ = &named_.targets.emplace_back();
      name(probe.span, probe.span);
      for (const auto& local : probe.locals) declaration(*local);
      for (const ast::ExprPtr& condition : probe.conditions) expression(*condition);
      if (probe.body) statement(*probe.body);
    }
    targets_ = nullptr;
    for (const ir::WrittenPoint& point : program_.points) name(point.at, point.at);
    for (const ast::FunctionDecl* function : program_.functions) {
      if (const Id id = name(function->span, function->span); !id.empty())
        named_.functions[function].insert(id);
      for (const auto& parameter : function->parameters) declaration(*parameter);
      if (function->body) statement(*function->body);
    }
    for (ScriptLine& line : story_.script)
      std::sort(line.names.begin(), line.names.end(), [](const Name& a, const Name& b) {
        return std::tuple(a.begin, b.end) < std::tuple(b.begin, a.end);
      });
  }

 private:
  // ---------------------------------------------------------------- names

  /// The id of what is shown as chosen at `shown`, and stands for the expression `meant`. "" if it is not the script's.
  Id name(const Span& shown, const Span& meant) {
    const SourceFile& script = places_.script();
    if (shown.file != &script || shown.begin >= shown.end) return "";
    const auto [known, is_new] = ids_.try_emplace({shown.begin, shown.end}, "");
    if (!is_new) return known->second;
    const LineColumn at = line_column(script, shown.begin);
    ScriptLine& line = story_.script[at.line - 1];
    const auto begin = at.column - 1;
    // Of a point that goes over several lines, what is on the first.
    const auto end = std::min<uint32_t>(begin + (shown.end - shown.begin),
                                        static_cast<uint32_t>(line.text.size()));
    if (begin >= end) return "";
    known->second = "t" + std::to_string(ids_.size());
    line.names.push_back({begin, end, known->second});
    story_.links.add(known->second, line.id);
    places_.add_name(meant, known->second);
    return known->second;
  }

  void declaration(const ast::VarDecl& variable) {
    const Id id = name(variable.span, variable.span);
    if (!id.empty()) named_.variables[&variable].insert(id);
  }

  void use(const ast::VarDecl* variable, const Id& id) {
    if (!variable || id.empty()) return;
    story_.links.add(id, name(variable->span, variable->span));
    named_.variables[variable].insert(id);
  }

  /// A use that a macro or an alias put there has no name of its own in the script.
  static bool is_written(const Span& span) { return span && !span.expanded_from; }

  void expression(ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::Symbol: {
        const auto& symbol = static_cast<const ast::Symbol&>(expr);
        if (is_written(expr.span)) use(symbol.decl, name(expr.span, expr.span));
        break;
      }
      case ast::ExprKind::Target: {
        const auto& target = static_cast<const ast::Target&>(expr);
        const Id id = is_written(expr.span) ? name(expr.span, expr.span) : "";
        if (!targets_ || id.empty()) break;
        TargetUse& use = (*targets_)[target.name];
        if (!use.target) use.target = &target;
        use.ids.insert(id);
        break;
      }
      case ast::ExprKind::Cast:
      case ast::ExprKind::AtVar:
        if (is_written(expr.span)) name(expr.span, expr.span);
        break;
      case ast::ExprKind::Call: {
        const auto& call = static_cast<const ast::Call&>(expr);
        if (!is_written(expr.span)) break;
        Span function = expr.span;  // a call begins with the function's name
        function.end =
            std::min(expr.span.end, function.begin + static_cast<uint32_t>(call.function.size()));
        const Id id = name(function, expr.span);
        for (const ast::FunctionDecl* callee : call.callees) {
          story_.links.add(id, name(callee->span, callee->span));
          for (const Id& piece : places_.line_of(callee->span))
            if (!callee->span.file->is_user_script) story_.links.add(piece, id);
          if (!id.empty()) named_.functions[callee].insert(id);
        }
        break;
      }
      default: break;
    }
    ast::for_each_child(expr, [this](ast::ExprPtr& child) { expression(*child); });
  }

  void statement(ast::Stmt& stmt) {
    brought_in(stmt.span);
    ast::for_each_child(
        stmt, [this](ast::ExprPtr& child) { expression(*child); },
        [this](ast::StmtPtr& child) { statement(*child); });
  }

  /// A piece of a tapset came from what the script wrote.
  void brought_in(const Span& at) {
    if (!at || at.file->is_user_script) return;
    const std::set<Id> ids = places_.line_of(at);
    for (const Id& piece : ids)
      if (!piece.starts_with("s"))
        for (const Span* use = at.expanded_from; use; use = use->expanded_from)
          if (use->file == &places_.script()) story_.links.add(piece, name(*use, *use));
  }

  // ---------------------------------------------------------------- tapsets

  void library() {
    for (const ast::FunctionDecl* function : program_.functions) {
      if (function->span.file->is_user_script) continue;
      Span all = function->span;
      const Span& body = function->body ? function->body->span : function->embedded_span;
      if (body.file == all.file) all.end = std::max(all.end, body.end);
      const bool is_one_sided = function->c && function->c->for_kernel != function->c->for_user;
      piece(!is_one_sided             ? "function"
            : function->c->for_kernel ? "function for the kernel"
                                      : "function for user space",
            function->name, all);
    }
    for (const ElaboratedProbe& probe : program_.probes)
      if (probe.body) aliases(*probe.body);
  }

  /// The aliases whose statements are in a body.
  void aliases(ast::Stmt& stmt) {
    if (stmt.span && !stmt.span.file->is_user_script && places_.line_of(stmt.span).size() < 2)
      for (const auto& file : program_.files)
        for (const auto& alias : file->aliases)
          if (alias->span.file == stmt.span.file && alias->span.begin <= stmt.span.begin &&
              stmt.span.end <= alias->span.end)
            piece("alias", ast::to_string(alias->alias_names.front()), alias->span);
    ast::for_each_child(
        stmt, [](ast::ExprPtr&) {}, [this](ast::StmtPtr& child) { aliases(*child); });
  }

  void piece(const char* kind, const std::string& name, const Span& at) {
    if (!known_pieces_.emplace(at.file, at.begin).second) return;
    LibraryPiece piece;
    piece.id = "u" + std::to_string(story_.library.size() + 1);
    piece.kind = kind;
    piece.name = name;
    piece.file = at.file->name;
    piece.line = line_column(*at.file, at.begin).line;
    const uint32_t last = line_column(*at.file, at.end == at.begin ? at.end : at.end - 1).line;
    for (uint32_t line = piece.line; line <= last; line++)
      piece.lines.emplace_back(line_text(*at.file, line));
    places_.add_piece(at, piece.id);
    story_.library.push_back(std::move(piece));
  }

  const Program& program_;
  Places& places_;
  Story& story_;
  Named& named_;
  std::map<std::string, TargetUse>* targets_ = nullptr;  ///< of the probe that is walked; or null
  std::map<std::pair<uint32_t, uint32_t>, Id> ids_;
  std::set<std::pair<const SourceFile*, uint32_t>> known_pieces_;
};

}  // namespace

void collect_script(const Program& program, Places& places, Story& story, Named& named) {
  ScriptCollector(program, places, story, named).run();
}

}  // namespace coretap::explain
