// One pass over the tokens and comments. Its rules:
//
//   - A line break stays where it is written, and so does an empty line; a line never becomes two for its length.
//   - What is written on one line, braces included, stays on it.
//   - Else a block has lines of its own: '{' behind the head of a statement, on a line of its own below the head of a probe or a
//     function; '}' begins a line, and "else" and "catch" stand behind it. Each statement in it begins a line.
//   - A statement is indented by two blanks more than what it stands in. What continues a statement stands below what is behind the
//     bracket that it is in, or else four blanks further; a ':' below its '?'.
//   - A branch of `%( … %)` is indented further if its first line is.
//   - An empty line is between declarations of several lines.
//   - A comment behind code has three blanks before it; those that stood below each other still do.
//   - Embedded C stays as it is.
#include "syntax/layout.h"

#include <algorithm>

#include "StpLexer.h"
#include "support/internal_error.h"
#include "syntax/layout_lines.h"
#include "syntax/layout_pieces.h"
#include "syntax/layout_spacing.h"
#include "syntax/layout_state.h"

namespace coretap {

namespace syntax {
namespace {

constexpr size_t kStep = 2;          ///< blanks of a level
constexpr size_t kContinuation = 4;  ///< of a line that goes on
/// Each branch of a conditional begins with a copy of the state, so its size is bounded.
constexpr size_t kMaxDepth = 1000;

class Layout {
 public:
  explicit Layout(const SourceFile& file) : pieces_(pieces_of(file)) {}

  /// False: nested too deep, at failed_at().
  bool run() {
    for (size_t i = 0; i < pieces_.size(); i++) {
      if (s_.open.size() > kMaxDepth || conditionals_.size() > kMaxDepth) {
        failed_at_ = i;
        return false;
      }
      if (pieces_[i].breaks_before > 0) source_line_column_ = pieces_[i].column;
      if (pieces_[i].is_comment)
        comment(i);
      else if (pieces_[i].type >= StpLexer::PP_OPEN && pieces_[i].type <= StpLexer::PP_CLOSE)
        directive(i);
      else
        token(i);
    }
    return true;
  }

  std::string text() const { return lines_.text(); }
  std::string_view failed_at() const { return pieces_[failed_at_].text; }

 private:
  // ---------------------------------------------------------------- lines

  bool must_break_after(size_t i) const { return i > 0 && pieces_[i - 1].ends_line; }

  /// `may_have_blank`: may an empty line be before it?
  void begin_line(size_t i, size_t indent, bool may_have_blank = true) {
    bool blank = pieces_[i].breaks_before > 1 && may_have_blank;
    if (i > 0 && pieces_[i - 1].type == StpLexer::LBRACE && s_.role == Role::OpenBlock)
      blank = false;
    if (s_.is_after_long_body && pieces_[i].type != StpLexer::PP_CLOSE &&
        pieces_[i].type != StpLexer::PP_ELSE)
      blank = true;
    s_.is_after_long_body = false;
    lines_.begin_line(indent, blank);
  }

  bool is_forced_apart() const {
    const Open* top = s_.innermost();
    if (!conditionals_.empty() && conditionals_.back().is_one_line) return false;
    return s_.role != Role::Preprocessor && (!top || top->kind == Open::Block) &&
           !(top && top->is_one_line);
  }

  /// The column of a line that continues something.
  size_t continuation(const Piece& piece, Role role) const {
    if (!conditionals_.empty() && conditionals_.back().is_in_condition)
      return conditionals_.back().column + 3;
    const Open* top = s_.innermost();
    const bool is_bracket = top && top->kind != Open::Block && top->kind != Open::Control;
    const std::vector<size_t>& questions = is_bracket ? top->questions : s_.questions;
    if (piece.type == StpLexer::COLON && role == Role::Binary && !questions.empty())
      return questions.back();
    if (!is_bracket) return s_.align;
    if (top->is_hanging)
      return top->indent + (role == Role::Close || role == Role::CloseHead ? 0 : kContinuation);
    return top->inner;
  }

