// The parser knows which token it cannot take, but not what the author meant: the rule it stands
// in depends on how far its prediction looked, and the set of tokens it would take is long. So the
// sentence is found from the tokens before the mistake, as a reader would: which declaration is
// this, which brackets are open and what opened them, and what stood directly before.
#include "syntax/explain.h"

#include <optional>

#include "StpLexer.h"
#include "support/elsewhere.h"
#include "syntax/operator_tokens.h"

namespace coretap::syntax {

namespace {

using L = StpLexer;

/// An open bracket and what it is for.
struct Open {
  size_t type;       ///< of the bracket
  size_t index;      ///< of its token
  size_t owner;      ///< type of the token before it: IF, IDENTIFIER, …
  std::string name;  ///< of the function or operator it belongs to
};

/// What is known in front of the bad token.
struct Situation {
  size_t declaration = 0;           ///< PROBE, FUNCTION, GLOBAL; 0 between declarations
  size_t header_begin = 0;          ///< token index of its keyword
  std::vector<Open> open;           ///< innermost last
  std::optional<Open> last_closed;  ///< when the token before is its closing bracket
  bool in_body = false;             ///< inside the declaration's braces
};

bool opens(size_t type) { return type == L::LPAREN || type == L::LBRACKET || type == L::LBRACE; }
bool closes(size_t type) { return type == L::RPAREN || type == L::RBRACKET || type == L::RBRACE; }

bool is_statement_head(size_t type) {
  return type == L::IF || type == L::WHILE || type == L::FOR || type == L::FOREACH;
}

bool is_keyword(size_t type) { return type >= L::PROBE && type <= L::STRING; }

/// Can an expression be complete with this token?
bool ends_expression(size_t type) {
  switch (type) {
    case L::IDENTIFIER:
    case L::TARGET:
    case L::PRETTY:
    case L::NUMBER:
    case L::STRING_LITERAL:
    case L::EMBEDDED:
    case L::AT_NAME:
    case L::INCREMENT:
    case L::DECREMENT:
    case L::RPAREN:
    case L::RBRACKET: return true;
    default: return false;
  }
}

bool begins_expression(size_t type) {
  switch (type) {
    case L::MINUS:
    case L::PLUS:
    case L::BANG:
    case L::TILDE:
    case L::AMPERSAND:
    case L::LPAREN:
    case L::LBRACKET: return true;
    default: return ends_expression(type) && type != L::RPAREN && type != L::RBRACKET;
  }
}

/// An operator that needs something on its right. '.' is not among them: it also joins the parts of
/// a probe point.
bool is_operator(size_t type) {
  return type == L::QUESTION || type == L::COLON || (type != L::DOT && is_operator_token(type));
}

/// For a word that begins a declaration in C.
std::string no_declarations(const std::string& word) {
  return "variables are not declared: without '" + word + "' the assignment alone makes one";
}

class Explainer {
 public:
  Explainer(const Tokens& tokens, size_t at, const Span& end)
      : tokens_(tokens), at_(std::min(at, tokens.size())) {
    end_token_.type = static_cast<size_t>(-1);
    end_token_.span = end;
    look_back();
  }

  void report(Diagnostics& diagnostics) {
    std::string what = sentence();
    Diagnostic& message = diagnostics.parse_error("syntax", saw().span, std::move(what));
    for (std::string& hint : hints_) message.hint(std::move(hint));
    if (related_) message.see(tokens_[*related_].span, related_text_);
  }

 private:
  bool at_end() const { return at_ == tokens_.size(); }
  const Token& saw() const { return at_end() ? end_token_ : tokens_[at_]; }
  std::string saw_text() const { return at_end() ? "the end of the file" : describe(saw()); }
  size_t before() const { return at_ > 0 ? tokens_[at_ - 1].type : 0; }
  const Open* innermost() const {
    return situation_.open.empty() ? nullptr : &situation_.open.back();
  }

  std::string expected(const std::string& what) const {
    return "expected " + what + ", not " + saw_text();
  }

  void look_back();
  void enter(size_t i);
  void leave();

  std::string sentence();
  std::string between_declarations();
  std::string probe_header();
  std::string function_header();
  std::string global_header();
  std::string in_body();
  std::string in_statement();
  std::optional<std::string> bad_closing();
  std::optional<std::string> after_operator();
  std::optional<std::string> inside_parentheses(const Open& open);
  std::string inside_for(const Open& open);
  std::string inside_foreach(const Open& open);
  bool in_ternary() const;
  bool after_tuple() const;
  std::string unclosed(const Open& open);
  std::string bpftrace_probe(size_t at) const;
  void hint_at_dereference();
  void hint_at_words_of_c();

