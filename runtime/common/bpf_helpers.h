// The names of BPF's helpers, from the table of <linux/bpf.h> that coretap was built with.
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <iterator>
#include <optional>

namespace ct {

/// The number of the helper that an instruction calls; nothing if it is not a call of a helper.
inline std::optional<size_t> called_helper(const bpf_insn& one) {
  if (one.code != (BPF_JMP | BPF_CALL) || one.src_reg != 0) return std::nullopt;
  return static_cast<size_t>(one.imm);
}

/// "map_lookup_elem" for 1, and so on; "" for a number that the table does not have.
inline const char* helper_name(size_t number) {
  static const char* const kNames[] = {
#define CT_NAME(name) #name
      __BPF_FUNC_MAPPER(CT_NAME)
#undef CT_NAME
  };
  return number < std::size(kNames) ? kNames[number] : "";
}

}  // namespace ct
