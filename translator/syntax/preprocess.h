// The preprocessor: a filter from the lexer's tokens to those that the parser sees. It resolves
//   %( condition %? then %: else %)     anywhere, branches need not balance
//   @define name(a, b) %( body %)       and the uses @name(x, y); inside the body @a, @b
//   $1 @1 $# @#                         script arguments: pasted as text, as a string, their count
//   "a" "b" and "a" @macro              adjacent strings become one
//
// `$1` is pasted as text, not as tokens: with the argument `vfs_` the script's `$1read` is the name
// `vfs_read`. Its text may use macros, but not name arguments again.
//
// It works on a stack of token lists. The use of a macro pushes its body; `$1` pushes the
// argument's tokens. A conditional therefore may begin in a macro and end outside, as in stap.
// Names with @ that are no macro pass through: they are operators, for the parser to judge.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>

#include "syntax/lex.h"
#include "syntax/macro.h"
#include "syntax/parse.h"
#include "syntax/token.h"

namespace coretap::syntax {

class Preprocessor {
 public:
  /// `context.sources`, `facts` and `diagnostics` must be set. Spans in the result point into
  /// `context.sources`.
  Preprocessor(Lexed lexed, const SourceFile& file, ParseContext& context);

  /// Everything that is left for the parser. Call once.
  Tokens run();

  /// True if run() lost its way (an endless comment, a recursive macro), after reporting why: its
  /// result is not worth parsing.
  bool failed() const { return failed_; }

  /// The macros that the text defined; valid after run().
  MacroMap take_macros() { return std::move(macros_); }

 private:
  /// What `@a` means inside a macro's body: the argument's tokens, and what *its* `@names` mean.
  struct Scope {
    std::map<std::string, Tokens, std::less<>> arguments;
    const Scope* caller = nullptr;
  };
  /// One token list being read. `origin` is where its tokens were put, or null.
  struct Frame {
    const Tokens* tokens;
    size_t next = 0;
    const Scope* scope = nullptr;
    const Span* origin = nullptr;
    const MacroUse* use = nullptr;
  };
  /// A token as read, with the scope that resolves its @name.
  struct Raw {
    Token token;
    const Scope* scope;
  };
  struct Condition {
    Span open;
    bool in_else = false;
  };

  std::optional<Raw> next_raw();
  const Token* peek_raw();
  std::optional<Token> next_expanded();
  bool expand(Raw& raw);

  bool is_before(const char* version) const;

  void define_macro(const Token& at_define);
  bool read_macro_parameters(Macro& macro);
  bool read_macro_body(Macro& macro, const Token& at_define);
  void use_macro(const Macro& macro, const Raw& use);
  bool read_macro_arguments(const Macro& macro, const Raw& use, Scope& scope);
  void push_argument_tokens(const Tokens& argument, const Scope* scope);

  void paste_argument(const Token& token);
  Tokens argument_text(const Token& token, size_t number);
  std::string take_glued_text(const Token& token, std::string_view value);

  void open_conditional(const Token& open);
  void else_of_conditional(const Token& at);
  void report_second_else(const Token& at);
  void report_stray_then(const Token& at);
  void close_conditional(const Token& at);
  bool skip_branch(bool stop_at_else);

  Token made_token(size_t type, std::string text, const Span& span) const;

  ParseContext& context_;
  Diagnostics& diagnostics_;
  const SourceFile& file_;
  Tokens input_;
  std::vector<Frame> frames_;
  std::vector<Condition> conditions_;
  MacroMap macros_;
  std::deque<Scope> scopes_;
  std::deque<MacroUse> uses_;
  std::deque<Tokens> pasted_;
  bool truncated_;
  size_t expansions_ = 0;
  size_t tokens_read_ = 0;
  bool failed_ = false;  ///< gave up: the input cannot be followed any further
};

/// The value of a `%(` condition, given its tokens without `%(` and `%?`. Empty when it is
/// malformed; that is reported at the token where it goes wrong, or at `open`.
std::optional<bool> evaluate_condition(const Tokens& condition, const Span& open,
                                       const PreprocessorFacts& facts, Diagnostics& diagnostics);

/// Joins each run of adjacent string tokens into one; with `comments_separate` only those that
/// nothing but white space separates in the script.
void join_strings(Tokens& tokens, bool comments_separate);

}  // namespace coretap::syntax