  // ---------------------------------------------------------------- where statements begin

  /// The type of the first token from `i` on that is not a comment; EOF at the end.
  size_t type_from(size_t i) const {
    while (i < pieces_.size() && pieces_[i].is_comment) i++;
    return i < pieces_.size() ? pieces_[i].type : antlr4::Token::EOF;
  }

  bool is_in_macro_text() const {
    return !conditionals_.empty() && conditionals_.back().is_macro && !s_.innermost();
  }

  /// Does the token begin a statement or a declaration, though the one before has no ';'? `on_new_line`: of what may go on or not
  /// (the text of a macro), the line break tells.
  bool begins_new(const Piece& piece, bool on_new_line) const {
    if (!s_.is_in_statement || !s_.is_statement_level()) return false;
    const size_t type = piece.type;
    if (type == StpLexer::RBRACE || type == antlr4::Token::EOF) return true;
    if (s_.is_file_level() && !conditionals_macro()) return begins_declaration(piece, on_new_line);
    if (type == StpLexer::ELSE || type == StpLexer::CATCH) return true;
    if (!s_.ends_operand() || s_.type == StpLexer::RETURN)
      return s_.ends_operand() && begins_statement(type);
    if (type == StpLexer::AT_NAME || type == StpLexer::ARGUMENT || type == StpLexer::AT_ARGUMENT)
      return on_new_line;
    if (begins_operand(type)) {
      const bool is_string = type == StpLexer::STRING_LITERAL || type == StpLexer::AT_ARGUMENT;
      if (s_.type == StpLexer::AT_NAME || s_.type == StpLexer::ARGUMENT) return on_new_line;
      return !(is_string &&
               (s_.type == StpLexer::STRING_LITERAL || s_.type == StpLexer::AT_ARGUMENT));
    }
    if (type == StpLexer::LPAREN)
      return on_new_line && s_.type != StpLexer::IDENTIFIER && s_.type != StpLexer::AT_NAME;
    return begins_statement(type) || type == StpLexer::BANG || type == StpLexer::TILDE;
  }

  bool conditionals_macro() const {
    return std::any_of(conditionals_.begin(), conditionals_.end(),
                       [](const OpenConditional& each) { return each.is_macro; });
  }

  bool begins_declaration(const Piece& piece, bool on_new_line) const {
    if (s_.type == StpLexer::PRIVATE || s_.declaration == Declaration::Macro) return false;
    switch (piece.type) {
      case StpLexer::PROBE:
      case StpLexer::GLOBAL:
      case StpLexer::FUNCTION:
      case StpLexer::PRIVATE:
        if (s_.declaration == Declaration::None && s_.type == StpLexer::AT_NAME && !on_new_line)
          return false;
        return s_.role != Role::Dot && s_.role != Role::Comma && s_.type != StpLexer::PROBE;
      case StpLexer::EMBEDDED:
        return s_.declaration == Declaration::Global || s_.declaration == Declaration::None;
      case StpLexer::AT_NAME:
        if (piece.text == "@define") return true;
        return (s_.declaration == Declaration::Global || s_.declaration == Declaration::None) &&
               s_.ends_operand() && on_new_line;
      default: return false;
    }
  }

  /// Ends what cannot go on with the token `type`.
  void settle(const Piece& piece, bool on_new_line) {
    if (!conditionals_.empty() && conditionals_.back().is_in_condition) return;
    if (begins_new(piece, on_new_line)) s_.end_statement();
    if (!s_.is_in_statement) s_.close_controls(piece.type);
  }

  // ---------------------------------------------------------------- comments

