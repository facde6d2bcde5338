// Embedded C: what it says of itself, read once, when the tree is built.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/site_text.h"

namespace coretap {

/// What a call of an embedded-C function is: the call of a C function, or (pragma `op`) an operation of the IR.
enum class CallMeans : uint8_t { Call, Error, Next, Matched, Ngroups };

/// The text between %{ and %}, and what its pragma comments and the names in it say (docs/generated-code.md).
struct EmbeddedC {
  EmbeddedC() = default;
  explicit EmbeddedC(std::string code);

  std::string text;
  std::vector<std::string>
      arguments;               ///< each NAME of STAP_ARG_NAME, in the order of their first use
  std::string global_macro;    ///< the first STAP_GLOBAL_GET_… or STAP_GLOBAL_SET_…, or ""
  bool is_expression = false;  ///< names neither STAP_RETVALUE nor STAP_RETURN
  bool may_decline = false;    ///< names STAP_NEXT
  bool may_raise = false;      ///< names what ends a function by an error, or says `raises`

  /// The pragmas `bpf` and `harness`.
  bool says_kernel = false, says_user = false;
  /// The sides that it can run on: as it says, or, of C that names nothing of the kernel, where that is as good.
  bool for_kernel = false, for_user = false;

  bool pure = false;  ///< a call may be dropped when its result is unused
  bool guru = false;  ///< a script may call it with -g only
  uint32_t bytewise =
      0;  ///< it goes through its strings byte by byte, and a byte costs the verifier so much
  bool serial = false;            ///< its value belongs to one thread or CPU
  bool user_memory = false;       ///< reads the program's memory
  bool asks_about_event = false;  ///< reads registers, arguments or the stack of the event
  bool at_exit = false;           ///< gives at a system call's exit what it gave at its entry
  bool syscall_argument = false;  ///< gives the system call's argument of that number
  bool gives_string = false;      ///< pragma `string`, with or without a number
  uint32_t string_cap = 0;        ///< of `string N`, or 0
  uint32_t walked_steps = 200;    ///< instructions that the verifier walks in a call
  CallMeans call = CallMeans::Call;
  std::optional<SiteText> site;         ///< the call is a SiteStr operation
  bool gives_probe_name = false;        ///< `site pn`: the probe's alias, or else its point
  std::string pointer;                  ///< the kernel type that the result points to
  std::set<std::string> reads, writes;  ///< globals, by stap's pragma:read: and pragma:write:
};

}  // namespace coretap
