// ANTLR's error handling, replaced: sentences instead of token sets, and recovery only where a
// person would resume reading: at the next statement or the next declaration.
#pragma once

#include <DefaultErrorStrategy.h>

#include "support/diagnostics.h"
#include "syntax/token.h"

namespace coretap::syntax {

class SyntaxErrors : public antlr4::DefaultErrorStrategy {
 public:
  /// `tokens` are those the parser reads; `end` is where a message about the end of the file
  /// points.
  SyntaxErrors(const Tokens& tokens, const Span& end, Diagnostics& diagnostics)
      : tokens_(tokens), end_(end), diagnostics_(diagnostics) {}

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override;
  void recover(antlr4::Parser* parser, std::exception_ptr e) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;
  void sync(antlr4::Parser* parser) override;

 private:
  void report_at(size_t token_index);
  bool follows_from_string(size_t token_index);
  void skip_to_declaration(antlr4::Parser* parser);
  void skip_statement(antlr4::Parser* parser);

  const Tokens& tokens_;
  Span end_;
  Diagnostics& diagnostics_;
  /// Index of the token of the last message: a block that is closed nowhere would otherwise be
  /// reported by every block around it as well.
  size_t last_reported_ = static_cast<size_t>(-1);
  size_t behind_string_ = 0;  ///< behind the last string without end whose consequence was left out
};

}  // namespace coretap::syntax