  void comment(size_t i) {
    const Piece& piece = pieces_[i];
    const bool ends_its_line = piece.ends_line || i + 1 == pieces_.size() ||
                               pieces_[i + 1].breaks_before > 0 || is_before_end_of_block(i + 1);
    const bool has_lines = piece.text.find('\n') != std::string_view::npos;
    if (i > 0 && piece.breaks_before == 0 && !must_break_after(i)) {
      if (ends_its_line && !has_lines) return lines_.add_comment(piece.text, piece.column);
      if (!lines_.is_empty() && !(s_.role == Role::Open && piece.is_adjacent)) lines_.add(" ");
    } else {
      const size_t column = comment_column(i);
      begin_line(i, column);
      if (ends_its_line && !has_lines) return lines_.add_comment(piece.text, piece.column);
    }
    add_comment_of_lines(piece);
  }

  /// Is it a '}' that will begin a line?
  bool is_before_end_of_block(size_t i) const {
    const Open* block = innermost_block();
    return pieces_[i].type == StpLexer::RBRACE && block && !block->is_one_line;
  }

  /// Where a comment on a line of its own stands: where what it belongs to would.
  size_t comment_column(size_t i) {
    size_t next = i;
    while (next < pieces_.size() && pieces_[next].is_comment) next++;
    if (next == pieces_.size()) {
      Piece end;
      end.type = antlr4::Token::EOF;
      settle(end, true);
      return s_.indent();
    }
    const Piece& piece = pieces_[next];
    if (piece.type >= StpLexer::PP_OPEN && piece.type <= StpLexer::PP_CLOSE) {
      if (s_.is_statement_level() && s_.ends_operand() &&
          !(s_.is_file_level() && s_.declaration == Declaration::Probe))
        return s_.indent();
      return s_.is_in_statement ? continuation(pieces_[i], Role::None) : s_.indent();
    }
    settle(piece, true);
    if (s_.is_statement_level() && piece.type == StpLexer::LBRACE && s_.is_in_statement &&
        s_.is_file_level())
      return s_.statement_indent;
    return s_.is_in_statement ? continuation(pieces_[i], Role::None) : s_.indent();
  }

  /// The lines of a comment move with its first.
  void add_comment_of_lines(const Piece& piece) {
    const size_t now = lines_.column();
    std::string_view rest = piece.text;
    bool is_first = true;
    while (true) {
      const size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      if (const size_t last = line.find_last_not_of(" \t\r\f\v"); end != std::string_view::npos)
        line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
      if (is_first) {
        lines_.add(line);
      } else {
        lines_.add("\n");
        const size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
        const size_t width = column_after(line.substr(0, blanks), 0) + now;
        if (now == piece.column)
          lines_.add(line);
        else if (blanks < line.size())
          lines_.add(std::string(width > piece.column ? width - piece.column : 0, ' ') +
                     std::string(line.substr(blanks)));
      }
      is_first = false;
      if (end == std::string_view::npos) return;
      rest = rest.substr(end + 1);
    }
  }

  // ---------------------------------------------------------------- %( %? %: %)

  void directive(size_t i) {
    const Piece& piece = pieces_[i];
    const bool on_new_line = piece.breaks_before > 0 || must_break_after(i);
    const bool opens = piece.type == StpLexer::PP_OPEN;
    const bool closes_branch = piece.type == StpLexer::PP_ELSE || piece.type == StpLexer::PP_CLOSE;
    if (on_new_line && s_.is_statement_level() &&
        !(s_.is_file_level() && s_.declaration != Declaration::None) &&
        (closes_branch || (opens && s_.ends_operand())) && s_.is_in_statement && s_.ends_operand())
      s_.end_statement();
    if (on_new_line && i > 0) {
      const bool is_nested = !conditionals_.empty();
      size_t indent =
          closes_branch && is_nested                     ? conditionals_.back().indent
          : piece.type == StpLexer::PP_THEN && is_nested ? conditionals_.back().indent + 3
          : s_.is_statement_level() ? (s_.is_in_statement ? s_.statement_indent : s_.indent())
                                    : continuation(piece, Role::Preprocessor);
      begin_line(i, indent);
    } else if (i > 0 && !lines_.is_empty() &&
               is_blank_between(pieces_[i - 1], s_, piece, Role::Preprocessor)) {
      lines_.add(" ");
    }
    const size_t column = lines_.column();
    if (opens && s_.aligns_next) {
      if (!on_new_line) s_.align = column;
      s_.aligns_next = false;
    }
    lines_.add(piece.text);
    switch (piece.type) {
      case StpLexer::PP_OPEN: open_conditional(piece, i, column); break;
      case StpLexer::PP_THEN: then(i); break;
      case StpLexer::PP_ELSE: otherwise(i); break;
      default: close_conditional(); break;
    }
  }

