// The functions of a BPF object: their instructions, with the lines of C that these were made of.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/common/result.h"

namespace coretap::explain {

struct BpfFunction {
  std::string name, section;
  std::vector<bpf_insn> code;
  /// By the index of an instruction: the line of the file `source` that it was made of, from there on to the next. 0: of another file.
  std::map<uint32_t, uint32_t> lines;
  /// By the index of an instruction: the symbol that its constant or call stands for.
  std::map<uint32_t, std::string> symbols;
};

/// All functions of the object, by section and place. `source` is the name that #line gave to the file whose lines are wanted.
/// Fails if the bytes are not such an object.
ct::Result<std::vector<BpfFunction>> read_bpf_object(const std::string& object,
                                                     const std::string& source);

}  // namespace coretap::explain
