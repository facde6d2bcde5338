// Text forms shared by the printers.
#pragma once

#include <string>
#include <string_view>

namespace coretap::ast {

/// `text` as a string literal of the language, with quotes.
std::string quote(std::string_view text);

}  // namespace coretap::ast
