// Embedded C, /* bpf */, as a kernel-side C function with the STAP_ macros of
// docs/generated-code.md around its text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap::kernel {

struct EmbeddedParameter {
  std::string name;  ///< as in the script
  bool is_string = false;
  uint32_t cap = 0;
};

/// `result`'s and string parameters' capacities must be set. `line` is that of the text in `file`,
/// 0 if not known.
std::string embedded_function(const std::string& name, const ir::Type& result,
                              const std::vector<EmbeddedParameter>& parameters,
                              const std::string& code, const SourceFile* file, uint32_t line);

}  // namespace coretap::kernel