  void open_conditional(const Piece& piece, size_t i, size_t column) {
    OpenConditional conditional;
    conditional.is_macro = s_.declaration == Declaration::Macro && s_.is_file_level();
    conditional.is_in_condition = !conditional.is_macro;
    conditional.is_one_line = piece.is_one_line;
    conditional.indent = lines_.indent();
    conditional.column = column;
    conditional.source_column = source_line_column_;
    conditional.before = s_;
    conditional.before.is_after_long_body = false;
    conditionals_.push_back(std::move(conditional));
    if (conditionals_.back().is_macro) s_ = LayoutState();
    s_.role = Role::Preprocessor;
    s_.type = StpLexer::PP_OPEN;
    if (conditionals_.back().is_macro) begin_branch(i);
  }

  /// Behind '%?', '%:' and the '%(' of a macro's text.
  void begin_branch(size_t i) {
    const OpenConditional& conditional = conditionals_.back();
    if (i + 1 >= pieces_.size() || pieces_[i + 1].breaks_before == 0) return;
    if (pieces_[i + 1].column <= conditional.source_column && !conditional.is_macro) return;
    if (!s_.is_statement_level() || s_.is_in_statement) return;
    // These belong to what is before the conditional, and stand as that does.
    const size_t first = type_from(i + 1);
    if (first == StpLexer::ELSE || first == StpLexer::CATCH || first == StpLexer::RBRACE) return;
    Open shift;
    shift.kind = Open::Shift;
    shift.inner = (conditional.is_macro ? conditional.indent : s_.indent()) + kStep;
    s_.open.push_back(shift);
  }

  void then(size_t i) {
    if (conditionals_.empty() || conditionals_.back().is_macro) return;
    conditionals_.back().is_in_condition = false;
    restore();
    begin_branch(i);
  }

  void otherwise(size_t i) {
    if (conditionals_.empty()) return;
    OpenConditional& conditional = conditionals_.back();
    if (!conditional.has_first) conditional.after_first = s_;
    conditional.has_first = true;
    restore();
    begin_branch(i);
  }

  /// A branch begins as the conditional did; but what is before it is '%?' or '%:'.
  void restore() {
    const bool ended_operand = conditionals_.back().before.ends_operand();
    s_ = conditionals_.back().before;
    if (!ended_operand || !s_.is_in_statement) s_.role = Role::Preprocessor;
  }

  void close_conditional() {
    if (conditionals_.empty()) return;
    OpenConditional conditional = std::move(conditionals_.back());
    conditionals_.pop_back();
    if (conditional.is_macro) {
      s_ = std::move(conditional.before);
      s_.declaration = Declaration::None;
      s_.is_in_statement = false;
      s_.role = Role::Close;
      s_.type = StpLexer::PP_CLOSE;
      return;
    }
    if (conditional.has_first) s_ = std::move(conditional.after_first);
    s_.is_after_long_body = false;
    const size_t shifts = count_shifts(conditional.before);
    for (size_t left = count_shifts(s_), k = s_.open.size(); left > shifts && k > 0; k--)
      if (s_.open[k - 1].kind == Open::Shift) {
        s_.open.erase(s_.open.begin() + static_cast<ptrdiff_t>(k - 1));
        left--;
      }
    if (!s_.ends_operand() || !s_.is_in_statement) s_.role = Role::Preprocessor;
  }

  static size_t count_shifts(const LayoutState& state) {
    return static_cast<size_t>(
        std::count_if(state.open.begin(), state.open.end(),
                      [](const Open& each) { return each.kind == Open::Shift; }));
  }

