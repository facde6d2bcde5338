// Conditions of `%( … %?`: comparisons joined by && and ||. Both operators are evaluated over the
// whole text, so that a mistake is found in the half that does not decide.
#include <fnmatch.h>

#include <cstring>

#include "StpLexer.h"
#include "runtime/common/words.h"
#include "syntax/literals.h"
#include "syntax/preprocess.h"

namespace coretap::syntax {

namespace {

constexpr const char* kOperands =
    "kernel_v, kernel_vr, arch, runtime, systemtap_v, systemtap_privilege, guru_mode, CONFIG_…, "
    "a string or a number";

/// The left side of a comparison. Its kind decides which operators there are and what may stand on
/// the right; only CONFIG_… may stand there, too.
struct Operand {
  enum Kind {
    Text,     ///< a string: all operators, by bytes
    Number,   ///< a number: all operators
    Version,  ///< kernel_v, kernel_vr, systemtap_v: == and != take wildcards, the others order
    Pattern,  ///< arch, runtime: == and !=, with wildcards
    Exact,    ///< systemtap_privilege: == and !=
    Flag,     ///< guru_mode: == and != with 0 or 1
    Config,   ///< CONFIG_…: a string (== and !=, wildcards), a number, or another CONFIG_…
  } kind = Text;
  std::string text;
  int64_t number = 0;
};

bool is_comparison(size_t type) {
  switch (type) {
    case StpLexer::EQUAL:
    case StpLexer::NOT_EQUAL:
    case StpLexer::LESS:
    case StpLexer::GREATER:
    case StpLexer::LESS_EQUAL:
    case StpLexer::GREATER_EQUAL: return true;
    default: return false;
  }
}

bool holds(size_t comparison, int order) {
  switch (comparison) {
    case StpLexer::EQUAL: return order == 0;
    case StpLexer::NOT_EQUAL: return order != 0;
    case StpLexer::LESS: return order < 0;
    case StpLexer::GREATER: return order > 0;
    case StpLexer::LESS_EQUAL: return order <= 0;
    default: return order >= 0;
  }
}

/// The release up to the first '-': "6.1.0" of "6.1.0-56-cloud-amd64".
std::string base_version(const std::string& release) {
  return release.substr(0, release.find('-'));
}

class ConditionParser {
 public:
  ConditionParser(const Tokens& tokens, const Span& open, const PreprocessorFacts& facts,
                  Diagnostics& diagnostics)
      : tokens_(tokens), open_(open), facts_(facts), diagnostics_(diagnostics) {}

  std::optional<bool> parse() {
    std::optional<bool> value = parse_or();
    if (value && next_ < tokens_.size())
      return fail(tokens_[next_].span, "expected '&&', '||' or '%?' here");
    return value;
  }

 private:
  std::optional<bool> parse_or() {
    std::optional<bool> value = parse_and();
    while (value && take(StpLexer::LOGICAL_OR)) {
      std::optional<bool> right = parse_and();
      if (!right) return right;
      value = *value || *right;
    }
    return value;
  }

  std::optional<bool> parse_and() {
    std::optional<bool> value = parse_comparison();
    while (value && take(StpLexer::LOGICAL_AND)) {
      std::optional<bool> right = parse_comparison();
      if (!right) return right;
      value = *value && *right;
    }
    return value;
  }

  std::optional<bool> parse_comparison() {
    std::optional<Operand> left = parse_operand();
    if (!left) return std::nullopt;
    if (next_ == tokens_.size() || !is_comparison(tokens_[next_].type))
      return fail(here(), "expected a comparison (== != < > <= >=) in this condition");
    const Token& comparison = tokens_[next_++];
    Span right_at = here();
    std::optional<Operand> right = parse_operand();
    if (!right) return std::nullopt;
    bool is_literal = right->kind == Operand::Text || right->kind == Operand::Number;
    if (!is_literal && (left->kind != Operand::Config || right->kind != Operand::Config))
      return fail(right_at, "a string or a number that is written here must stand on the right");
    return compare(*left, comparison, *right, right_at);
  }

  std::optional<Operand> parse_operand() {
    if (next_ == tokens_.size()) {
      fail(here(), "this condition ends where a value is missing");
      return std::nullopt;
    }
    const Token& token = tokens_[next_++];
    if (token.type == StpLexer::STRING_LITERAL) return Operand{Operand::Text, token.text, 0};
    if (token.type == StpLexer::NUMBER || token.type == StpLexer::MINUS)
      return number_operand(token);
    if (token.type == StpLexer::IDENTIFIER)
      if (std::optional<Operand> fact = fact_operand(token.text, token.span)) return fact;
    diagnostics_
        .parse_error("conditional", token.span,
                     describe(token) + " cannot be compared in a '%(' condition")
        .hint(std::string("use ") + kOperands);
    return std::nullopt;
  }

  std::optional<Operand> number_operand(const Token& first) {
    bool negative = first.type == StpLexer::MINUS;
    std::optional<int64_t> value;
    if (!negative)
      value = parse_number(first.text);
    else if (next_ < tokens_.size() && tokens_[next_].type == StpLexer::NUMBER)
      value = parse_number(tokens_[next_++].text);
    if (!value) {
      fail(first.span, "this is not a number that fits in 64 bits");
      return std::nullopt;
    }
    return Operand{Operand::Number, {}, signed_value(*value, negative)};
  }

