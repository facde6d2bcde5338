// JSON text for what programs read: --explain-needs=json, --accounts.
#pragma once

#include <string>

namespace ct {

/// A JSON string with its quotes.
std::string json_string(const std::string& text);

}  // namespace ct
