// Parse tree to AST. Private to translator/syntax: the only user is parse.cpp.
//
// The grammar accepts a superset; what it cannot say is refused here, each with a sentence:
// operands that cannot be assigned to, an unparenthesised `in` as an operand of a tighter
// operator, unknown @operators, embedded C without -g, the shape of print's arguments.
#pragma once

#include <functional>
#include <memory>

#include "StpParser.h"
#include "ast/ast.h"
#include "syntax/parse.h"
#include "syntax/token.h"

namespace coretap::syntax {

class Builder {
 public:
  /// `tokens` are those that the parser read, in order; a parse-tree token's index points there.
  Builder(const Tokens& tokens, const SourceFile& file, ParseContext& context)
      : tokens_(tokens), file_(file), context_(context), diagnostics_(*context.diagnostics) {}

  std::unique_ptr<ast::File> build(StpParser::FileContext* tree);

 private:
  // declarations
  void declaration(StpParser::DeclarationContext* tree, ast::File& file);
  void probe(StpParser::ProbeDeclarationContext* tree, ast::File& file);
  void alias_name(StpParser::ProbePointContext* tree, ast::ProbeDecl& decl);
  std::vector<ast::ProbePoint> probe_points(StpParser::ProbePointListContext* tree);
  std::vector<ast::ProbePoint> probe_point(StpParser::ProbePointContext* tree);
  void join_alternatives(StpParser::ProbeComponentContext* part,
                         std::vector<ast::ProbePoint>& points);
  ast::ProbeComponent probe_component(StpParser::ProbeComponentContext* tree);
  void global(StpParser::GlobalDeclarationContext* tree, ast::File& file);
  /// Reports a second variable of one name in one list.
  void check_new(const ast::VarDecl& added,
                 const std::vector<std::unique_ptr<ast::VarDecl>>& before, const std::string& kind);
  void function(StpParser::FunctionDeclarationContext* tree, ast::File& file);
  ast::Type value_type(StpParser::ValueTypeContext* tree);
  std::unique_ptr<ast::Block> block(StpParser::BlockContext* tree);

  // statements
  ast::StmtPtr statement(StpParser::StatementContext* tree);
  ast::StmtPtr body(StpParser::StatementContext* tree);
  ast::StmtPtr loop_body(StpParser::StatementContext* tree);
  ast::StmtPtr return_statement(StpParser::ReturnStatementContext* tree);
  void check_in_loop(antlr4::ParserRuleContext* tree);
  ast::StmtPtr expression_statement(StpParser::ExprStatementContext* tree);
  ast::StmtPtr for_loop(StpParser::ForStatementContext* tree);
  ast::StmtPtr foreach_loop(StpParser::ForeachStatementContext* tree);
  void foreach_keys(StpParser::ForeachHeadContext* tree, ast::Foreach& loop);
  void foreach_array(StpParser::ForeachHeadContext* tree, ast::Foreach& loop);
  void sort_by(StpParser::SortDirectionContext* tree, unsigned column, ast::Foreach& loop);
  ast::StmtPtr try_catch(StpParser::TryStatementContext* tree);
  ast::StmtPtr delete_statement(StpParser::DeleteStatementContext* tree);

