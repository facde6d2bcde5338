// BPF instructions in words: as llvm-objdump writes them, which is the notation of the kernel's verifier.
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <string>

namespace coretap::explain {

/// The instruction at `code`, of which `left` are there. One that is not known is "unknown (0xNN)".
std::string bpf_text(const bpf_insn* code, size_t left);

/// Instructions that the one at `code` takes: 2 for a constant of 64 bits, else 1.
inline size_t bpf_length(const bpf_insn* code, size_t left) {
  return code->code == (BPF_LD | BPF_IMM | BPF_DW) && left > 1 ? 2 : 1;
}

/// The helper that a call calls, "map_lookup_elem", or "" if it calls none that is known.
std::string helper_name(const bpf_insn& call);

/// What the helper does, as a sentence; "" if there is none to tell.
const char* helper_sentence(const std::string& name);

}  // namespace coretap::explain
