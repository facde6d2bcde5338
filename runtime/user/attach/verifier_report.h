// A refusal by the kernel's verifier, told as the script's author needs it.
//
// The verifier walks the instructions and ends with the one that it does not like:
//
//   ; STAP_RETVALUE = *(long *)STAP_ARG_p; @ probe.stp:2     the source of what follows
//   10: (79) r9 = *(u64 *)(r1 +0)                            the instruction
//   R1 invalid mem access 'scalar'                           the reason
//   processed 11 insns (limit 1000000) …
//
// Comments come from the line information of .BTF.ext. Newer kernels (6.12, not 6.1) name file and
// line; for older ones the line is found again in .BTF.ext by its text. Comments of the run-time
// library's headers are passed over: the last one of a script is where its author was.
#pragma once

#include <string>

#include "runtime/shared/abi.h"

namespace ct {

struct Verdict {
  std::string position;  ///< "FILE:LINE" of the script, "" if the log does not tell
  std::string source;    ///< that line; "" where the compiler could not read it (script of -e)
  std::string words;     ///< the verifier's own words
  std::string meaning;   ///< in plain words, with a way out; "" for words that we do not know
};

/// Reads libbpf's messages about a failed load. `object`, the BPF object, is asked for positions.
/// False if no verifier has spoken there, so that the failure is another.
bool read_verdict(const std::string& log, const void* object, u64 size, Verdict& verdict);

}  // namespace ct