  // expressions
  ast::ExprPtr expr(StpParser::ExprContext* tree);
  ast::ExprPtr optional_expr(StpParser::ExprContext* tree);
  ast::ExprPtr primary(StpParser::PrimaryContext* tree);
  ast::ExprPtr number(const Token& token, const Span& span, bool negative);
  ast::ExprPtr operand(StpParser::OperandContext* tree);
  void add_index(ast::ExprPtr& base, StpParser::IndexContext* tree, const Span& span);
  void add_member(ast::ExprPtr& base, std::string name, const Span& span);
  void add_pretty(ast::ExprPtr& base, size_t dollars, const Span& span);
  void add_component(ast::ExprPtr& base, ast::Component component, const Span& span);
  ast::ExprPtr unary(StpParser::UnaryExprContext* tree);
  ast::ExprPtr address_of(StpParser::UnaryExprContext* tree, ast::ExprPtr operand, const Span& at);
  ast::ExprPtr inc_dec(ast::ExprKind kind, const Token& op, ast::ExprPtr operand, const Span& span);
  ast::ExprPtr binary(StpParser::BinaryExprContext* tree);
  ast::ExprPtr regex(StpParser::BinaryExprContext* tree, ast::Operator op);
  ast::ExprPtr in_expression(StpParser::InExprContext* tree);
  ast::ExprPtr membership(std::vector<ast::ExprPtr> indexes, StpParser::InArrayContext* array,
                          const Span& span);
  ast::ExprPtr assignment(StpParser::AssignExprContext* tree);
  ast::ExprPtr tight(StpParser::ExprContext* tree);
  std::vector<ast::ExprPtr> index_list(StpParser::IndexContext* tree);
  std::vector<ast::ExprPtr> argument_list(StpParser::ArgumentsContext* tree);

  // calls and @operators (build_operators.cpp)
  ast::ExprPtr call(StpParser::CallPrimaryContext* tree);
  static bool is_print_name(std::string_view name);
  ast::ExprPtr print_call(const std::string& name, std::vector<ast::ExprPtr> args,
                          const Span& span);
  void print_format(ast::Print& print);
  void print_delimiter(ast::Print& print);
  void check_print_values(const ast::Print& print);
  ast::ExprPtr at_call(StpParser::AtCallContext* tree);
  ast::ExprPtr at_operator(const std::string& name, std::vector<ast::ExprPtr> args,
                           const Span& span);
  void check_plain_operator(const ast::AtOp& node);
  ast::ExprPtr cast(std::vector<ast::ExprPtr> args, const Span& span);
  ast::ExprPtr at_var(std::vector<ast::ExprPtr> args, const Span& span);
  ast::ExprPtr statistic(StatFn fn, std::vector<ast::ExprPtr> args, const Span& span);
  ast::ExprPtr histogram(bool linear, std::vector<ast::ExprPtr> args, const Span& span);
  bool check_count(const std::string& name, const std::vector<ast::ExprPtr>& args, size_t least,
                   size_t most, const Span& span);
  std::optional<int64_t> literal_number(const ast::Expr& expr, const std::string& what);
  std::string literal_string(const ast::Expr& expr, const std::string& what);
  std::string literal_name(const ast::Expr& expr, const std::string& what);

  // positions
  const Token& token(antlr4::Token* symbol) const { return tokens_[symbol->getTokenIndex()]; }
  const Token& token(antlr4::tree::TerminalNode* node) const { return token(node->getSymbol()); }
  Span span(antlr4::ParserRuleContext* tree) const;
  template <typename Node>
  std::unique_ptr<Node> make(antlr4::ParserRuleContext* tree) const {
    auto node = std::make_unique<Node>();
    node->span = span(tree);
    return node;
  }
  ast::ExprPtr error_value(const Span& span) const;
  Diagnostic& error(const char* id, const Span& at, std::string message) {
    return diagnostics_.parse_error(id, at, std::move(message));
  }
  bool allow_embedded(const Span& at);
  bool is_before(const char* version) const {
    return !context_.is_own_library && coretap::is_before(*context_.facts, version);
  }
  ast::ExprPtr inferred_cast(ast::ExprPtr value, const Span& at);
  /// "6..." or "-6" of a literal; reports what is not a number.
  int64_t number_value(const Token& token, bool negative);

  const Tokens& tokens_;
  const SourceFile& file_;
  ParseContext& context_;
  Diagnostics& diagnostics_;
  bool in_function_ = false;
  int loops_ = 0;  ///< loops around the statement that is being built
};

/// The statistic function of "@count", "count", …; empty if the name is none.
std::optional<StatFn> stat_fn_of(std::string_view name);

}  // namespace coretap::syntax
