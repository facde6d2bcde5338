#include "syntax/build_ast.h"

namespace coretap::syntax {

using namespace ast;
using P = StpParser;

namespace {

template <typename Tree>
Tree* as(antlr4::ParserRuleContext* tree) {
  return dynamic_cast<Tree*>(tree);
}

}  // namespace

std::unique_ptr<Block> Builder::block(P::BlockContext* tree) {
  auto node = make<Block>(tree);
  for (P::StatementContext* each : tree->statement()) {
    // A lone ';' is an empty statement only where a statement must stand; here it says nothing.
    if (each->exception || as<P::EmptyStatementContext>(each)) continue;
    node->statements.push_back(statement(each));
  }
  return node;
}

/// The statement of an `if` or a loop; never null.
StmtPtr Builder::body(P::StatementContext* tree) {
  if (!tree->exception) return statement(tree);
  return make<NullStmt>(tree);
}

StmtPtr Builder::loop_body(P::StatementContext* tree) {
  loops_++;
  StmtPtr node = body(tree);
  loops_--;
  return node;
}

StmtPtr Builder::return_statement(P::ReturnStatementContext* tree) {
  if (!in_function_)
    error("return-outside", token(tree->start).span, "'return' leaves a function; this is a probe")
        .hint("write 'next' to leave a probe's handler");
  auto node = make<Return>(tree);
  node->value = optional_expr(tree->expr());
  return node;
}

void Builder::check_in_loop(antlr4::ParserRuleContext* tree) {
  if (loops_ > 0) return;
  const Token& word = token(tree->start);
  diagnostics_.semantic_error("outside-loop", word.span, "'" + word.text + "' stands in no loop");
}

StmtPtr Builder::statement(P::StatementContext* tree) {
  if (auto* each = as<P::BlockStatementContext>(tree)) return block(each->block());
  if (auto* each = as<P::ExprStatementContext>(tree)) return expression_statement(each);
  if (auto* each = as<P::IfStatementContext>(tree)) {
    auto node = make<If>(tree);
    node->condition = expr(each->expr());
    node->then_branch = body(each->statement(0));
    if (each->ELSE()) node->else_branch = body(each->statement(1));
    return node;
  }
  if (auto* each = as<P::WhileStatementContext>(tree)) {
    auto node = make<While>(tree);
    node->condition = expr(each->expr());
    node->body = loop_body(each->statement());
    return node;
  }
  if (auto* each = as<P::ForStatementContext>(tree)) return for_loop(each);
  if (auto* each = as<P::ForeachStatementContext>(tree)) return foreach_loop(each);
  if (auto* each = as<P::ReturnStatementContext>(tree)) return return_statement(each);
  if (as<P::BreakStatementContext>(tree)) {
    check_in_loop(tree);
    return make<Break>(tree);
  }
  if (as<P::ContinueStatementContext>(tree)) {
    check_in_loop(tree);
    return make<Continue>(tree);
  }
  if (as<P::NextStatementContext>(tree)) return make<Next>(tree);
  if (auto* each = as<P::DeleteStatementContext>(tree)) return delete_statement(each);
  if (auto* each = as<P::TryStatementContext>(tree)) return try_catch(each);
  return make<NullStmt>(tree);
}

StmtPtr Builder::expression_statement(P::ExprStatementContext* tree) {
  ExprPtr value = expr(tree->expr());
  if (value->kind == ExprKind::Embedded) {
    auto node = make<EmbeddedStmt>(tree);
    node->c = std::move(static_cast<EmbeddedExpr&>(*value).c);
    node->arguments = std::move(static_cast<EmbeddedExpr&>(*value).arguments);
    return node;
  }
  auto node = make<ExprStmt>(tree);
  node->expr = std::move(value);
  return node;
}

StmtPtr Builder::for_loop(P::ForStatementContext* tree) {
  auto node = make<For>(tree);
  node->init = optional_expr(tree->forInit()->expr());
  node->condition = optional_expr(tree->forCondition()->expr());
  node->step = optional_expr(tree->forStep()->expr());
  node->body = loop_body(tree->statement());
  return node;
}

// ------------------------------------------------------------------ foreach

StmtPtr Builder::foreach_loop(P::ForeachStatementContext* tree) {
  auto node = make<Foreach>(tree);
  P::ForeachHeadContext* head = tree->foreachHead();
  foreach_keys(head, *node);
  foreach_array(head, *node);
  node->limit = optional_expr(tree->expr());
  node->body = loop_body(tree->statement());
  return node;
}

/// `v = [k1+, k2]`: the names, and a sort mark on one of them.
void Builder::foreach_keys(P::ForeachHeadContext* tree, Foreach& loop) {
  auto name = [&](antlr4::tree::TerminalNode* node) {
    auto symbol = std::make_unique<Symbol>();
    symbol->span = token(node).span;
    symbol->name = token(node).text;
    return symbol;
  };
  if (P::ForeachValueContext* value = tree->foreachValue()) {
    loop.value = name(value->IDENTIFIER());
    sort_by(value->sortDirection(), 0, loop);
  }
  for (P::ForeachKeyContext* key : tree->foreachKeys()->foreachKey()) {
    loop.keys.push_back(name(key->IDENTIFIER()));
    sort_by(key->sortDirection(), static_cast<unsigned>(loop.keys.size()), loop);
  }
}

/// `in array[*, "x"] @sum-`
void Builder::foreach_array(P::ForeachHeadContext* tree, Foreach& loop) {
  P::ForeachArrayContext* array = tree->foreachArray();
  if (array->atCall()) {
    loop.base = at_call(array->atCall());
    if (loop.base->kind != ExprKind::Hist)
      error("foreach-base", span(array), "foreach goes over an array or a histogram")
          .hint("write the array's name, @hist_log(x) or @hist_linear(x, low, high, step)");
  } else {
    auto symbol = std::make_unique<Symbol>();
    symbol->span = token(array->IDENTIFIER()).span;
    symbol->name = token(array->IDENTIFIER()).text;
    loop.base = std::move(symbol);
    if (array->index()) loop.slice = index_list(array->index());
    if (!loop.slice.empty() && loop.slice.size() != loop.keys.size())
      diagnostics_.semantic_error("foreach-slice", span(array->index()),
                                  "this slice has " + std::to_string(loop.slice.size()) +
                                      " keys, the loop has " + std::to_string(loop.keys.size()));
  }
  P::ForeachSortContext* sort = tree->foreachSort();
  if (!sort) return;
  sort_by(sort->sortDirection(), 0, loop);
  if (!sort->AT_NAME()) return;
  const Token& name = token(sort->AT_NAME());
  loop.sort_stat = stat_fn_of(name.text);
  if (!loop.sort_stat)
    error("sort-statistic", name.span, "'" + name.text + "' is nothing to sort by")
        .hint("sort by @count, @sum, @min, @max or @avg");
}

void Builder::sort_by(P::SortDirectionContext* tree, unsigned column, Foreach& loop) {
  if (!tree) return;
  if (loop.sort_direction != 0) {
    error("sort-twice", span(tree), "this loop is sorted twice").hint("keep one '+' or '-'");
    return;
  }
  loop.sort_direction = tree->PLUS() ? 1 : -1;
  loop.sort_column = column;
}

// ------------------------------------------------------------------ the rest

StmtPtr Builder::delete_statement(P::DeleteStatementContext* tree) {
  auto node = make<Delete>(tree);
  node->target = expr(tree->expr());
  if (node->target->kind != ExprKind::Symbol && node->target->kind != ExprKind::Index)
    error("delete-target", node->target->span,
          "'delete' takes a variable, an array or an array's element");
  return node;
}

StmtPtr Builder::try_catch(P::TryStatementContext* tree) {
  auto node = make<Try>(tree);
  node->body = block(tree->block(0));
  node->handler = block(tree->block(1));
  if (tree->IDENTIFIER()) {
    node->message = std::make_unique<Symbol>();
    node->message->span = token(tree->IDENTIFIER()).span;
    node->message->name = token(tree->IDENTIFIER()).text;
  }
  return node;
}

}  // namespace coretap::syntax
