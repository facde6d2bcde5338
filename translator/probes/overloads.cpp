// Parameter types are compared as text, because what is written may name a type of C that no debug information has a name
// for ("char const*"). Each side is brought to one form first.
#include "probes/overloads.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace coretap::probes {

namespace {

constexpr std::array<std::string_view, 4> kKeywords{"struct", "class", "union", "enum"};
constexpr std::array<std::string_view, 5> kIntegers{"signed", "unsigned", "long", "short", "int"};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == ':' || c == '$' ||
         c == '~';
}

template <typename List>
bool holds(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

/// The words before the first '*', '&', '(' or '[', in an order of our own: "const long unsigned int" and "unsigned long const"
/// are one type.
class BaseType {
 public:
  void add(const std::string& word) {
    if (holds(kKeywords, word)) return;
    if (word == "const" || word == "volatile")
      qualifiers_.insert(word);
    else if (holds(kIntegers, word))
      integers_.insert(word);
    else
      name_ += word;
  }
  std::string text() const {
    std::string text = name_;
    for (const std::string& word : integers_) {
      // int may be left out, and signed, but of char.
      const bool is_implied = (word == "int" && integers_.size() > 1) ||
                              (word == "signed" && name_.empty() && integers_.size() > 1);
      if (!is_implied) text += "." + word;
    }
    if (integers_.size() == 1 && integers_.count("signed") && name_.empty()) text = ".int";
    if (integers_.size() == 2 && integers_.count("signed") && integers_.count("int")) text = ".int";
    for (const std::string& word : qualifiers_) text += "." + word;
    return text;
  }

 private:
  std::string name_;
  std::multiset<std::string> integers_;
  std::set<std::string> qualifiers_;
};

std::string canonical(const std::string& type) {
  BaseType base;
  std::string rest, word;
  int depth = 0;
  bool is_base = true;
  auto end_word = [&] {
    if (word.empty()) return;
    if (is_base)
      base.add(word);
    else
      rest += "." + word;
    word.clear();
  };
  for (char c : type) {
    // Template arguments are part of the name.
    if (c == '<' || c == '>') depth += c == '<' ? 1 : -1;
    if (depth > 0 || c == '>' || is_word(c)) {
      if (c != ' ') word += c;
      continue;
    }
    end_word();
    if (c == ' ') continue;
    is_base = false;
    rest += c;
  }
  end_word();
  return base.text() + rest;
}

/// Without "std::", "ns::C::" before names.
std::string without_scopes(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text.compare(i, 2, "::") != 0) {
      out += text[i];
      continue;
    }
    while (!out.empty() && is_word(out.back())) out.pop_back();
    i++;
  }
  return out;
}

std::string without_inline_namespace(std::string text) {
  const std::string inner = "__cxx11::";
  for (size_t at; (at = text.find(inner)) != std::string::npos;) text.erase(at, inner.size());
  return text;
}

template <typename Form>
bool all_equal(const std::vector<std::string>& one, const std::vector<std::string>& two,
               Form form) {
  return std::ranges::equal(one, two, [&](const std::string& a, const std::string& b) {
    return form(canonical(a)) == form(canonical(b));
  });
}

debug::Function function_of(const debug::Function& function) { return function; }
debug::Function function_of(const debug::LineSite& site) {
  debug::Function function;
  function.name = site.function;
  function.die_offset = site.scope;
  return function;
}

template <typename Item>
bool filter(const debug::Module& module, const PointSpec& spec, std::vector<Item>& items,
            const ast::ProbeComponent& at, ResolveContext& context) {
  if (!spec.parameters || items.empty()) return true;
  std::set<std::string> others;
  std::erase_if(items, [&](const Item& item) {
    const debug::Function function = function_of(item);
    const debug::ParameterTypes types = module.parameters(function);
    if (parameters_match(*spec.parameters, types)) return false;
    others.insert(function.name + "(" + parameter_text(types) + ")");
    return true;
  });
  if (!items.empty()) return true;
  constexpr size_t kMost = 12;
  Diagnostic& diagnostic =
      context.diagnostics.semantic_error("no-such-overload", at.span,
                                         "no function '" + spec.function + "' in " + module.path() +
                                             " has the parameters (" + *spec.parameters + ")");
  size_t shown = 0;
  for (const std::string& other : others)
    if (shown++ < kMost) diagnostic.hint("there is " + other);
  if (others.size() > kMost)
    diagnostic.hint("and " + std::to_string(others.size() - kMost) + " more");
  return false;
}

}  // namespace

bool filter_by_parameters(const debug::Module& module, const PointSpec& spec,
                          std::vector<debug::Function>& functions, const ast::ProbeComponent& at,
                          ResolveContext& context) {
  return filter(module, spec, functions, at, context);
}

bool filter_by_parameters(const debug::Module& module, const PointSpec& spec,
                          std::vector<debug::LineSite>& sites, const ast::ProbeComponent& at,
                          ResolveContext& context) {
  return filter(module, spec, sites, at, context);
}

bool parameters_match(const std::string& written, const debug::ParameterTypes& types) {
  if (written == "*") return true;
  const std::vector<std::string> wanted = debug::split_parameters(written);
  if (types.demangled && all_equal(wanted, *types.demangled, without_inline_namespace)) return true;
  // Without debug information only the mangled name has them.
  const bool is_declared = !types.demangled || types.declared.size() == types.demangled->size();
  return is_declared && all_equal(wanted, types.declared, without_scopes);
}

std::string parameter_text(const debug::ParameterTypes& types) {
  std::string text;
  for (const std::string& type : types.demangled ? *types.demangled : types.declared)
    text += (text.empty() ? "" : ", ") + type;
  return text;
}

}  // namespace coretap::probes
