#include "ast/ast.h"

#include "ast/print.h"
#include "ast/text.h"

namespace coretap::ast {

const char* type_name(Type type) {
  switch (type) {
    case Type::Unknown: return "unknown";
    case Type::Void: return "void";
    case Type::Long: return "long";
    case Type::String: return "string";
    case Type::Stat: return "stats";
  }
  return "unknown";
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      case '\a': out += "\\a"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\v': out += "\\v"; break;
      default: {
        auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
          out += c;
          break;
        }
        // Three octal digits always end the escape, whatever character follows.
        out += '\\';
        out += static_cast<char>('0' + (byte >> 6));
        out += static_cast<char>('0' + ((byte >> 3) & 7));
        out += static_cast<char>('0' + (byte & 7));
      }
    }
  }
  return out + '"';
}

std::string to_string(const ProbePoint& point) {
  std::string out;
  for (const ProbeComponent& component : point.components) {
    if (!out.empty()) out += '.';
    out += component.functor;
    if (component.string_arg) out += "(" + quote(*component.string_arg) + ")";
    if (component.number_arg) out += "(" + std::to_string(*component.number_arg) + ")";
  }
  if (point.optional) out += '?';
  if (point.sufficient) out += '!';
  if (point.condition) out += " if (" + print(*point.condition) + ")";
  return out;
}

}  // namespace coretap::ast
