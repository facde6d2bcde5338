// Words of other languages that come into scripts by habit, and how the same is written here: for hints.
#pragma once

#include <string>
#include <string_view>

namespace coretap {

/// What a word of bpftrace is.
enum class BpftraceWord { Probe, Variable, Function, Map };

/// How bpftrace's word is written here, or that there is nothing like it; "" if bpftrace has no such word of this kind. "arg3" is
/// a variable as "arg0" is.
std::string bpftrace_hint(BpftraceWord kind, std::string_view name);

/// A function or a map function of bpftrace.
std::string bpftrace_call_hint(std::string_view name);

/// That SystemTap has a function or an alias of this name, and why it is not here; "" if SystemTap has none, or it is here.
std::string systemtap_hint(std::string_view name);

/// Does C, or a language that looks like it, begin a declaration with it?
bool begins_declaration_elsewhere(std::string_view word);

/// What a word of C that is neither variable nor function here would be; "" if it is none.
std::string c_hint(std::string_view word);

}  // namespace coretap
