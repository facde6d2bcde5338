// Where the locals of a kernel-side body live, decided before any text is written.
//
//   variable    a C variable of the C function that uses it (clang keeps it in a register)
//   frame       a member of the body's `struct ct_frame_…` in per-CPU scratch memory
//   pointer     a string parameter that nobody writes: where the caller has it
//
// Longs are variables where they can be. What a loop's callback shares with the code around it, or
// carries to its next iteration, is in the frame: callbacks are C functions of their own, and the
// verifier knows nothing about what it reads from a map, so it walks a callback once. (On the stack
// it would follow a counter through its values, iteration by iteration, up to its limit.)
// For the same reason a number that is written in several places is in the frame wherever a helper
// with a callback may be called. Ways through a handler that leave different constants in registers
// are one way for the verifier as long as it needs none of them exactly. Before Linux 6.5 ("bpf:
// support precision propagation in the presence of subprogs") it takes all of them for needed when
// it must look back beyond such a call.
// Strings of a few bytes are variables (that is: on the BPF stack, which has 512 bytes for
// everything), others are in the frame. A handler of only longs and small strings, without loops,
// needs no frame at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap::kernel {

enum class Home : uint8_t { Variable, Frame, Pointer };

struct LocalPlan {
  Home home = Home::Variable;
  bool used = false;  ///< mentioned at all
  bool written = false;
  bool needs_zero = false;  ///< may be read before it is written
  uint32_t c_function = 0;  ///< Variable: which C function declares it (0: the body's own)
  std::string name;         ///< C identifier
};

struct BodyPlan {
  std::vector<LocalPlan> locals;
  bool has_loop = false;
  bool returns_from_loop = false;
};

/// C functions of a body are numbered in the order in which its loops open: 0 is the body itself,
/// loops nested in Loop instructions count depth-first. The emitter counts the same way.
BodyPlan plan_body(const ir::Body& body, uint32_t parameters);

/// Rounds a string capacity that string_widths has not set to the module's widest.
uint32_t capacity(const ir::Module& module, const ir::Type& type);

}  // namespace coretap::kernel
