#include "syntax/layout_state.h"

#include <utility>

#include "StpLexer.h"

namespace coretap::syntax {

bool is_keyword(size_t type) { return type >= StpLexer::PROBE && type <= StpLexer::STRING; }

bool begins_statement(size_t type) {
  switch (type) {
    case StpLexer::IF:
    case StpLexer::WHILE:
    case StpLexer::FOR:
    case StpLexer::FOREACH:
    case StpLexer::RETURN:
    case StpLexer::DELETE:
    case StpLexer::BREAK:
    case StpLexer::CONTINUE:
    case StpLexer::NEXT:
    case StpLexer::TRY:
    case StpLexer::LBRACE: return true;
    default: return false;
  }
}

bool begins_operand(size_t type) {
  switch (type) {
    case StpLexer::IDENTIFIER:
    case StpLexer::NUMBER:
    case StpLexer::STRING_LITERAL:
    case StpLexer::BAD_STRING:
    case StpLexer::TARGET:
    case StpLexer::ARGUMENT:
    case StpLexer::AT_ARGUMENT:
    case StpLexer::AT_NAME:
    case StpLexer::EMBEDDED: return true;
    default: return false;
  }
}

bool LayoutState::ends_operand() const {
  if (role == Role::Keyword)
    return type == StpLexer::BREAK || type == StpLexer::CONTINUE || type == StpLexer::NEXT ||
           type == StpLexer::RETURN || type == StpLexer::LONG || type == StpLexer::STRING;
  return role == Role::Operand || role == Role::Suffix || role == Role::Close ||
         role == Role::Wildcard;
}

const Open* LayoutState::innermost() const {
  for (size_t i = open.size(); i > 0; i--)
    if (open[i - 1].kind != Open::Shift) return &open[i - 1];
  return nullptr;
}

Open* LayoutState::innermost() { return const_cast<Open*>(std::as_const(*this).innermost()); }

bool LayoutState::is_statement_level() const {
  const Open* top = innermost();
  return !top || top->kind == Open::Block || top->kind == Open::Control;
}

bool LayoutState::is_file_level() const { return !innermost(); }

bool LayoutState::is_in_points() const {
  const Open* top = innermost();
  return declaration == Declaration::Probe && (!top || top->kind == Open::Points);
}

size_t LayoutState::indent() const {
  for (size_t i = open.size(); i > 0; i--) {
    const Open& top = open[i - 1];
    if (top.kind != Open::Control) return top.inner;
    if (!top.is_done) return top.indent + 2;
  }
  return 0;
}

void LayoutState::end_statement() {
  is_in_statement = false;
  questions.clear();
  if (is_file_level()) declaration = Declaration::None;
  if (Open* top = innermost(); top && top->kind == Open::Control && top->wants_body) {
    top->wants_body = false;
    top->is_done = true;
  }
}

void LayoutState::close_controls(size_t next) {
  while (true) {
    Open* top = innermost();
    if (!top || top->kind != Open::Control || !top->is_done) return;
    if (top->keyword == StpLexer::IF && next == StpLexer::ELSE) return;
    if (top->keyword == StpLexer::TRY && next == StpLexer::CATCH) return;
    open.erase(open.begin() + (top - open.data()));
    end_statement();  // it was the body of another
  }
}

void LayoutState::close_block(Open& closed) {
  for (size_t i = open.size(); i > 0; i--) {
    if (open[i - 1].kind != Open::Block) continue;
    closed = open[i - 1];
    open.resize(i - 1);
    return;
  }
}

bool LayoutState::close_bracket(Open& closed) {
  Open* top = innermost();
  if (!top || top->kind == Open::Block || top->kind == Open::Control) return false;
  closed = *top;
  open.erase(open.begin() + (top - open.data()), open.end());
  return true;
}

}  // namespace coretap::syntax
