// What embedded C says by name of the script around it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coretap {

/// Each NAME of `STAP_ARG_NAME` in the text, once, in the order of their first use.
std::vector<std::string> embedded_arguments(const std::string& code);

/// The first STAP_GLOBAL_GET_… or STAP_GLOBAL_SET_… in the text, or "".
std::string embedded_global_macro(const std::string& code);

/// Does the text hold the comment `/* name */`?
bool has_pragma(const std::string& code, const std::string& name);

/// Where C that does not say its side can run: it names nothing of the kernel.
enum class PlainC : uint8_t { No, UserSpace, BothSides };
/// Scripts for stap hold C that uses its STAP_ macros, variables of its own and functions of
/// <string.h> only: that is as good in user space, and without functions also in BPF.
PlainC plain_c(const std::string& code);

}  // namespace coretap