  // ---------------------------------------------------------------- tokens

  void token(size_t i) {
    const Piece& piece = pieces_[i];
    const bool in_condition = !conditionals_.empty() && conditionals_.back().is_in_condition;
    const bool was_in_statement = s_.is_in_statement;
    bool on_new_line = piece.breaks_before > 0 || must_break_after(i);
    settle(piece, on_new_line);
    const bool begins = !in_condition && s_.is_statement_level() && !s_.is_in_statement;
    const Role role = role_of(piece, type_from(i + 1), begins ? fresh() : s_, is_in_macro_text());
    const bool has_comment_before = i > 0 && pieces_[i - 1].is_comment;

    size_t indent = begins ? s_.indent() : continuation(piece, role);
    if (i == 0) {
      on_new_line = true;
      indent = 0;
    } else if (role == Role::Semicolon) {
      on_new_line = false;
    } else if (role == Role::OpenBlock) {
      place_block(i, begins, on_new_line, indent);
    } else if (role == Role::CloseBlock) {
      const Open* block = innermost_block();
      indent = block ? block->indent : s_.indent();
      if (block) on_new_line = !block->is_one_line;
    } else if (piece.type == StpLexer::ELSE || piece.type == StpLexer::CATCH) {
      indent = s_.innermost() ? s_.innermost()->indent : s_.indent();
      if (s_.role == Role::CloseBlock && !was_one_line_ && !has_comment_before) on_new_line = false;
    } else if (piece.type == StpLexer::IF && s_.type == StpLexer::ELSE && !has_comment_before) {
      on_new_line = false;
    } else if (begins && !on_new_line && is_forced_apart() && !has_comment_before &&
               s_.role != Role::None && role != Role::Comma) {
      on_new_line = true;
    } else if (begins && was_in_statement && s_.is_file_level() && !conditionals_macro() &&
               !has_comment_before) {
      on_new_line = true;
    } else if (piece.type == StpLexer::EMBEDDED && s_.is_file_level() &&
               s_.declaration == Declaration::Function) {
      indent = s_.statement_indent;
    }
    on_new_line |= must_break_after(i) || (has_comment_before && piece.breaks_before > 0);
    if (on_new_line)
      begin_line(i, indent, role != Role::CloseBlock && (role != Role::OpenBlock || begins));
    else if (!lines_.is_empty() && is_blank_between(pieces_[i - 1], s_, piece, role))
      lines_.add(" ");
    if (s_.aligns_next) {
      if (!on_new_line) s_.align = lines_.column();
      s_.aligns_next = false;
    }
    if (begins && role != Role::CloseBlock) begin_statement();
    const size_t column = lines_.column();
    lines_.add(piece.text);
    if (!in_condition) follow(i, role, column);
    s_.role = role;
    s_.type = piece.type;
    s_.is_after_body = role == Role::CloseBlock && s_.is_file_level();
    if (role == Role::Comma && after_body_) s_.is_after_body = true;
    after_body_ = s_.is_after_body && role == Role::CloseBlock;
  }

  /// The state at the beginning of a statement: what is before is not an operand.
  LayoutState fresh() const {
    LayoutState state;
    const Open* top = s_.innermost();
    if (top) state.open.push_back(*top);
    return state;
  }

  const Open* innermost_block() const {
    for (size_t k = s_.open.size(); k > 0; k--)
      if (s_.open[k - 1].kind == Open::Block) return &s_.open[k - 1];
    return nullptr;
  }

  /// Where '{' of a block stands.
  void place_block(size_t i, bool begins, bool& on_new_line, size_t& indent) const {
    const Open* top = s_.innermost();
    const bool has_comment_before = pieces_[i - 1].is_comment;
    if (top && top->kind == Open::Control && top->wants_body) {
      on_new_line = false;
      indent = top->indent;
    } else if (has_comment_before) {
      if (!begins) indent = s_.statement_indent;
    } else if (begins) {
      if (is_forced_apart()) on_new_line = true;
    } else {  // of a declaration
      indent = s_.statement_indent;
      if (!pieces_[i].is_one_line) on_new_line = true;
    }
  }

