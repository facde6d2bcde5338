#include "why/question.h"

#include <string_view>

namespace coretap::why {
namespace {

constexpr const char* kForms =
    "ask for a variable at a probe point, '$x @ "
    "process(\"PROGRAM\").statement(\"FUNCTION@FILE:LINE\")', "
    "for a probe point, or for a script";

std::string trimmed(std::string_view text) {
  const char* const blanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
}

/// The '@' behind the variable: outside of its brackets, and not the one that it begins with.
size_t find_mark(std::string_view text, size_t begin) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = begin + 1; i < text.size(); i++) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') i++;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '(' || c == '[') {
      depth++;
    } else if (c == ')' || c == ']') {
      depth--;
    } else if (c == '@' && depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<Question> parse_question(const SourceFile& text, Diagnostics& diagnostics) {
  const std::string& all = text.text;
  auto bad = [&](size_t at, const std::string& message) -> std::optional<Question> {
    const auto begin = static_cast<uint32_t>(at);
    diagnostics.semantic_error("why-question", {&text, begin, begin + 1}, message).hint(kForms);
    return std::nullopt;
  };
  const size_t begin = all.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return bad(0, "the question is empty");
  if (all[begin] != '$' && all[begin] != '@' && all[begin] != '&')
    return Question{"", trimmed(all)};
  const size_t mark = find_mark(all, begin);
  if (mark == std::string::npos)
    return bad(begin,
               "the question does not say where: there is no '@' with a probe point behind '" +
                   trimmed(all) + "'");
  Question question{trimmed(std::string_view(all).substr(0, mark)),
                    trimmed(std::string_view(all).substr(mark + 1))};
  if (question.point.empty()) return bad(mark, "there is no probe point behind the '@'");
  return question;
}

std::string script_of(const Question& question) {
  return "probe " + question.point + " {" +
         (question.variable.empty() ? "" : " " + question.variable + " ") + "}\n";
}

const ast::Expr* variable_of(const ast::File& script, const Question& question,
                             Diagnostics& diagnostics) {
  if (question.variable.empty() || script.probes.empty()) return nullptr;
  const auto& body = static_cast<const ast::Block&>(*script.probes.front()->body);
  const ast::Stmt* only = body.statements.size() == 1 ? body.statements.front().get() : nullptr;
  if (only && only->kind == ast::StmtKind::Expr) {
    const ast::Expr& expr = *static_cast<const ast::ExprStmt&>(*only).expr;
    if (expr.kind == ast::ExprKind::Target || expr.kind == ast::ExprKind::AtVar) return &expr;
  }
  diagnostics
      .semantic_error("why-question", body.span,
                      "'" + question.variable + "' is not a variable of the probed code")
      .hint(kForms);
  return nullptr;
}

}  // namespace coretap::why
