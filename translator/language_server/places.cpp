// Hover and go to definition: what the word at the cursor is, and where it comes from.
#include "language_server/cursor.h"
#include "language_server/features.h"
#include "syntax/names.h"
#include "syntax/point_text.h"

namespace coretap::language_server {

namespace {

Json location(const View& view, const Definition& found) {
  Json start = {{"line", found.place.line - 1}, {"character", found.place.column - 1}};
  if (found.path.empty()) {
    // Within the script the column counts as the client does; it is of bytes.
    const size_t line = view.document.offset({found.place.line - 1, 0}, view.encoding);
    return {{"uri", view.uri},
            {"range", range(view, line + found.place.column - 1,
                            line + found.place.column - 1 + found.name.size())}};
  }
  Json end = start;
  end["character"] = found.place.column - 1 + found.name.size();
  return {{"uri", uri_of(found.path)}, {"range", {{"start", start}, {"end", end}}}};
}

/// As Markdown: the signature as code, then the comment's text as it is written.
Json documentation(const View& view, const Cursor& cursor, const std::string& code,
                   const std::string& text) {
  std::string value = "```\n" + code + "\n```";
  if (!text.empty()) value += "\n```text\n" + text + "\n```";
  return {{"contents", {{"kind", "markdown"}, {"value", value}}},
          {"range", range(view, cursor.begin, cursor.end)}};
}

std::string word_at(const View& view, const Cursor& cursor) {
  return view.document.text().substr(cursor.begin, cursor.end - cursor.begin);
}

std::string point_at(const View& view, const Cursor& cursor) {
  const std::string points =
      view.document.text().substr(cursor.point_begin, cursor.point_end - cursor.point_begin);
  // Only the one at the cursor: it is the last.
  const size_t begin = begin_of_last_point(points);
  return points.substr(begin, points.find_last_not_of(" \t\n") + 1 - begin);
}

}  // namespace

Json hover(const View& view, size_t at, Compiler& compiler) {
  const Cursor cursor = cursor_at(view.document.text(), at);
  const std::string word = word_at(view, cursor);
  if (word.empty() || cursor.kind == Cursor::Nothing || cursor.kind == Cursor::Point)
    return nullptr;
  if (cursor.kind == Cursor::Variable) {
    const std::string access = cursor.access.empty() ? word : cursor.access + "->" + word;
    if (cursor.points.empty()) return nullptr;
    const std::optional<std::string> type = compiler.type_of(cursor.points, access);
    return type ? documentation(view, cursor, access + ": " + *type, "") : Json();
  }
  if (cursor.kind != Cursor::Word) return nullptr;
  for (const Definition& own : compiler.definitions(view.document.text()))
    if (own.name == word && own.kind == Definition::Function)
      return documentation(view, cursor, own.signature, own.documentation);
  std::string signatures, text;
  for (const Definition& function : compiler.tapset_functions()) {
    if (function.name != word) continue;
    signatures += (signatures.empty() ? "" : "\n") + function.signature;
    if (text.empty()) text = function.documentation;
  }
  if (!signatures.empty()) return documentation(view, cursor, signatures, text);
  if (!cursor.points.empty())
    if (const std::optional<std::string> type = compiler.type_of(cursor.points, word))
      return documentation(view, cursor, word + ": " + *type, "");
  return nullptr;
}

Json definition(const View& view, size_t at, Compiler& compiler) {
  const std::string& text = view.document.text();
  const Cursor cursor = cursor_at(text, at);
  const std::string word = word_at(view, cursor);
  if (cursor.kind == Cursor::Point) {
    const std::string point = point_at(view, cursor);
    for (const Definition& own : compiler.definitions(text))
      if (own.kind == Definition::Alias && own.name == point) return location(view, own);
    if (const std::optional<Definition> alias = compiler.tapset_alias(point))
      return location(view, *alias);
    if (const std::optional<Definition> line = compiler.source_of(point))
      return location(view, *line);
    return nullptr;
  }
  if (cursor.kind == Cursor::At) {
    const std::unique_ptr<Session> session = compiler.parse(view.name, text);
    if (!session->program) return nullptr;
    for (const MacroName& macro : macro_names(*session->program->macros, *session->script)) {
      if ("@" + macro.name != word) continue;
      Definition found;
      found.kind = Definition::Macro;
      found.name = macro.name;
      found.path = macro.path;
      found.place = macro.place;
      return location(view, found);
    }
    return nullptr;
  }
  if (cursor.kind != Cursor::Word) return nullptr;
  for (const Definition& own : compiler.definitions(text))
    if (own.name == word && own.kind != Definition::Alias) return location(view, own);
  Json all = Json::array();
  for (const Definition& function : compiler.tapset_functions())
    if (function.name == word) all.push_back(location(view, function));
  return all.empty() ? Json() : all;
}

}  // namespace coretap::language_server