  void begin_statement() {
    s_.is_in_statement = true;
    s_.statement_indent = lines_.indent();
    s_.align = s_.statement_indent + kContinuation;
    s_.questions.clear();
  }

  /// What the token changes for those behind it.
  void follow(size_t i, Role role, size_t column) {
    const Piece& piece = pieces_[i];
    const bool is_last = i + 1 < pieces_.size() && pieces_[i + 1].breaks_before > 0;
    switch (role) {
      case Role::Open: {
        Open open;
        open.kind = piece.type == StpLexer::LPAREN     ? Open::Parenthesis
                    : piece.type == StpLexer::LBRACKET ? Open::Bracket
                                                       : Open::Points;
        Open* top = s_.innermost();
        if (top && top->kind == Open::Control && piece.type == StpLexer::LPAREN &&
            (s_.role == Role::Keyword && s_.type == top->keyword))
          open.is_head = true;
        open.indent = lines_.indent();
        open.inner = column + 1;
        open.is_hanging = is_last;
        s_.open.push_back(std::move(open));
        return;
      }
      case Role::Close:
      case Role::CloseHead: {
        Open closed;
        if (!s_.close_bracket(closed) || !closed.is_head) return;
        if (Open* top = s_.innermost(); top && top->kind == Open::Control) top->wants_body = true;
        s_.is_in_statement = false;
        return;
      }
      case Role::OpenBlock: open_block(piece); return;
      case Role::CloseBlock: {
        Open closed;
        const size_t depth = s_.open.size();
        s_.close_block(closed);
        if (s_.open.size() == depth) return;
        was_one_line_ = closed.is_one_line;
        const bool is_declaration = s_.is_file_level() && !conditionals_macro();
        s_.end_statement();
        s_.is_after_long_body = is_declaration && !closed.is_one_line;
        return;
      }
      case Role::Semicolon:
        if (s_.is_statement_level()) s_.end_statement();
        return;
      case Role::Comma:
        s_.is_after_long_body = false;
        if (s_.is_file_level() && !s_.is_in_statement) return;
        if (s_.is_file_level() && after_body_) {  // a second body follows
          s_.declaration = Declaration::Probe;
          s_.is_in_statement = true;
        }
        return;
      case Role::Binary:
        if (piece.type == StpLexer::QUESTION) questions().push_back(column);
        if (piece.type == StpLexer::COLON && !questions().empty()) questions().pop_back();
        if (s_.is_in_points()) s_.aligns_next = true;  // behind the name of an alias
        return;
      case Role::Keyword: keyword(piece); return;
      case Role::Operand: operand(piece); return;
      default: return;
    }
  }

  std::vector<size_t>& questions() {
    Open* top = s_.innermost();
    return top && top->kind != Open::Block && top->kind != Open::Control ? top->questions
                                                                         : s_.questions;
  }

  void open_block(const Piece& piece) {
    Open block;
    block.kind = Open::Block;
    if (s_.is_file_level()) s_.declaration = Declaration::None;  // its head is over
    block.is_one_line = piece.is_one_line;
    const Open* top = s_.innermost();
    block.indent = top && top->kind == Open::Control ? top->indent : s_.statement_indent;
    block.inner = block.indent + kStep;
    s_.open.push_back(std::move(block));
    s_.is_in_statement = false;
  }

