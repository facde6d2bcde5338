#include "syntax/names.h"

#include "StpLexer.h"
#include "syntax/byte_stream.h"
#include "syntax/layout_pieces.h"
#include "syntax/macro.h"

namespace coretap {

std::vector<std::string> keyword_names() {
  syntax::ByteStream nothing("");
  StpLexer lexer(&nothing);
  std::vector<std::string> names;
  for (size_t type = StpLexer::PROBE; type <= StpLexer::STRING; type++) {
    const std::string quoted = lexer.getVocabulary().getLiteralName(type);
    names.push_back(quoted.substr(1, quoted.size() - 2));
  }
  return names;
}

std::vector<MacroName> macro_names(const MacroLibrary& library, const SourceFile& script) {
  std::vector<MacroName> all;
  bool is_name = false;
  for (const syntax::Piece& piece : syntax::pieces_of(script)) {
    if (piece.is_comment) continue;
    if (is_name && piece.type == StpLexer::IDENTIFIER)
      all.push_back(
          {std::string(piece.text), "",
           line_column(script, static_cast<uint32_t>(piece.text.data() - script.text.data()))});
    is_name = piece.type == StpLexer::AT_NAME && piece.text == "@define";
  }
  for (const auto& [name, macro] : library.macros)
    all.push_back({name, macro.span.file->name, line_column(*macro.span.file, macro.span.begin)});
  return all;
}

}  // namespace coretap
