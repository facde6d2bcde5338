#include "emit/code_template.h"

#include <algorithm>
#include <vector>

#include "support/internal_error.h"

namespace coretap {

namespace {

class Template {
 public:
  Template(std::string_view text, std::initializer_list<TemplateValue> values)
      : text_(text), values_(values), used_(values.size()) {}

  std::string fill() {
    if (!text_.starts_with('\n')) wrong("does not begin with a line break");
    text_.remove_prefix(1);
    size_t last = text_.rfind('\n');
    if (last == std::string_view::npos ||
        text_.find_first_not_of(' ', last + 1) != std::string_view::npos)
      wrong("does not end with a line break");
    size_t text_begin = text_.find_first_not_of(" \n");
    size_t indentation =
        text_begin == std::string_view::npos ? 0 : text_begin - (text_.rfind('\n', text_begin) + 1);
    for (size_t from = 0; from <= last;) {
      size_t end = text_.find('\n', from);
      line(text_.substr(from, end - from), indentation);
      from = end + 1;
    }
    if (!blocks_.empty()) wrong("does not end a block");
    for (size_t i = 0; i < values_.size(); ++i)
      if (!used_[i]) wrong("does not ask for '" + std::string((values_.begin() + i)->name) + "'");
    return std::move(out_);
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    internal_error("a template of generated code " + what + ":\n" + std::string(text_));
  }

  const std::string& value(std::string_view name) {
    for (size_t i = 0; i < values_.size(); ++i) {
      const TemplateValue& v = *(values_.begin() + i);
      if (v.name != name) continue;
      used_[i] = true;
      return v.text;
    }
    wrong("has no value for '" + std::string(name) + "'");
  }

  void line(std::string_view line, size_t indentation) {
    if (line.empty()) {
      if (is_wanted()) out_ += '\n';
      return;
    }
    if (line.find_first_not_of(' ') < indentation)
      wrong("has a line that is indented less than its first");
    line.remove_prefix(indentation);
    size_t blanks = line.find_first_not_of(' ');
    std::string_view text = line.substr(blanks);
    if (text == "${end}") {
      if (blocks_.empty()) wrong("ends a block that it has not begun");
      return blocks_.pop_back();
    }
    bool holds = true;
    if (size_t end = text.find("?}"); text.starts_with("${") && end < text.find('}')) {
      bool is_opposite = text[2] == '!';
      size_t name = is_opposite ? 3 : 2;
      holds = value(text.substr(name, end - name)).empty() == is_opposite;
      text.remove_prefix(end + 2);
      if (text.empty()) return blocks_.push_back(holds);
    }
    put(line.substr(0, blanks), text, holds && is_wanted());
  }

  /// Is what stands here in no block that is left out?
  bool is_wanted() const {
    return std::find(blocks_.begin(), blocks_.end(), false) == blocks_.end();
  }

  /// The values are asked for even if the line is left out: so a name that is not there is found at once.
  void put(std::string_view blanks, std::string_view text, bool is_wanted) {
    std::string filled;
    bool is_value = text.starts_with("${") && text.find('}') == text.size() - 1;
    while (!text.empty()) {
      size_t at = text.find("${");
      filled += text.substr(0, at);
      if (at == std::string_view::npos) break;
      size_t end = text.find('}', at);
      filled += value(text.substr(at + 2, end - at - 2));
      text.remove_prefix(end + 1);
    }
    if (!is_wanted) return;
    if (!is_value) {
      out_.append(blanks).append(filled).append("\n");
      return;
    }
    for (size_t from = 0; from < filled.size();) {
      size_t end = std::min(filled.find('\n', from), filled.size() - 1) + 1;
      if (filled[from] != '\n') out_ += blanks;
      out_.append(filled, from, end - from);
      from = end;
    }
  }

  std::string_view text_;
  std::initializer_list<TemplateValue> values_;
  std::vector<bool> used_;
  std::vector<bool> blocks_;  ///< does what they ask for hold, of those that are open
  std::string out_;
};

}  // namespace

std::string fill(std::string_view text, std::initializer_list<TemplateValue> values) {
  return Template(text, values).fill();
}

}  // namespace coretap