  static int64_t signed_value(int64_t magnitude, bool negative) {
    auto value = static_cast<uint64_t>(magnitude);
    return static_cast<int64_t>(negative ? 0 - value : value);
  }

  std::string kernel_config(const std::string& name, const Span& at) {
    KernelConfig* config = facts_.kernel_config.get();
    if (config && config->known()) return config->value(name);
    auto& warning = diagnostics_.warning(
        "kernel-config", at,
        "the kernel's configuration cannot be read, so " + name + " is taken as not set");
    if (config)
      for (const std::string& place : config->places()) warning.hint("not there: " + place);
    return "";
  }

  std::optional<Operand> fact_operand(const std::string& name, const Span& at) {
    if (name == "kernel_v")
      return Operand{Operand::Version, base_version(facts_.kernel_release), 0};
    if (name == "kernel_vr") return Operand{Operand::Version, facts_.kernel_release, 0};
    if (name == "systemtap_v") return Operand{Operand::Version, facts_.systemtap_version, 0};
    if (name == "arch") return Operand{Operand::Pattern, facts_.arch, 0};
    if (name == "runtime") return Operand{Operand::Pattern, facts_.runtime, 0};
    if (name == "systemtap_privilege") return Operand{Operand::Exact, facts_.privilege, 0};
    if (name == "guru_mode") return Operand{Operand::Flag, {}, facts_.guru_mode ? 1 : 0};
    if (name.starts_with("CONFIG_")) return Operand{Operand::Config, kernel_config(name, at), 0};
    return std::nullopt;
  }

  std::optional<bool> compare(const Operand& left, const Token& comparison, const Operand& right,
                              const Span& right_at) {
    if (left.kind == Operand::Config) return compare_config(left, comparison, right, right_at);
    bool wants_number = left.kind == Operand::Number || left.kind == Operand::Flag;
    if (wants_number != (right.kind == Operand::Number))
      return fail(right_at, wants_number ? "a number can be compared to a number only"
                                         : "a string can be compared to a string only");
    switch (left.kind) {
      case Operand::Number: return holds_for(comparison, left.number, right.number);
      case Operand::Flag:
        if (!is_equality(comparison)) return only_equality(comparison);
        if (right.number != 0 && right.number != 1) return fail(right_at, "guru_mode is 0 or 1");
        return holds_for(comparison, left.number, right.number);
      case Operand::Version:
        if (is_equality(comparison)) return matches(left, comparison, right);
        if (ct::has_wildcard(right.text))
          return fail(right_at, "wildcards can be compared by == and != only");
        return holds(comparison.type, strverscmp(left.text.c_str(), right.text.c_str()));
      case Operand::Pattern:
        if (!is_equality(comparison)) return only_equality(comparison);
        return matches(left, comparison, right);
      case Operand::Exact:
        if (!is_equality(comparison)) return only_equality(comparison);
        [[fallthrough]];
      default: return holds(comparison.type, left.text.compare(right.text));
    }
  }

  /// An option that is not set is "" as a string and 0 as a number.
  std::optional<bool> compare_config(const Operand& left, const Token& comparison,
                                     const Operand& right, const Span& right_at) {
    // Digit runs compare as numbers: 9 < 10.
    if (right.kind == Operand::Config)
      return holds(comparison.type, strverscmp(left.text.c_str(), right.text.c_str()));
    if (right.kind == Operand::Text) {
      if (!is_equality(comparison)) return only_equality(comparison);
      return matches(left, comparison, right);
    }
    bool negative = left.text.starts_with("-");
    std::optional<int64_t> value =
        left.text.empty() ? 0 : parse_number(std::string_view(left.text).substr(negative));
    if (!value)
      return fail(right_at, "this kernel's option has the value " + left.text +
                                ", which cannot be compared to a number");
    return holds_for(comparison, signed_value(*value, negative), right.number);
  }

  static bool is_equality(const Token& comparison) {
    return comparison.type == StpLexer::EQUAL || comparison.type == StpLexer::NOT_EQUAL;
  }

  static bool holds_for(const Token& comparison, int64_t left, int64_t right) {
    return holds(comparison.type, left < right ? -1 : left > right);
  }

  /// Shell wildcards on the right: kernel_vr == "6.1*".
  static bool matches(const Operand& left, const Token& comparison, const Operand& right) {
    bool match = fnmatch(right.text.c_str(), left.text.c_str(), FNM_NOESCAPE) == 0;
    return match == (comparison.type == StpLexer::EQUAL);
  }

  std::optional<bool> only_equality(const Token& comparison) {
    return fail(comparison.span, "only == and != make sense for this value");
  }

  bool take(size_t type) {
    if (next_ == tokens_.size() || tokens_[next_].type != type) return false;
    next_++;
    return true;
  }

  Span here() const { return next_ < tokens_.size() ? tokens_[next_].span : open_; }

  std::nullopt_t fail(const Span& at, std::string message) {
    diagnostics_.parse_error("conditional", at, std::move(message));
    return std::nullopt;
  }

  const Tokens& tokens_;
  Span open_;
  const PreprocessorFacts& facts_;
  Diagnostics& diagnostics_;
  size_t next_ = 0;
};

}  // namespace

std::optional<bool> evaluate_condition(const Tokens& condition, const Span& open,
                                       const PreprocessorFacts& facts, Diagnostics& diagnostics) {
  return ConditionParser(condition, open, facts, diagnostics).parse();
}

}  // namespace coretap::syntax
