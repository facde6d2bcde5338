#include <algorithm>
#include <cctype>
#include <set>

#include "language_server/cursor.h"
#include "language_server/features.h"
#include "syntax/names.h"
#include "syntax/parse.h"

namespace coretap::language_server {

namespace {

// CompletionItemKind of the protocol.
constexpr int kFunction = 3, kField = 5, kVariable = 6, kKeyword = 14, kEvent = 23, kOperator = 24;

class Completion {
 public:
  Completion(const View& view, size_t at, Compiler& compiler)
      : view_(view),
        text_(view.document.text()),
        at_(at),
        compiler_(compiler),
        cursor_(cursor_at(text_, at)) {}

  Json run() {
    switch (cursor_.kind) {
      case Cursor::Nothing: break;
      case Cursor::Point: points(); break;
      case Cursor::Variable: variables(); break;
      case Cursor::At: at_names(); break;
      case Cursor::Word: words(); break;
    }
    return {{"isIncomplete", cursor_.kind == Cursor::Point}, {"items", items_}};
  }

 private:
  /// How many bytes behind the cursor the end of `text` brings itself: editors close a `("` as soon as it is written.
  size_t closed_behind(const std::string& text) const {
    constexpr std::string_view kClosing = "\")";
    const std::string_view end = std::string_view(text).substr(text.find_last_not_of(kClosing) + 1);
    const std::string_view behind = std::string_view(text_).substr(at_);
    size_t size = std::min(behind.find_first_not_of(kClosing), std::min(behind.size(), end.size()));
    while (end.find(behind.substr(0, size)) == std::string_view::npos) size--;
    return size;
  }

  /// `text` stands in the place of what is from `begin` up to the cursor.
  Json& add(const std::string& label, const std::string& text, size_t begin, int kind,
            const std::string& detail = "") {
    Json item = {{"label", label},
                 {"kind", kind},
                 {"textEdit",
                  {{"range", range(view_, begin, at_ + closed_behind(text))}, {"newText", text}}}};
    if (!detail.empty()) item["detail"] = detail;
    // An editor compares this with the text from `begin` on.
    if (label != text) item["filterText"] = text;
    items_.push_back(std::move(item));
    return items_.back();
  }

  bool fits(const std::string& name) const {
    return name.starts_with(text_.substr(cursor_.begin, at_ - cursor_.begin));
  }

  /// Candidates are longer texts that begin as what is written. Only the part behind its last dot is shown and replaced.
  void points() {
    const std::string written = text_.substr(cursor_.point_begin, at_ - cursor_.point_begin);
    for (const std::string& candidate : compiler_.services().complete_points(written)) {
      size_t same = 0;
      while (same < written.size() && same < candidate.size() && written[same] == candidate[same])
        same++;
      size_t part = same;
      while (part > 0 && (std::isalnum(static_cast<unsigned char>(candidate[part - 1])) ||
                          candidate[part - 1] == '_'))
        part--;
      add(candidate.substr(part), candidate.substr(part), cursor_.point_begin + part, kEvent);
    }
  }

  void variables() {
    if (cursor_.points.empty()) return;
    if (!cursor_.access.empty()) {
      for (const Variable& member : compiler_.members(cursor_.points, cursor_.access))
        if (fits(member.name)) add(member.name, member.name, cursor_.begin, kField, member.type);
      return;
    }
    for (const Variable& variable : compiler_.variables(cursor_.points))
      if (variable.name.starts_with("$") && fits(variable.name))
        add(variable.name, variable.name, cursor_.begin, kVariable, variable.type);
    for (const char* group : {"$$vars", "$$parms", "$$locals", "$$return"})
      if (fits(group)) add(group, group, cursor_.begin, kVariable, "text of variables");
  }

  void at_names() {
    for (const std::string& name : at_operator_names())
      if (fits("@" + name)) add("@" + name, "@" + name, cursor_.begin, kOperator);
    const std::unique_ptr<Session> session = compiler_.parse(view_.name, text_);
    if (!session->program) return;
    for (const MacroName& macro : macro_names(*session->program->macros, *session->script))
      if (fits("@" + macro.name))
        add("@" + macro.name, "@" + macro.name, cursor_.begin, kFunction, "macro");
  }

  void words() {
    std::set<std::string> known;
    for (const Definition& own : compiler_.definitions(text_)) {
      if (own.kind == Definition::Alias || !fits(own.name) || !known.insert(own.name).second)
        continue;
      add(own.name, own.name, cursor_.begin,
          own.kind == Definition::Function ? kFunction : kVariable,
          own.kind == Definition::Function ? own.signature : "global");
    }
    if (!cursor_.points.empty())
      for (const Variable& variable : compiler_.variables(cursor_.points))
        if (!variable.name.starts_with("$") && fits(variable.name) &&
            known.insert(variable.name).second)
          add(variable.name, variable.name, cursor_.begin, kVariable, variable.type);
    for (const Definition& function : compiler_.tapset_functions())
      if (fits(function.name)) {
        if (!known.insert(function.name).second) continue;  // an overload
        Json& item =
            add(function.name, function.name, cursor_.begin, kFunction, function.signature);
        if (!function.documentation.empty()) item["documentation"] = function.documentation;
      }
    for (const std::string& name : print_function_names())
      if (fits(name) && known.insert(name).second)
        add(name, name, cursor_.begin, kFunction, "built in");
    for (const std::string& keyword : keyword_names())
      if (fits(keyword)) add(keyword, keyword, cursor_.begin, kKeyword);
  }

  const View& view_;
  const std::string& text_;
  size_t at_;
  Compiler& compiler_;
  Cursor cursor_;
  Json items_ = Json::array();
};

}  // namespace

Json completion(const View& view, size_t at, Compiler& compiler) {
  return Completion(view, at, compiler).run();
}

}  // namespace coretap::language_server