  void keyword(const Piece& piece) {
    switch (piece.type) {
      case StpLexer::PROBE:
        s_.declaration = Declaration::Probe;
        s_.aligns_next = true;
        s_.align = s_.statement_indent + 6;
        return;
      case StpLexer::FUNCTION: s_.declaration = Declaration::Function; return;
      case StpLexer::GLOBAL:
      case StpLexer::PRIVATE:
        s_.declaration = Declaration::Global;
        s_.aligns_next = true;
        return;
      case StpLexer::IF:
        if (s_.is_in_points()) return;
        [[fallthrough]];
      case StpLexer::WHILE:
      case StpLexer::FOR:
      case StpLexer::FOREACH: return open_control(piece.type, false);
      case StpLexer::RETURN: s_.aligns_next = true; return;
      case StpLexer::TRY: return open_control(piece.type, true);
      case StpLexer::ELSE:
      case StpLexer::CATCH: {
        Open* top = s_.innermost();
        if (!top || top->kind != Open::Control) return;
        top->keyword = piece.type;
        top->is_done = false;
        top->wants_body = true;
        s_.is_in_statement = false;
        return;
      }
      default: return;
    }
  }

  void open_control(size_t type, bool wants_body) {
    Open control;
    control.kind = Open::Control;
    control.keyword = type;
    control.indent = lines_.indent();
    control.wants_body = wants_body;
    s_.open.push_back(std::move(control));
    s_.is_in_statement = !wants_body;
  }

  void operand(const Piece& piece) {
    if (piece.type == StpLexer::AT_NAME && piece.text == "@define")
      s_.declaration = Declaration::Macro;
    if (piece.type != StpLexer::EMBEDDED || !s_.is_file_level() || conditionals_macro()) return;
    const bool is_long = piece.text.find('\n') != std::string_view::npos;
    s_.end_statement();
    s_.is_after_long_body = is_long;
  }

  std::vector<Piece> pieces_;
  LayoutState s_;
  std::vector<OpenConditional> conditionals_;
  LayoutLines lines_;
  size_t source_line_column_ = 0;  ///< where the present line begins in the source
  bool was_one_line_ = false;      ///< of the block that was closed last
  bool after_body_ = false;        ///< the token before is the '}' of a probe's body
  size_t failed_at_ = 0;
};

/// A comment without what the layout may change: blanks at the ends of its lines, and before them.
std::string words_of(std::string_view comment) {
  std::string words;
  bool is_at_start = true;
  for (char c : comment) {
    if (c == '\r') continue;
    if ((c == ' ' || c == '\t') && is_at_start) continue;
    if (c == '\n') words.erase(words.find_last_not_of(" \t\f\v") + 1);
    is_at_start = c == '\n';
    words += c;
  }
  words.erase(words.find_last_not_of(" \t\f\v") + 1);
  return words;
}

/// Does the layout hold the same tokens and comments? A script's text must never be lost by laying it out.
bool is_same(const SourceFile& before, const SourceFile& after) {
  const std::vector<Piece> left = pieces_of(before), right = pieces_of(after);
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(), [](const Piece& a, const Piece& b) {
        return a.type == b.type &&
               (a.is_comment ? words_of(a.text) == words_of(b.text) : a.text == b.text);
      });
}

}  // namespace
}  // namespace syntax

std::optional<std::string> canonical_layout(const SourceFile& file, Diagnostics& diagnostics) {
  syntax::Layout layout(file);
  if (!layout.run()) {
    const auto at = static_cast<uint32_t>(layout.failed_at().data() - file.text.data());
    diagnostics.parse_error("too-deep", Span{&file, at, at + 1, nullptr},
                            "this is nested deeper than coretap follows (" +
                                std::to_string(syntax::kMaxDepth) + " levels)");
    return std::nullopt;
  }
  SourceFile made;
  made.text = layout.text();
  if (!syntax::is_same(file, made))
    internal_error("the layout of '" + file.name + "' has other tokens");
  return std::move(made.text);
}

size_t highest_argument(const SourceFile& file) {
  constexpr size_t kMost = 1000;
  size_t highest = 0;
  for (const syntax::Piece& piece : syntax::pieces_of(file)) {
    if (piece.type != StpLexer::ARGUMENT && piece.type != StpLexer::AT_ARGUMENT) continue;
    size_t number = 0;
    for (char c : piece.text.substr(1))
      if (number <= kMost && c != '#') number = number * 10 + static_cast<size_t>(c - '0');
    if (number <= kMost) highest = std::max(highest, number);
  }
  return highest;
}

}  // namespace coretap
