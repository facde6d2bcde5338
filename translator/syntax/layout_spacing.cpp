#include "syntax/layout_spacing.h"

#include "StpLexer.h"

namespace coretap::syntax {

namespace {

/// In a probe's points: does a part begin here?
bool begins_point(const LayoutState& state) {
  switch (state.type) {
    case StpLexer::PROBE:
    case StpLexer::COMMA:
    case StpLexer::DOT:
    case StpLexer::ASSIGN:
    case StpLexer::ADD_ASSIGN: return true;
    default: return state.role == Role::Open;
  }
}

Role role_of_sign(size_t next, const LayoutState& state) {
  if (!state.ends_operand()) return Role::Unary;
  switch (next) {
    case StpLexer::RPAREN:
    case StpLexer::COMMA:
    case StpLexer::RBRACKET:
    case StpLexer::LIMIT:
    case StpLexer::IN:
    case StpLexer::ASSIGN: return Role::Suffix;  // of foreach
    default: return Role::Binary;
  }
}

bool is_argument(const Piece& piece) {
  return piece.type == StpLexer::ARGUMENT || piece.type == StpLexer::AT_ARGUMENT;
}

}  // namespace

Role role_of(const Piece& piece, size_t next, const LayoutState& state, bool is_ambiguous) {
  const size_t type = piece.type;
  const bool is_in_points = state.is_in_points();
  if (begins_operand(type)) return Role::Operand;
  if (is_keyword(type)) {
    if (state.type == StpLexer::ARROW) return Role::Operand;
    if (is_in_points && begins_point(state)) return Role::Operand;
    if (is_in_points && state.role == Role::Wildcard && piece.is_adjacent) return Role::Operand;
    if (state.role == Role::AsWritten && state.type == StpLexer::DOT && piece.is_adjacent)
      return Role::Operand;
    return Role::Keyword;
  }
  switch (type) {
    case StpLexer::PLUS:
    case StpLexer::MINUS: return role_of_sign(next, state);
    case StpLexer::AMPERSAND: return state.ends_operand() ? Role::Binary : Role::Unary;
    case StpLexer::INCREMENT:
    case StpLexer::DECREMENT: return state.ends_operand() ? Role::Suffix : Role::Unary;
    case StpLexer::BANG:
      return is_in_points && state.ends_operand() ? Role::Suffix
             : is_ambiguous                       ? Role::AsWritten
                                                  : Role::Unary;
    case StpLexer::TILDE: return Role::Unary;
    case StpLexer::QUESTION:
      return is_in_points ? Role::Suffix : is_ambiguous ? Role::AsWritten : Role::Binary;
    case StpLexer::STAR:
      if (is_in_points) return Role::Wildcard;
      if (is_ambiguous) return Role::AsWritten;
      return state.ends_operand() ? Role::Binary : Role::Operand;
    case StpLexer::PERCENT:
      return state.declaration == Declaration::Global && state.is_file_level() ? Role::Suffix
                                                                               : Role::Binary;
    case StpLexer::DOT:
      return is_in_points ? Role::Dot : is_ambiguous ? Role::AsWritten : Role::Binary;
    case StpLexer::COLON:
      return state.declaration == Declaration::Function ? Role::Dot : Role::Binary;
    case StpLexer::PRETTY: return state.ends_operand() ? Role::Suffix : Role::Operand;
    case StpLexer::ARROW: return Role::Arrow;
    case StpLexer::COMMA: return Role::Comma;
    case StpLexer::SEMICOLON: return Role::Semicolon;
    case StpLexer::LPAREN:
    case StpLexer::LBRACKET: return Role::Open;
    case StpLexer::LBRACE:
      return is_in_points && !state.is_after_body && begins_point(state) ? Role::Open
                                                                         : Role::OpenBlock;
    case StpLexer::RPAREN: {
      const Open* top = state.innermost();
      return top && top->is_head ? Role::CloseHead : Role::Close;
    }
    case StpLexer::RBRACKET: return Role::Close;
    case StpLexer::RBRACE: {
      const Open* top = state.innermost();
      return top && top->kind == Open::Points ? Role::Close : Role::CloseBlock;
    }
    case StpLexer::PP_OPEN:
    case StpLexer::PP_THEN:
    case StpLexer::PP_ELSE:
    case StpLexer::PP_CLOSE: return Role::Preprocessor;
    case StpLexer::BAD_CHARACTER:
    case StpLexer::BAD_EMBEDDED:
    case StpLexer::BAD_COMMENT: return Role::AsWritten;
    default: return Role::Binary;
  }
}

bool is_blank_between(const Piece& before, const LayoutState& state, const Piece& piece,
                      Role role) {
  if (before.is_comment || piece.is_comment) return true;
  const Role left = state.role;
  // What stands directly behind a script's argument may belong to it: `$1_name`.
  if (is_argument(before) || is_argument(piece)) {
    if (left == Role::Operand && role == Role::Operand) return !piece.is_adjacent;
  }
  if (left == Role::AsWritten || role == Role::AsWritten) return !piece.is_adjacent;
  if (left == Role::Preprocessor || role == Role::Preprocessor)
    return (left != Role::Open || before.type == StpLexer::LBRACE) && role != Role::Close &&
           role != Role::Comma && role != Role::Semicolon;
  switch (role) {
    case Role::Comma:
    case Role::Semicolon: return false;
    case Role::Suffix: return piece.type == StpLexer::QUESTION || piece.type == StpLexer::BANG;
    case Role::Arrow:
    case Role::Close:
    case Role::CloseHead: return false;
    case Role::Dot: return false;
    case Role::CloseBlock: return true;
    default: break;
  }
  switch (left) {
    case Role::None:
    case Role::Open:
    case Role::Dot:
    case Role::Arrow: return false;
    case Role::Unary:
      // "- -x" and "! ~x" would be other tokens.
      return role == Role::Unary && (before.text.back() == piece.text.front() ||
                                     (before.text == "!" && piece.text == "~"));
    case Role::Wildcard:
      return role == Role::OpenBlock || role == Role::Binary || role == Role::Keyword;
    default: break;
  }
  switch (role) {
    case Role::Wildcard: return !state.ends_operand();
    case Role::Open:
      if (piece.type == StpLexer::LBRACE) return true;
      if (piece.type == StpLexer::LBRACKET) return !state.ends_operand();
      if (left == Role::Suffix) return !state.is_in_points();
      return left != Role::Operand ||
             !(before.type == StpLexer::IDENTIFIER || before.type == StpLexer::AT_NAME ||
               is_keyword(before.type) || state.is_in_points());
    default: return true;
  }
}

}  // namespace coretap::syntax
