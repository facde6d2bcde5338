#include "syntax/syntax_errors.h"

#include <Exceptions.h>
#include <atn/ATN.h>
#include <atn/ATNState.h>
#include <atn/ParserATNSimulator.h>

#include <algorithm>

#include "StpParser.h"
#include "syntax/explain.h"

namespace coretap::syntax {

using P = StpParser;

namespace {

bool begins_declaration(size_t type) {
  return type == P::PROBE || type == P::GLOBAL || type == P::FUNCTION || type == P::PRIVATE;
}

}  // namespace

/// Is an error here but the consequence of a string without end, which was reported? The first one behind it is.
bool SyntaxErrors::follows_from_string(size_t token_index) {
  for (size_t i = std::min(token_index, tokens_.size()); i-- > behind_string_;)
    if (tokens_[i].is_unclosed) {
      behind_string_ = i + 1;
      return true;
    }
  return false;
}

void SyntaxErrors::report_at(size_t token_index) {
  if (token_index == last_reported_) return;
  last_reported_ = token_index;
  if (follows_from_string(token_index)) return;
  explain(tokens_, token_index, end_, diagnostics_);
}

void SyntaxErrors::reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) {
  if (inErrorRecoveryMode(parser)) return;
  beginErrorCondition(parser);
  antlr4::Token* at = e.getOffendingToken();
  report_at(at ? at->getTokenIndex() : tokens_.size());
}

antlr4::Token* SyntaxErrors::recoverInline(antlr4::Parser* parser) {
  throw antlr4::InputMismatchException(parser);
}

/// Called before each turn of a loop of the grammar. A token that can begin neither a statement
/// nor end the block is reported here, so that the statements behind it are still read.
void SyntaxErrors::sync(antlr4::Parser* parser) {
  size_t rule = parser->getContext()->getRuleIndex();
  if (rule != P::RuleBlock && rule != P::RuleFile) return;
  antlr4::TokenStream* input = parser->getTokenStream();
  const antlr4::atn::ATN& atn = parser->getInterpreter<antlr4::atn::ParserATNSimulator>()->atn;
  antlr4::misc::IntervalSet wanted = atn.nextTokens(atn.states[parser->getState()]);
  while (!wanted.contains(input->LA(1))) {
    size_t next = input->LA(1);
    if (next == antlr4::Token::EOF || (rule == P::RuleBlock && begins_declaration(next))) return;
    if (wanted.contains(antlr4::Token::EPSILON)) return;
    report_at(input->index());
    if (rule == P::RuleBlock && next == P::RBRACE) return;
    rule == P::RuleBlock ? skip_statement(parser) : skip_to_declaration(parser);
  }
}

void SyntaxErrors::recover(antlr4::Parser* parser, std::exception_ptr e) {
  switch (parser->getContext()->getRuleIndex()) {
    case P::RuleStatement: skip_statement(parser); break;
    case P::RuleDeclaration:
      // Refused by its first words alone: go past them, or the same declaration begins again.
      if (parser->getContext()->start == parser->getCurrentToken()) parser->consume();
      skip_to_declaration(parser);
      break;
    case P::RuleFile: skip_to_declaration(parser); break;
    default: std::rethrow_exception(e);
  }
  endErrorCondition(parser);
}

void SyntaxErrors::skip_to_declaration(antlr4::Parser* parser) {
  antlr4::TokenStream* input = parser->getTokenStream();
  while (input->LA(1) != antlr4::Token::EOF && !begins_declaration(input->LA(1))) parser->consume();
}

/// To behind the next ';' of this block, or before its '}', or before a declaration, whichever
/// comes first; nested braces are passed over as a whole.
void SyntaxErrors::skip_statement(antlr4::Parser* parser) {
  antlr4::TokenStream* input = parser->getTokenStream();
  int depth = 0;
  while (true) {
    size_t type = input->LA(1);
    if (type == antlr4::Token::EOF || begins_declaration(type)) return;
    if (type == P::RBRACE && depth-- == 0) return;
    if (type == P::LBRACE) depth++;
    parser->consume();
    if (depth == 0 && (type == P::SEMICOLON || type == P::RBRACE)) return;
  }
}

}  // namespace coretap::syntax