  const Tokens& tokens_;
  size_t at_;
  Token end_token_;
  Situation situation_;
  std::vector<std::string> hints_;
  std::optional<size_t> related_;
  std::string related_text_;
};

// ------------------------------------------------------------------ looking back

void Explainer::look_back() {
  for (size_t i = 0; i < at_; i++) {
    size_t type = tokens_[i].type;
    situation_.last_closed.reset();
    // A keyword that is a member's or a probe point's name begins nothing.
    bool is_name = i > 0 && (tokens_[i - 1].type == L::ARROW || tokens_[i - 1].type == L::DOT);
    bool declares =
        type == L::PROBE || type == L::FUNCTION || type == L::GLOBAL || type == L::PRIVATE;
    if (declares && !is_name && !(type != L::PRIVATE && i > 0 && tokens_[i - 1].type == L::PROBE)) {
      situation_ = Situation{};
      situation_.declaration = type;
      situation_.header_begin = i;
    } else if (opens(type)) {
      enter(i);
    } else if (closes(type)) {
      leave();
    } else if (type == L::EMBEDDED && situation_.declaration == L::FUNCTION &&
               !situation_.in_body) {
      situation_.declaration = 0;
    }
  }
}

void Explainer::enter(size_t i) {
  const Token* owner = i > 0 ? &tokens_[i - 1] : nullptr;
  situation_.open.push_back(
      {tokens_[i].type, i, owner ? owner->type : 0, owner ? owner->text : std::string()});
  bool header_ends = tokens_[i].type == L::LBRACE && situation_.open.size() == 1 &&
                     (owner == nullptr || (owner->type != L::DOT && owner->type != L::PROBE));
  if (header_ends && situation_.declaration) situation_.in_body = true;
}

void Explainer::leave() {
  if (situation_.open.empty()) return;
  situation_.last_closed = situation_.open.back();
  situation_.open.pop_back();
  if (situation_.open.empty() && situation_.in_body) {
    situation_.declaration = 0;
    situation_.in_body = false;
  }
}

// ------------------------------------------------------------------ declarations

std::string Explainer::sentence() {
  if (std::optional<std::string> closing = bad_closing()) return *closing;
  if (situation_.in_body) return in_body();
  switch (situation_.declaration) {
    case L::PROBE: return probe_header();
    case L::FUNCTION: return function_header();
    case L::GLOBAL:
    case L::PRIVATE: return global_header();
    default: return between_declarations();
  }
}

std::string Explainer::between_declarations() {
  if (std::string bpftrace = bpftrace_probe(at_); !bpftrace.empty())
    hints_.push_back(std::move(bpftrace));
  else if (saw().type == L::IDENTIFIER && begins_declaration_elsewhere(saw().text))
    hints_.emplace_back("a function is written: function NAME(PARAMETER, …) { … }");
  else if (saw().type == L::IDENTIFIER)
    for (const std::string& name :
         similar_names(saw().text, {"probe", "function", "global", "private"}, 1))
      hints_.push_back("similar: " + name);
  return expected("'probe', 'function' or 'global'");
}

/// A closing bracket that matches nothing, or not the innermost opening one.
std::optional<std::string> Explainer::bad_closing() {
  if (at_end() || !closes(saw().type)) return std::nullopt;
  const Open* open = innermost();
  if (!open) return "this " + describe(saw()) + " closes nothing";
  if (saw().type == L::RBRACE && open->type != L::LBRACE) return std::nullopt;
  bool matches = (saw().type == L::RPAREN && open->type == L::LPAREN) ||
                 (saw().type == L::RBRACKET && open->type == L::LBRACKET) ||
                 (saw().type == L::RBRACE && open->type == L::LBRACE);
  if (matches) return std::nullopt;
  related_ = open->index;
  related_text_ = describe(tokens_[open->index]) + " is still open";
  return "this " + describe(saw()) + " closes nothing";
}

std::string Explainer::probe_header() {
  const Open* open = innermost();
  for (const Open& each : situation_.open) {
    // Alternatives can begin a probe point, but a forgotten one is far more likely.
    if (each.type != L::LBRACE || each.owner == L::DOT) continue;
    related_ = each.index;
    related_text_ = "the '{' is";
    return "expected a probe point before '{'";
  }
  if (open && open->type == L::LPAREN && open->owner == L::IF) return in_body();
  if (open && open->type == L::LPAREN) {
    if (before() == L::LPAREN || before() == L::MINUS) {
      if (saw().text.starts_with('@')) hints_.push_back("there is no macro '" + saw().text + "'");
      return expected("a string or a number as the probe point's argument");
    }
    return expected("')' after the probe point's argument");
  }
  switch (before()) {
    case L::PROBE: return expected("a probe point after 'probe'");
    case L::DOT: return expected("a name, '*' or '{' after '.' in the probe point");
    case L::COMMA: return expected("another probe point after ','");
    case L::LBRACE: return expected("the first alternative after '{' in the probe point");
    case L::IF: return expected("'(' with the probe's condition after 'if'");
    case L::ASSIGN:
    case L::ADD_ASSIGN: return expected("the probe points that the alias stands for");
    default: break;
  }
  if (open && open->type == L::LBRACE) {
    related_ = open->index;
    related_text_ = "the alternatives begin";
    return expected("',' or '}' after an alternative of the probe point");
  }
  if (saw().type == L::STRING_LITERAL) hints_.push_back("an argument stands in parentheses");
  if (std::string bpftrace = saw().type == L::COLON ? bpftrace_probe(at_ - 1) : "";
      !bpftrace.empty())
    hints_.push_back(std::move(bpftrace));
  if (saw().type == L::SLASH)
    hints_.emplace_back(
        "bpftrace's filter is a condition in the handler: { if (CONDITION) … }, or { if "
        "(!CONDITION) next … }");
  return expected("'{' with the probe's statements, or ',' and another probe point");
}

std::string Explainer::function_header() {
  const Open* open = innermost();
  if (before() == L::FUNCTION) {
    if (is_keyword(saw().type) && !at_end())
      hints_.push_back("'" + saw().text + "' is a word of the language and cannot be a name");
    return expected("the function's name after 'function'");
  }
  if (before() == L::COLON) {
    if (!open && situation_.last_closed) return expected("the function's priority after ':'");
    return expected(open || tokens_[at_ - 2].type != L::RPAREN
                        ? "the type 'long' or 'string' after ':'"
                        : "the function's priority, a number, after ':'");
  }
  if (open) {
    if (before() == L::LPAREN || before() == L::COMMA) return expected("a parameter's name");
    return expected("',' or ')' after a parameter");
  }
  if (before() == L::RPAREN || before() == L::NUMBER)
    return expected("'{' with the function's statements");
  return expected("'(' with the function's parameters");
}

std::string Explainer::global_header() {
  if (before() == L::PRIVATE) return expected("'probe', 'function', 'global' or a name");
  if (innermost()) {
    if (before() == L::LBRACKET) return expected("the array's size or ']'");
    return expected("']' after the array's size");
  }
  switch (before()) {
    case L::GLOBAL:
    case L::COMMA:
      if (is_keyword(saw().type) && !at_end())
        hints_.push_back("'" + saw().text + "' is a word of the language and cannot be a name");
      return expected("a variable's name");
    case L::MINUS:
    case L::ASSIGN: return expected("a number or a string, the variable's first value");
    case L::SEMICOLON: return between_declarations();
    default: break;
  }
  if (saw().type == L::COLON) hints_.push_back("a global has no type here: it is inferred");
  return expected("',' and another variable, or a new declaration");
}

// ------------------------------------------------------------------ bodies

std::string Explainer::in_body() {
  if (before() == L::ARROW) return expected("a member's name after '->'");
  if (is_statement_head(before())) return expected("'(' after '" + tokens_[at_ - 1].text + "'");
  if (std::optional<std::string> text = after_operator()) return *text;
  const Open* open = innermost();
  if (open && open->type == L::LPAREN)
    if (std::optional<std::string> text = inside_parentheses(*open)) return *text;
  if (open && open->type == L::LBRACKET) {
    related_ = open->index;
    related_text_ = "the '[' is";
    if (open->owner == L::LPAREN && situation_.open.size() > 1 &&
        situation_.open[situation_.open.size() - 2].owner == L::FOREACH)
      return expected(before() == L::LBRACKET || before() == L::COMMA
                          ? "a variable for a key of 'foreach'"
                          : "',' or ']' after a key of 'foreach'");
    if (before() == L::LBRACKET || before() == L::COMMA) return expected("an index or '*'");
    return expected("',' or ']' after an index");
  }
  return in_statement();
}

/// The right side is missing.
std::optional<std::string> Explainer::after_operator() {
  if (!is_operator(before())) return std::nullopt;
  if (before() == L::STAR && at_ > 1 && !ends_expression(tokens_[at_ - 2].type))
    return std::nullopt;  // the '*' of a slice
  std::string op = tokens_[at_ - 1].text;
  bool sorts = (before() == L::PLUS || before() == L::MINUS) && innermost() &&
               innermost()->owner == L::FOREACH;
  if (sorts) return std::nullopt;
  if (op == "=" && saw().type == L::ASSIGN) hints_.push_back("equality is written '=='");
  hint_at_dereference();
  return expected("an expression after '" + op + "'");
}

std::optional<std::string> Explainer::inside_parentheses(const Open& open) {
  related_ = open.index;
  related_text_ = "the '(' is";
  bool missing = before() == L::LPAREN || before() == L::COMMA;
  switch (open.owner) {
    case L::IF:
    case L::WHILE: {
      std::string head = "'" + open.name + "'";
      if (missing) return expected("the condition of " + head);
      if (saw().type == L::ASSIGN) hints_.push_back("equality is written '=='");
      return expected("')' after the condition of " + head);
    }
    case L::FOR: return inside_for(open);
    case L::FOREACH: return inside_foreach(open);
    case L::CATCH:
      return expected(missing ? "a variable's name for the message of 'catch'"
                              : "')' after the variable of 'catch'");
    case L::IDENTIFIER:
    case L::AT_NAME:
      if (saw().type == L::RETURN) hints_.emplace_back("a function's result is $return");
      if (missing) hint_at_dereference();
      if (before() == L::LPAREN) return expected("an argument of '" + open.name + "' or ')'");
      if (missing) return expected("another argument of '" + open.name + "'");
      return expected("',' or ')' after an argument of '" + open.name + "'");
    default:
      if (missing) return expected("an expression after '('");
      return expected("')' after the expression in parentheses");
  }
}

std::string Explainer::inside_for(const Open& open) {
  static const char* const parts[] = {"first", "second"};
  size_t semicolons = 0;
  for (size_t i = open.index; i < at_; i++) semicolons += tokens_[i].type == L::SEMICOLON;
  if (semicolons < 2) {
    for (size_t i = open.index; i < at_; i++)
      if (tokens_[i].type == L::IN)
        hints_.push_back("to go over an array: foreach (key in array) { … }");
    if (before() == L::IDENTIFIER && begins_declaration_elsewhere(tokens_[at_ - 1].text))
      hints_.push_back(no_declarations(tokens_[at_ - 1].text));
    return expected(std::string("';' after the ") + parts[semicolons] + " part of 'for'");
  }
  return expected("')' after the three parts of 'for'");
}

std::string Explainer::inside_foreach(const Open& open) {
  bool seen_in = false, seen_limit = false;
  for (size_t i = open.index; i < at_; i++) {
    seen_in |= tokens_[i].type == L::IN;
    seen_limit |= tokens_[i].type == L::LIMIT;
  }
  if (!seen_in) {
    if (before() == L::LPAREN || before() == L::ASSIGN)
      return expected("a variable, or several in '[ ]', for the array's keys");
    return expected("'in' and an array after the keys of 'foreach'");
  }
  if (before() == L::IN) return expected("the array that 'foreach' goes over");
  if (before() == L::LIMIT) return expected("a number after 'limit'");
  if (before() == L::AT_NAME) return expected("'+' or '-' after the statistic to sort by");
  return expected(seen_limit ? "')' after the limit of 'foreach'"
                             : "')', 'limit' or a sort mark '+' or '-' after the array");
}

/// A `?` in this statement that still waits for its ':'.
bool Explainer::in_ternary() const {
  int waiting = 0;
  size_t floor = situation_.open.empty() ? 0 : situation_.open.back().index + 1;
  for (size_t i = floor; i < at_; i++) {
    size_t type = tokens_[i].type;
    if (type == L::SEMICOLON || type == L::RBRACE) waiting = 0;
    if (type == L::QUESTION) waiting++;
    if (type == L::COLON) waiting--;
  }
  return waiting > 0;
}

/// `[a, b]` behind something that it cannot be the index of: the left side of 'in'.
bool Explainer::after_tuple() const {
  const std::optional<Open>& closed = situation_.last_closed;
  return closed && closed->type == L::LBRACKET && !ends_expression(closed->owner);
}

std::string Explainer::unclosed(const Open& open) {
  related_ = open.index;
  related_text_ = "the block begins";
  return expected("'}' to close the block");
}

/// The hint if the token there is a kind of probe of bpftrace's.
std::string Explainer::bpftrace_probe(size_t at) const {
  if (at >= tokens_.size() || tokens_[at].type != L::IDENTIFIER) return "";
  return bpftrace_hint(BpftraceWord::Probe, tokens_[at].text);
}

/// `*p` where an expression should begin.
void Explainer::hint_at_dereference() {
  if (saw().type != L::STAR || at_ + 1 >= tokens_.size()) return;
  const size_t next = tokens_[at_ + 1].type;
  if (next == L::IDENTIFIER || next == L::TARGET)
    hints_.emplace_back(
        "what p points to is $p[0] of a target variable, else kernel_long(p), user_long(p)");
}

/// A word of C in front may be what led here: 'do' and 'switch' look like variables. The last one of the block is told.
void Explainer::hint_at_words_of_c() {
  size_t depth = 0;
  for (size_t i = at_; i-- > situation_.header_begin;) {
    if (closes(tokens_[i].type)) depth++;
    if (opens(tokens_[i].type) && depth-- == 0) return;
    if (depth > 0 || tokens_[i].type != L::IDENTIFIER) continue;
    if (std::string hint = c_hint(tokens_[i].text); !hint.empty()) {
      hints_.push_back(std::move(hint));
      return;
    }
  }
}

std::string Explainer::in_statement() {
  const Open* open = innermost();
  size_t type = saw().type;
  if (after_tuple()) return expected("'in' and an array after '[…]'");
  if (in_ternary() && ends_expression(before()))
    return expected("':' and the other value after '?'");
  if (situation_.last_closed && situation_.last_closed->owner == L::TRY)
    return expected("'catch' after the block of 'try'");
  switch (before()) {
    case L::TRY: return expected("'{' after 'try'");
    case L::CATCH: return expected("'{' or '(' with a variable after 'catch'");
    case L::ELSE: return expected("a statement after 'else'");
    case L::DELETE: return expected("an array, an element or a variable after 'delete'");
    case L::INCREMENT:
    case L::DECREMENT:
      if (!at_end() && !closes(type)) break;
      return expected("a variable for '" + tokens_[at_ - 1].text + "'");
    default: break;
  }
  if (situation_.last_closed && situation_.last_closed->owner == L::CATCH)
    return expected("'{' after 'catch'");
  bool declares =
      type == L::PROBE || type == L::FUNCTION || type == L::GLOBAL || type == L::PRIVATE;
  if (declares) hints_.push_back("declarations stand outside of probes and functions");
  if ((at_end() || declares) && open) return unclosed(*open);
  if (type == L::ELSE) {
    if (before() == L::SEMICOLON || before() == L::RBRACE)
      hints_.push_back("a ';' behind the '}' of 'if' ends it, and so does a second statement");
    return "this 'else' belongs to no 'if'";
  }
  if (type == L::CATCH) return "this 'catch' belongs to no 'try'";
  if (type == L::COMMA) return "',' cannot separate statements: write ';'";
  if (!at_end() && is_keyword(type)) {
    hints_.push_back(begins_declaration_elsewhere(saw().text)
                         ? no_declarations(saw().text)
                         : "'" + saw().text + "' is a word of the language and cannot be a name");
    return expected("a statement");
  }
  if (situation_.last_closed && is_statement_head(situation_.last_closed->owner)) {
    hint_at_words_of_c();
    return expected("a statement after '" + situation_.last_closed->name + " (…)'");
  }
  hint_at_words_of_c();
  if (!at_end() && is_operator(type)) return "there is nothing on the left of " + describe(saw());
  return expected("a statement");
}

}  // namespace

void explain(const Tokens& tokens, size_t at, const Span& end, Diagnostics& diagnostics) {
  // Where "a + )" goes wrong, the parser may have ended the expression before '+' and refuse that.
  // The author's mistake is behind it.
  bool after_value = at > 0 && at < tokens.size() && ends_expression(tokens[at - 1].type);
  if (after_value && is_operator(tokens[at].type) && tokens[at].type != L::COLON &&
      (at + 1 == tokens.size() || !begins_expression(tokens[at + 1].type)))
    at++;
  Explainer(tokens, at, end).report(diagnostics);
}

}  // namespace coretap::syntax
