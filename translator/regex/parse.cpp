#include "regex/parse.h"

#include <array>
#include <utility>

namespace coretap::regex {

namespace {

/// Repetitions are unrolled, so a count must be small; POSIX asks for 255 (RE_DUP_MAX).
constexpr unsigned kMostRepetitions = 1000;
/// Parentheses within each other: what the recursive parser may take of the stack.
constexpr unsigned kDeepest = 200;

/// What may open a repetition.
constexpr std::string_view kRepetitions = "*+?{";

/// Classes of the C locale, as isalpha() and its like have them for ASCII. The single letters are
/// stap's.
struct NamedClass {
  std::string_view name;
  std::string_view ranges;  ///< pairs of first and last byte
};
constexpr std::array kClasses = {
    NamedClass{"alpha", "AZaz"},     NamedClass{"alnum", "AZaz09"},
    NamedClass{"blank", "  \t\t"},   NamedClass{"cntrl", "\x01\x1f\x7f\x7f"},
    NamedClass{"digit", "09"},       NamedClass{"d", "09"},
    NamedClass{"graph", "!~"},       NamedClass{"lower", "az"},
    NamedClass{"l", "az"},           NamedClass{"print", " ~"},
    NamedClass{"punct", "!/:@[`{~"}, NamedClass{"space", "\t\r  "},
    NamedClass{"s", "\t\r  "},       NamedClass{"upper", "AZ"},
    NamedClass{"u", "AZ"},           NamedClass{"xdigit", "09AFaf"},
};

unsigned byte(char c) { return static_cast<unsigned char>(c); }

void add_range(ByteSet& set, unsigned first, unsigned last) {
  for (unsigned b = first; b <= last; b++) set.set(b);
}

/// What a backslash and one of these letters mean to other tools; here it is the letter.
std::string_view meant_by(char letter) {
  switch (letter) {
    case 'd': return "[[:digit:]]";
    case 'D': return "[^[:digit:]]";
    case 's': return "[[:space:]]";
    case 'S': return "[^[:space:]]";
    case 'w': return "[[:alnum:]_]";
    case 'W': return "[^[:alnum:]_]";
    default: return "";
  }
}

NodePtr make(Node::Kind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

/// Thrown at the first error, caught in parse().
struct Failure {
  Remark remark;
};

class Parser {
 public:
  Parser(std::string_view text, Pattern& pattern) : text_(text), pattern_(pattern) {}

  NodePtr run() {
    NodePtr root = alternatives();
    if (!at_end()) fail(next_, "')' without a '(' before it", "write \\\\) for the character");
    return root;
  }

 private:
  [[noreturn]] static void fail(size_t at, std::string message, std::string hint = "") {
    throw Failure{{at, std::move(message), std::move(hint)}};
  }

  bool at_end() const { return next_ == text_.size(); }
  bool sees(char c) const { return !at_end() && text_[next_] == c; }
  bool take(char c) {
    if (!sees(c)) return false;
    next_++;
    return true;
  }

  // ---------------------------------------------------------------- structure

  NodePtr alternatives() {
    NodePtr first = sequence();
    if (!sees('|')) return first;
    NodePtr node = make(Node::Alternate);
    node->children.push_back(std::move(first));
    while (take('|')) node->children.push_back(sequence());
    return node;
  }

  NodePtr sequence() {
    NodePtr node = make(Node::Sequence);
    while (!at_end() && !sees('|') && !sees(')')) node->children.push_back(repeated());
    if (node->children.empty()) return make(Node::Empty);
    if (node->children.size() == 1) return std::move(node->children[0]);
    return node;
  }

  NodePtr repeated() {
    NodePtr node = atom();
    bool anchor = node->kind == Node::Begin || node->kind == Node::End;
    for (;;) {
      size_t at = next_;
      if (at_end() || kRepetitions.find(text_[at]) == std::string_view::npos) return node;
      if (anchor)
        fail(at, "an anchor cannot be repeated", "'^' and '$' match a place, not a character");
      NodePtr repeat = make(Node::Repeat);
      bounds(*repeat);
      repeat->children.push_back(std::move(node));
      node = std::move(repeat);
    }
  }

  void bounds(Node& repeat) {
    size_t at = next_;
    switch (text_[next_++]) {
      case '*': return;
      case '+': repeat.least = 1; return;
      case '?': repeat.most = 1; return;
      default: break;
    }
    repeat.least = number(at);
    repeat.most = repeat.least;
    if (take(',')) {
      repeat.most.reset();
      if (!sees('}')) repeat.most = number(at);
    }
    if (!take('}')) unclosed_bounds(at);
    if (repeat.most && *repeat.most < repeat.least)
      fail(at, "the repetition's upper bound is below its lower bound");
  }

  [[noreturn]] static void unclosed_bounds(size_t at) {
    fail(at, "a repetition is written {m}, {m,} or {m,n}", "write \\\\{ for the character");
  }

  unsigned number(size_t open) {
    size_t begin = next_;
    unsigned value = 0;
    while (!at_end() && text_[next_] >= '0' && text_[next_] <= '9' && value <= kMostRepetitions)
      value = value * 10 + (byte(text_[next_++]) - '0');
    if (next_ == begin) unclosed_bounds(open);
    if (value > kMostRepetitions)
      fail(begin, "more than " + std::to_string(kMostRepetitions) + " repetitions");
    return value;
  }

  // ---------------------------------------------------------------- atoms

  NodePtr atom() {
    size_t at = next_;
    char c = text_[next_++];
    switch (c) {
      case '*':
      case '+':
      case '?':
      case '{':
        fail(at, std::string("nothing before '") + c + "' that it could repeat",
             std::string("write \\\\") + c + " for the character");
      case '^': return make(Node::Begin);
      case '$': return make(Node::End);
      case '(': return group(at);
      case '[': return brackets(at);
      default: break;
    }
    NodePtr node = make(Node::Bytes);
    if (c == '.')
      add_range(node->bytes, 1, 255);
    else
      node->bytes.set(byte(c == '\\' ? escaped(at) : c));
    return node;
  }

  char escaped(size_t at) {
    if (at_end()) fail(at, "a backslash with nothing behind it");
    char c = text_[next_++];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool digit = c >= '1' && c <= '9';
    if (digit)
      pattern_.warnings.push_back({at,
                                   std::string("'\\") + c + "' matches the digit " + c +
                                       ": patterns have no back-references",
                                   ""});
    if (letter) {
      std::string_view meant = meant_by(c);
      pattern_.warnings.push_back(
          {at, std::string("'\\") + c + "' matches the letter " + c,
           meant.empty() ? "" : "for a class of characters write " + std::string(meant)});
    }
    return c;
  }

  NodePtr group(size_t at) {
    if (++depth_ > kDeepest)
      fail(at, "more than " + std::to_string(kDeepest) + " parentheses within each other");
    NodePtr node = make(Node::Group);
    bool counts = true;
    if (take('?')) {
      if (!take(':')) fail(at, "'(?' is only known as '(?:', a group that is not counted");
      counts = false;
    }
    if (counts) node->group = pattern_.groups++;
    NodePtr inside = alternatives();
    if (!take(')')) fail(at, "'(' without a ')' behind it", "write \\\\( for the character");
    depth_--;
    if (counts) {
      node->children.push_back(std::move(inside));
      return node;
    }
    // A sequence of one: what is repeated is the group, also if there is only an anchor in it.
    node->kind = Node::Sequence;
    node->children.push_back(std::move(inside));
    return node;
  }

  // ---------------------------------------------------------------- brackets

  NodePtr brackets(size_t at) {
    NodePtr node = make(Node::Bytes);
    bool inverted = take('^');
    // A `]` right behind the opening is a member.
    for (bool first = true; first || !sees(']'); first = false) {
      if (at_end()) fail(at, "'[' without a ']' behind it", "write \\\\[ for the character");
      member(node->bytes, at);
    }
    next_++;
    if (inverted) node->bytes.flip();
    node->bytes.reset(0);  // a text ends at its NUL
    return node;
  }

  void member(ByteSet& set, size_t open) {
    size_t at = next_;
    if (sees('[') && next_ + 1 < text_.size()) {
      char kind = text_[next_ + 1];
      if (kind == ':') return named_class(set);
      if (kind == '.' || kind == '=')
        fail(at, std::string("'[") + kind + "' (collating elements) is not known here",
             "patterns are matched byte by byte; write the characters themselves");
    }
    unsigned first = bracket_byte(open);
    bool range = sees('-') && next_ + 1 < text_.size() && text_[next_ + 1] != ']';
    if (!range) {
      set.set(first);
      return;
    }
    next_++;
    unsigned last = bracket_byte(open);
    if (last < first)
      fail(at,
           "the range '" + std::string(text_.substr(at, next_ - at)) + "' ends before it begins");
    add_range(set, first, last);
  }

  unsigned bracket_byte(size_t open) {
    size_t at = next_;
    char c = text_[next_++];
    if (c != '\\') return byte(c);
    if (at_end()) fail(open, "'[' without a ']' behind it", "write \\\\[ for the character");
    return byte(escaped(at));
  }

  void named_class(ByteSet& set) {
    size_t at = next_, end = text_.find(":]", at + 2);
    if (end == std::string_view::npos) fail(at, "'[:' without a ':]' behind it");
    std::string_view name = text_.substr(at + 2, end - at - 2);
    for (const NamedClass& known : kClasses) {
      if (known.name != name) continue;
      for (size_t i = 0; i < known.ranges.size(); i += 2)
        add_range(set, byte(known.ranges[i]), byte(known.ranges[i + 1]));
      next_ = end + 2;
      return;
    }
    fail(at, "there is no class of characters '" + std::string(name) + "'",
         "alpha, alnum, blank, cntrl, digit, graph, lower, print, punct, space, upper, xdigit");
  }

  std::string_view text_;
  Pattern& pattern_;
  size_t next_ = 0;
  unsigned depth_ = 0;
};

}  // namespace

Pattern parse(std::string_view text) {
  Pattern pattern;
  try {
    pattern.root = Parser(text, pattern).run();
  } catch (Failure& failure) {
    pattern.error = std::move(failure.remark);
  }
  return pattern;
}

}  // namespace coretap::regex
