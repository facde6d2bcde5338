// Conditions of `%( … %?`: comparisons joined by && and ||. Both operators are evaluated over the
// whole text, so that a mistake is found in the half that does not decide.
#include <fnmatch.h>

#include <cstring>

#include "StpLexer.h"
#include "syntax/literals.h"
#include "syntax/preprocess.h"

namespace coretap::syntax {

namespace {

constexpr const char* kOperands =
    "kernel_v, kernel_vr, arch, runtime, systemtap_v, systemtap_privilege, guru_mode, CONFIG_…, "
    "a string or a number";

/// What stands on one side of a comparison.
struct Operand {
  enum Kind { Text, Version, Number, Pattern } kind = Text;
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
    size_t comparison = tokens_[next_++].type;
    Span right_at = here();
    std::optional<Operand> right = parse_operand();
    if (!right) return std::nullopt;
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
    auto magnitude = static_cast<uint64_t>(*value);
    return Operand{Operand::Number, {}, static_cast<int64_t>(negative ? 0 - magnitude : magnitude)};
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
    if (name == "runtime") return Operand{Operand::Text, facts_.runtime, 0};
    if (name == "systemtap_privilege") return Operand{Operand::Text, facts_.privilege, 0};
    if (name == "guru_mode") return Operand{Operand::Number, {}, facts_.guru_mode ? 1 : 0};
    if (name.starts_with("CONFIG_")) return Operand{Operand::Version, kernel_config(name, at), 0};
    return std::nullopt;
  }

  std::optional<bool> compare(const Operand& left, size_t comparison, const Operand& right,
                              const Span& right_at) {
    bool numbers = left.kind == Operand::Number;
    if (numbers != (right.kind == Operand::Number))
      return fail(right_at, numbers ? "a number can be compared to a number only"
                                    : "a string can be compared to a string only");
    if (numbers)
      return holds(comparison, left.number < right.number ? -1 : left.number > right.number);
    bool exact = comparison == StpLexer::EQUAL || comparison == StpLexer::NOT_EQUAL;
    if (left.kind == Operand::Pattern && !exact)
      return fail(right_at, "only == and != make sense for this value");
    if (left.kind == Operand::Text) return holds(comparison, left.text.compare(right.text));
    // kernel_vr, arch and CONFIG_… take shell wildcards on the right: kernel_vr == "6.1*".
    if (exact) {
      bool match = fnmatch(right.text.c_str(), left.text.c_str(), FNM_NOESCAPE) == 0;
      return match == (comparison == StpLexer::EQUAL);
    }
    // Digit runs compare as numbers: "2.6.9" < "2.6.10", and CONFIG_NR_CPUS values likewise.
    return holds(comparison, strverscmp(left.text.c_str(), right.text.c_str()));
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
