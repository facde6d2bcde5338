#include "language_server/features.h"

#include <algorithm>
#include <cctype>

#include "ast/ast.h"
#include "ast/print.h"

namespace coretap::language_server {

std::string path_of(const std::string& uri) {
  constexpr std::string_view kFile = "file://";
  if (!uri.starts_with(kFile)) return uri;
  std::string path;
  const size_t begin = uri.find('/', kFile.size());  // behind a host's name
  for (size_t i = begin; i < uri.size(); i++) {
    const bool is_code = uri[i] == '%' && i + 2 < uri.size() &&
                         std::isxdigit(static_cast<unsigned char>(uri[i + 1])) &&
                         std::isxdigit(static_cast<unsigned char>(uri[i + 2]));
    path += is_code ? static_cast<char>(std::stoi(uri.substr(i + 1, 2), nullptr, 16)) : uri[i];
    if (is_code) i += 2;
  }
  return path;
}

std::string uri_of(const std::string& path) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string uri = "file://";
  for (char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("/-._~").find(c) != std::string_view::npos)
      uri += c;
    else
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return uri;
}

Json range(const View& view, size_t begin, size_t end) {
  const Position from = view.document.position(begin, view.encoding),
                 to = view.document.position(end, view.encoding);
  return {{"start", {{"line", from.line}, {"character", from.character}}},
          {"end", {{"line", to.line}, {"character", to.character}}}};
}

namespace {

// SymbolKind of the protocol.
constexpr int kEvent = 24, kFunction = 12, kVariable = 13, kNamespace = 3;

Json symbol(const View& view, const std::string& name, const std::string& detail, int kind,
            const Span& span, size_t end) {
  return {{"name", name},
          {"detail", detail},
          {"kind", kind},
          {"range", range(view, span.begin, std::max<size_t>(end, span.end))},
          {"selectionRange", range(view, span.begin, span.end)}};
}

std::string points_text(const std::vector<ast::ProbePoint>& points) {
  std::string text;
  for (const ast::ProbePoint& point : points)
    text += (text.empty() ? "" : ", ") + ast::to_string(point);
  return text;
}

size_t end_of(const ast::StmtPtr& body, const SourceFile* script) {
  return body && body->span.file == script ? body->span.end : 0;
}

}  // namespace

Json symbols(const View& view, const Compiler& compiler) {
  Json all = Json::array();
  const std::unique_ptr<Session> session = compiler.parse(view.name, view.document.text());
  if (!session->program || session->program->files.empty()) return all;
  const SourceFile* script = session->script;
  const ast::File& file = *session->program->files.front();
  auto add = [&](const std::string& name, const std::string& detail, int kind, const Span& span,
                 size_t end) {
    if (span.file == script && !name.empty())
      all.push_back(symbol(view, name, detail, kind, span, end));
  };
  for (const auto& global : file.globals) add(global->name, "global", kVariable, global->span, 0);
  for (const auto& function : file.functions)
    add(function->name, "function", kFunction, function->span,
        function->c && function->embedded_span.file == script ? function->embedded_span.end
                                                              : end_of(function->body, script));
  for (const auto& alias : file.aliases) {
    if (alias->alias_names.empty()) continue;
    add(points_text(alias->alias_names), "probe alias", kNamespace, alias->alias_names.front().span,
        end_of(alias->body, script));
  }
  for (const auto& probe : file.probes) {
    if (probe->points.empty()) continue;
    add(points_text(probe->points), "probe", kEvent, probe->points.front().span,
        end_of(probe->body, script));
  }
  return all;
}

Json formatting(const View& view, const Compiler& compiler) {
  const std::string& text = view.document.text();
  const std::optional<std::string> made = compiler.services().formatted(view.name, text);
  if (!made) return nullptr;
  if (*made == text) return Json::array();
  return Json::array({{{"range", range(view, 0, text.size())}, {"newText", *made}}});
}

}  // namespace coretap::language_server
