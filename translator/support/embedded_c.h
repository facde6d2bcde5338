// What embedded C says by name of the script around it.
#pragma once

#include <string>
#include <vector>

namespace coretap {

/// Each NAME of `STAP_ARG_NAME` in the text, once, in the order of their first use.
std::vector<std::string> embedded_arguments(const std::string& code);

/// The first STAP_GLOBAL_GET_… or STAP_GLOBAL_SET_… in the text, or "".
std::string embedded_global_macro(const std::string& code);

}  // namespace coretap
