#include "syntax/preprocess.h"

#include <algorithm>
#include <cctype>

#include "StpLexer.h"
#include "syntax/lex.h"

namespace coretap::syntax {

namespace {

// Macros can double their text at each level; this is far above any real tapset.
constexpr size_t kMaxExpansions = 100000;
constexpr size_t kMaxTokens = 4000000;

bool is_argument(size_t type) {
  return type == StpLexer::ARGUMENT || type == StpLexer::AT_ARGUMENT;
}

bool is_name_byte(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// May text directly behind a name or number, beginning with a token of this type, continue it?
bool continues_word(size_t type, bool after_name) {
  bool dollar = type == StpLexer::TARGET || type == StpLexer::PRETTY || type == StpLexer::ARGUMENT;
  return type == StpLexer::IDENTIFIER || type == StpLexer::NUMBER ||
         (type >= StpLexer::PROBE && type <= StpLexer::STRING) || (dollar && after_name);
}

bool opens(size_t type) {
  return type == StpLexer::LPAREN || type == StpLexer::LBRACKET || type == StpLexer::LBRACE;
}
bool closes(size_t type) {
  return type == StpLexer::RPAREN || type == StpLexer::RBRACKET || type == StpLexer::RBRACE;
}

}  // namespace

Preprocessor::Preprocessor(Lexed lexed, const SourceFile& file, ParseContext& context)
    : context_(context),
      diagnostics_(*context.diagnostics),
      file_(file),
      input_(std::move(lexed.tokens)),
      truncated_(lexed.truncated) {
  frames_.push_back({&input_, 0, nullptr, nullptr, nullptr});
  if (context_.argument_use) context_.argument_use->used.resize(context_.facts->arguments.size());
}

Tokens Preprocessor::run() {
  Tokens output;
  while (std::optional<Token> token = next_expanded()) {
    switch (token->type) {
      case StpLexer::PP_OPEN: open_conditional(*token); break;
      case StpLexer::PP_ELSE: else_of_conditional(*token); break;
      case StpLexer::PP_CLOSE: close_conditional(*token); break;
      case StpLexer::PP_THEN: report_stray_then(*token); break;
      case StpLexer::PRIVATE:
        if (is_before("3.0")) token->type = StpLexer::IDENTIFIER;
        output.push_back(std::move(*token));
        break;
      default:
        if (accept(*token, diagnostics_)) output.push_back(std::move(*token));
        break;
    }
  }
  failed_ |= truncated_;
  if (!conditions_.empty() && !failed_)
    diagnostics_.parse_error("unclosed-conditional", conditions_.back().open,
                             "this '%(' has no closing '%)'");
  join_strings(output, is_before("2.0"));
  return output;
}

bool Preprocessor::is_before(const char* version) const {
  return !context_.is_own_library && coretap::is_before(*context_.facts, version);
}

// ------------------------------------------------------------------ reading

std::optional<Preprocessor::Raw> Preprocessor::next_raw() {
  if (!peek_raw()) return std::nullopt;
  if (++tokens_read_ > kMaxTokens) {
    diagnostics_.parse_error("macro-explosion", frames_.front().tokens->front().span,
                             "macros expand to more than 4 million tokens in this file");
    failed_ = true;
    return std::nullopt;
  }
  Frame& frame = frames_.back();
  Raw raw{(*frame.tokens)[frame.next++], frame.scope};
  if (frame.origin) {
    // Tokens of a macro's body are at home in the definition; each use gives them a new origin.
    raw.token.span.expanded_from = frame.origin;
    raw.token.inside = frame.use;
  }
  return raw;
}

const Token* Preprocessor::peek_raw() {
  if (failed_) return nullptr;
  while (!frames_.empty() && frames_.back().next == frames_.back().tokens->size())
    frames_.pop_back();
  if (frames_.empty()) return nullptr;
  return &(*frames_.back().tokens)[frames_.back().next];
}

std::optional<Token> Preprocessor::next_expanded() {
  while (std::optional<Raw> raw = next_raw())
    if (!expand(*raw)) return std::move(raw->token);
  return std::nullopt;
}

/// Replaces the token by what it stands for (pushed as a frame). False: it stands for itself.
bool Preprocessor::expand(Raw& raw) {
  const Token& token = raw.token;
  if (is_argument(token.type)) {
    paste_argument(token);
    return true;
  }
  if (token.type != StpLexer::AT_NAME) return false;
  if (token.text == "@define") {
    define_macro(token);
    return true;
  }
  std::string_view name = std::string_view(token.text).substr(1);
  if (raw.scope) {
    if (auto argument = raw.scope->arguments.find(name); argument != raw.scope->arguments.end()) {
      push_argument_tokens(argument->second, raw.scope->caller);
      return true;
    }
  }
  if (auto local = macros_.find(name); local != macros_.end()) {
    use_macro(local->second, raw);
    return true;
  }
  if (context_.macros) {
    const MacroMap& library = context_.macros->macros;
    if (auto found = library.find(name); found != library.end()) {
      use_macro(found->second, raw);
      return true;
    }
  }
  return false;
}

Token Preprocessor::made_token(size_t type, std::string text, const Span& span) const {
  return {type, std::move(text), span, nullptr};
}

// ------------------------------------------------------------------ macros

void Preprocessor::define_macro(const Token& at_define) {
  Macro macro;
  macro.span = at_define.span;
  std::optional<Raw> name = next_raw();
  if (!name || name->token.type != StpLexer::IDENTIFIER) {
    diagnostics_.parse_error("macro-definition", name ? name->token.span : at_define.span,
                             "expected the macro's name after '@define'");
    return;
  }
  macro.name = name->token.text;
  macro.span = name->token.span;
  if (macro.name == "define")
    diagnostics_.parse_error("macro-definition", macro.span, "'@define' cannot be redefined");
  else if (is_builtin_operator(macro.name))
    diagnostics_.warning("macro-operator", macro.span,
                         "macro redefines built-in operator '@" + macro.name + "'");
  if (!read_macro_parameters(macro) || !read_macro_body(macro, at_define)) return;
  auto [known, fresh] = macros_.try_emplace(macro.name, macro);
  if (!fresh)
    diagnostics_
        .parse_error("macro-redefined", macro.span,
                     "the macro '@" + macro.name + "' is defined a second time")
        .see(known->second.span, "first defined");
}

/// `(a, b)` or nothing.
bool Preprocessor::read_macro_parameters(Macro& macro) {
  const Token* open = peek_raw();
  if (!open || open->type != StpLexer::LPAREN) return true;
  next_raw();
  while (true) {
    std::optional<Raw> parameter = next_raw();
    bool empty_list =
        parameter && macro.parameters.empty() && parameter->token.type == StpLexer::RPAREN;
    if (empty_list) return true;
    if (!parameter || parameter->token.type != StpLexer::IDENTIFIER) {
      diagnostics_.parse_error(
          "macro-definition", parameter ? parameter->token.span : macro.span,
          "expected a parameter's name in the definition of '@" + macro.name + "'");
      return false;
    }
    macro.parameters.push_back(parameter->token.text);
    std::optional<Raw> separator = next_raw();
    if (separator && separator->token.type == StpLexer::RPAREN) return true;
    if (!separator || separator->token.type != StpLexer::COMMA) {
      diagnostics_.parse_error(
          "macro-definition", separator ? separator->token.span : macro.span,
          "expected ',' or ')' after a parameter of the macro '@" + macro.name + "'");
      return false;
    }
  }
}

/// `%( … %)`, kept as it is.
bool Preprocessor::read_macro_body(Macro& macro, const Token& at_define) {
  std::optional<Raw> open = next_raw();
  if (!open || open->token.type != StpLexer::PP_OPEN) {
    diagnostics_.parse_error("macro-definition", open ? open->token.span : at_define.span,
                             "expected '%(' with the text of the macro '@" + macro.name + "'");
    return false;
  }
  int depth = 1;
  while (std::optional<Raw> raw = next_raw()) {
    if (raw->token.type == StpLexer::PP_OPEN) depth++;
    if (raw->token.type == StpLexer::PP_CLOSE && --depth == 0) return true;
    if (raw->token.type == StpLexer::AT_NAME && raw->token.text == "@define")
      diagnostics_.parse_error("macro-definition", raw->token.span,
                               "'@define' cannot stand in the text of a macro");
    raw->token.inside = nullptr;  // each use of the macro sets its own
    macro.body.push_back(std::move(raw->token));
  }
  diagnostics_.parse_error("macro-definition", open->token.span,
                           "the text of the macro '@" + macro.name + "' has no closing '%)'");
  return false;
}

void Preprocessor::use_macro(const Macro& macro, const Raw& use) {
  for (const MacroUse* outer = use.token.inside; outer; outer = outer->parent) {
    if (*outer->name != macro.name) continue;
    diagnostics_.parse_error("macro-recursion", use.token.span,
                             "the macro '@" + macro.name + "' uses itself");
    failed_ = true;
    return;
  }
  if (++expansions_ > kMaxExpansions) {
    diagnostics_.parse_error("macro-explosion", use.token.span,
                             "macros are used more than 100,000 times in this file");
    failed_ = true;
    return;
  }
  Scope scope;
  scope.caller = use.scope;
  if (!macro.parameters.empty() && !read_macro_arguments(macro, use, scope)) return;
  scopes_.push_back(std::move(scope));
  uses_.push_back({&macro.name, use.token.inside});
  frames_.push_back(
      {&macro.body, 0, &scopes_.back(), context_.sources->remember(use.token.span), &uses_.back()});
}

bool Preprocessor::read_macro_arguments(const Macro& macro, const Raw& use, Scope& scope) {
  std::string wanted = std::to_string(macro.parameters.size());
  auto fail = [&](const Span& at, const std::string& what) {
    diagnostics_.parse_error("macro-arguments", at, what)
        .see(macro.span, "'@" + macro.name + "' is defined");
    return false;
  };
  const Token* open = peek_raw();
  if (!open || open->type != StpLexer::LPAREN)
    return fail(use.token.span,
                "the macro '@" + macro.name + "' takes " + wanted + " argument(s) in parentheses");
  next_raw();
  Tokens argument;
  size_t count = 0;
  int depth = 0;
  while (std::optional<Raw> raw = next_raw()) {
    size_t type = raw->token.type;
    bool ends = depth == 0 && (type == StpLexer::COMMA || type == StpLexer::RPAREN);
    if (!ends) {
      if (opens(type)) depth++;
      if (closes(type) && depth > 0) depth--;
      argument.push_back(std::move(raw->token));
      continue;
    }
    if (count == macro.parameters.size())
      return fail(raw->token.span,
                  "the macro '@" + macro.name + "' takes no more than " + wanted + " argument(s)");
    scope.arguments[macro.parameters[count++]] = std::move(argument);
    argument.clear();
    if (type == StpLexer::COMMA) continue;
    if (count == macro.parameters.size()) return true;
    return fail(raw->token.span, "the macro '@" + macro.name + "' takes " + wanted +
                                     " argument(s), here are " + std::to_string(count));
  }
  return fail(use.token.span, "the arguments of '@" + macro.name + "' have no closing ')'");
}

/// An argument's tokens keep the positions where the user wrote them.
void Preprocessor::push_argument_tokens(const Tokens& argument, const Scope* scope) {
  frames_.push_back({&argument, 0, scope, nullptr, nullptr});
}

// ------------------------------------------------------------------ script arguments

void Preprocessor::paste_argument(const Token& token) {
  const std::vector<std::string>& arguments = context_.facts->arguments;
  ArgumentUse* use = context_.argument_use;
  std::string name = token.text.substr(1);
  bool as_string = token.type == StpLexer::AT_ARGUMENT;
  size_t literal = as_string ? StpLexer::STRING_LITERAL : StpLexer::NUMBER;
  Tokens pasted;
  size_t number = name.size() > 6 || name == "#" ? 0 : std::stoul(name);
  if (name == "#") {
    if (use) use->all_used = true;
    pasted.push_back(made_token(literal, std::to_string(arguments.size()), token.span));
  } else if (number < 1 || number > arguments.size()) {
    diagnostics_
        .parse_error("missing-argument", token.span,
                     "there is no script argument " + name + ": " +
                         (arguments.empty() ? "none was given"
                                            : std::to_string(arguments.size()) + " given"))
        .hint("arguments follow the script's name: coretap script.stp ARG1 ARG2");
    // Something that parses, so that this stays the only message.
    pasted.push_back(made_token(literal, "0", token.span));
  } else {
    if (use && number <= use->used.size()) use->used[number - 1] = true;
    if (as_string)
      pasted.push_back(made_token(literal, arguments[number - 1], token.span));
    else
      pasted = argument_text(token, number);
  }
  for (Token& each : pasted) each.inside = token.inside;
  pasted_.push_back(std::move(pasted));
  frames_.push_back({&pasted_.back(), 0, nullptr, nullptr, nullptr});
}

/// The tokens of an argument that is pasted as text, with what is glued to it in the script. They
/// name no arguments: `$1` given as the first argument would never end.
Tokens Preprocessor::argument_text(const Token& token, size_t number) {
  const std::string& value = context_.facts->arguments[number - 1];
  const SourceFile& text =
      context_.sources->add("<argument " + std::to_string(number) + ">",
                            value + take_glued_text(token, value), file_.is_user_script);
  Tokens tokens = lex(text, context_.sources->remember(token.span), diagnostics_).tokens;
  for (Token& each : tokens) {
    if (!is_argument(each.type)) continue;
    diagnostics_.parse_error("nested-argument", each.span,
                             "the text of script argument " + std::to_string(number) +
                                 " names an argument: " + each.text);
    failed_ = true;
  }
  return tokens;
}

/// The text that directly follows an argument whose value ends as a name or a number, and that
/// continues it: `x` of `$1x`. It is taken from the input.
std::string Preprocessor::take_glued_text(const Token& token, std::string_view value) {
  std::string glued;
  if (value.empty() || !(is_name_byte(value.back()) || value.back() == '$')) return glued;
  size_t word = value.size();
  while (word > 0 && (is_name_byte(value[word - 1]) || value[word - 1] == '$')) word--;
  bool is_name = !std::isdigit(static_cast<unsigned char>(value[word]));
  uint32_t end = token.span.end;
  while (const Token* next = peek_raw()) {
    bool adjacent = next->span.file == token.span.file && next->span.begin == end;
    if (!adjacent || !continues_word(next->type, is_name)) break;
    glued += next->text;
    end = next->span.end;
    next_raw();
  }
  return glued;
}

// ------------------------------------------------------------------ conditionals

void Preprocessor::open_conditional(const Token& open) {
  Tokens condition;
  bool complete = false;
  while (std::optional<Token> token = next_expanded()) {
    complete = token->type == StpLexer::PP_THEN;
    if (complete) break;
    bool lost = token->type == StpLexer::PP_OPEN || token->type == StpLexer::PP_CLOSE ||
                token->type == StpLexer::PP_ELSE;
    if (lost) break;
    condition.push_back(std::move(*token));
  }
  if (!complete) {
    diagnostics_.parse_error("conditional", open.span,
                             "expected '%?' after the condition of this '%('");
    return;
  }
  std::optional<bool> value =
      evaluate_condition(condition, open.span, *context_.facts, diagnostics_);
  conditions_.push_back({open.span});
  if (value.value_or(true)) return;
  skip_branch(true);
}

void Preprocessor::else_of_conditional(const Token& at) {
  if (conditions_.empty()) {
    diagnostics_.parse_error("stray-conditional", at.span, "'%:' has no '%(' before it");
    return;
  }
  if (conditions_.back().in_else) return report_second_else(at);
  skip_branch(false);
}

void Preprocessor::report_second_else(const Token& at) {
  diagnostics_.parse_error("stray-conditional", at.span, "a second '%:' in the same '%( … %)'");
}

void Preprocessor::report_stray_then(const Token& at) {
  diagnostics_.parse_error("stray-conditional", at.span,
                           "'%?' has no '%(' with a condition before it");
}

void Preprocessor::close_conditional(const Token& at) {
  if (conditions_.empty()) {
    diagnostics_.parse_error("stray-conditional", at.span, "'%)' has no '%(' before it");
    return;
  }
  conditions_.pop_back();
}

/// Drops tokens up to the end of this branch: `%)`, which closes the conditional, or, when
/// `stop_at_else`, its `%:`. Nothing inside is expanded: it may name what does not exist here.
bool Preprocessor::skip_branch(bool stop_at_else) {
  int depth = 0;
  while (std::optional<Raw> raw = next_raw()) {
    switch (raw->token.type) {
      case StpLexer::PP_OPEN: depth++; break;
      case StpLexer::PP_CLOSE:
        if (depth-- == 0) {
          conditions_.pop_back();
          return true;
        }
        break;
      case StpLexer::PP_ELSE:
        if (depth == 0 && stop_at_else) {
          conditions_.back().in_else = true;
          return true;
        }
        if (depth == 0) report_second_else(raw->token);
        break;
      case StpLexer::PP_THEN:
        if (depth == 0) report_stray_then(raw->token);
        break;
      default: break;
    }
  }
  return false;
}

// ------------------------------------------------------------------ strings

namespace {

/// Before 2.0 a comment between two strings of the script kept them apart.
bool has_comment_between(const Token& first, const Token& second) {
  if (first.span.file != second.span.file || first.span.expanded_from || second.span.expanded_from)
    return false;
  if (second.span.begin < first.span.end) return false;  // a macro has swapped its arguments
  std::string_view text = first.span.file->text;
  text = text.substr(first.span.end, second.span.begin - first.span.end);
  return text.find('#') != std::string_view::npos || text.find("//") != std::string_view::npos ||
         text.find("/*") != std::string_view::npos;
}

}  // namespace

void join_strings(Tokens& tokens, bool comments_separate) {
  size_t kept = 0;
  for (size_t i = 0; i < tokens.size(); i++) {
    bool joins = kept > 0 && tokens[i].type == StpLexer::STRING_LITERAL &&
                 tokens[kept - 1].type == StpLexer::STRING_LITERAL &&
                 !(comments_separate && has_comment_between(tokens[kept - 1], tokens[i]));
    if (joins) {
      Token& first = tokens[kept - 1];
      first.text += tokens[i].text;
      first.is_unclosed |= tokens[i].is_unclosed;
      if (first.span.file == tokens[i].span.file &&
          first.span.expanded_from == tokens[i].span.expanded_from)
        first.span.end = std::max(first.span.end, tokens[i].span.end);
      continue;
    }
    if (kept != i) tokens[kept] = std::move(tokens[i]);
    kept++;
  }
  tokens.resize(kept);
}

}  // namespace coretap::syntax
