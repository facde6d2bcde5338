// The answers to requests about a document.
#pragma once

#include <nlohmann/json.hpp>

#include "language_server/compiler.h"
#include "language_server/document.h"

namespace coretap::language_server {

using Json = nlohmann::json;

/// A document as a request sees it.
struct View {
  const Document& document;
  const std::string& uri;
  const std::string& name;  ///< its path
  Encoding encoding;
};

/// The path of a `file:` URI; any other as it is.
std::string path_of(const std::string& uri);
std::string uri_of(const std::string& path);
Json range(const View& view, size_t begin, size_t end);

/// What publishDiagnostics takes. Compiles as far as pass 2.
Json diagnostics_of(const View& view, const Compiler& compiler);
Json completion(const View& view, size_t at, Compiler& compiler);
Json hover(const View& view, size_t at, Compiler& compiler);
Json definition(const View& view, size_t at, Compiler& compiler);
Json symbols(const View& view, const Compiler& compiler);
Json formatting(const View& view, const Compiler& compiler);

}  // namespace coretap::language_server
