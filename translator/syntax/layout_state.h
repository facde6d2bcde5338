// Where the layout is in a script: in which brackets, blocks and statements. It reads tokens before the preprocessor, so there is no
// tree: the branches of `%( … %)` may each begin a block that is ended once, a macro's text may be anything, and what a script
// means must not depend on the machine that lays it out. What is followed is what indentation needs: brackets, the statements
// that others stand in, and where one statement ends and the next begins without a semicolon.
#pragma once

#include <cstddef>
#include <vector>

#include "syntax/layout_pieces.h"

namespace coretap::syntax {

/// What a token is to its neighbours.
enum class Role {
  None,     ///< nothing is before it
  Operand,  ///< a name, a literal, embedded code
  Keyword,  ///< of a statement or a declaration
  Unary,    ///< an operator before its operand
  Suffix,   ///< an operator behind its operand, as the '-' of `in a-`, the '%' of `a%[9]`
  Binary,
  Dot,       ///< between the parts of a probe point; the ':' of a type
  Wildcard,  ///< of a probe point
  Arrow,
  AsWritten,  ///< an operator or a part of a probe point, as in a macro's text
  Comma,
  Semicolon,
  Open,  ///< '(', '[' and the '{' of probe points
  Close,
  CloseHead,  ///< the ')' of `if (…)`
  OpenBlock,
  CloseBlock,
  Preprocessor,  ///< '%(' '%?' '%:' '%)'
};

enum class Declaration { None, Probe, Function, Global, Macro };

/// A bracket that is open, or a statement whose parts are not all there.
struct Open {
  enum Kind {
    Parenthesis,
    Bracket,
    Points,  ///< '{' in a probe point
    Block,
    Control,  ///< if, else, while, for, foreach, try, catch
    Shift,    ///< the branch of a conditional that stands further to the right
  } kind;
  size_t indent = 0;  ///< of the line that it is in
  size_t inner = 0;   ///< Block, Shift: of what is in it; brackets: where a line in them begins
  bool is_one_line = false;
  bool is_head = false;                      ///< a parenthesis of `if (…)`
  bool is_hanging = false;                   ///< a bracket at the end of its line
  size_t keyword = 0;                        ///< Control: its token's type
  bool wants_body = false, is_done = false;  ///< Control
  std::vector<size_t> questions;  ///< brackets: the columns of each '?' that has no ':' yet
};

/// All that a branch of a conditional begins with.
struct LayoutState {
  std::vector<Open> open;
  Declaration declaration = Declaration::None;
  bool is_in_statement = false;
  size_t statement_indent = 0;
  size_t align = 0;                 ///< where a further line of the statement begins
  bool aligns_next = false;         ///< that is where the next token stands, if it is on this line
  std::vector<size_t> questions;    ///< as Open::questions, outside of brackets
  Role role = Role::None;           ///< of the token before
  size_t type = 0;                  ///< of the token before
  bool is_after_body = false;       ///< behind the body of a declaration
  bool is_after_long_body = false;  ///< of several lines, and nothing is behind it yet

  bool ends_operand() const;
  /// The innermost that is no Shift, or null.
  const Open* innermost() const;
  Open* innermost();
  /// Are statements or declarations written here, not what is in brackets?
  bool is_statement_level() const;
  bool is_file_level() const;
  /// In the points of a probe's declaration?
  bool is_in_points() const;
  /// Where a statement begins that begins a line.
  size_t indent() const;
  void end_statement();
  /// Ends the statements that cannot go on with a token of this type.
  void close_controls(size_t next);
  /// Takes away the innermost Block and what is open in it. Nothing if there is none.
  void close_block(Open& closed);
  /// Takes away the innermost bracket. False if there is none.
  bool close_bracket(Open& closed);
};

/// A conditional or the definition of a macro.
struct OpenConditional {
  LayoutState before;
  LayoutState after_first;  ///< the end of its first branch
  bool has_first = false;
  bool is_macro = false;
  bool is_in_condition = false;
  bool is_one_line = false;
  size_t indent = 0;         ///< of the line that it begins in
  size_t column = 0;         ///< where it begins
  size_t source_column = 0;  ///< where the line began that it began in
};

/// Can a token of this type begin an expression?
bool begins_operand(size_t type);
/// A keyword that begins a statement.
bool begins_statement(size_t type);
bool is_keyword(size_t type);

}  // namespace coretap::syntax
