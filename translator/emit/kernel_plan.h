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
//
// That is for small bodies. Of a large one (kernel_size.h) clang would keep more numbers in registers
// than the stack has room for, and the verifier would follow more combinations of constants than it
// has patience for. There all locals are in the frame, and volatile: clang may not keep a copy, and what
// comes out of the frame is something that the verifier knows nothing about. Only a number that is
// used up right behind its making, and is no constant on any way there, stays a variable; and one that is
// the same constant on all ways is written as that (a context is read at constant offsets only).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap::kernel {

enum class Home : uint8_t { Variable, Frame, Pointer };

struct LocalPlan {
  Home home = Home::Variable;
  bool used = false;  ///< mentioned at all
  bool written = false;
  bool needs_zero = false;   ///< may be read before it is written
  bool is_volatile = false;  ///< Frame, a number: neither clang nor the verifier knows it later
  std::optional<int64_t> constant;  ///< is always this number, and has no home
  uint32_t c_function = 0;          ///< Variable: which C function declares it (0: the body's own)
  std::string name;                 ///< C identifier
};

struct BodyPlan {
  std::vector<LocalPlan> locals;
  bool is_large = false;
  bool has_loop = false;
  bool returns_from_loop = false;
};

/// C functions of a body are numbered in the order in which its loops open: 0 is the body itself,
/// loops nested in Loop instructions count depth-first. The emitter counts the same way.
BodyPlan plan_body(const ir::Body& body, uint32_t parameters, bool is_large, uint32_t max_string);

/// In how many places each local of a body is read and written.
struct LocalUses {
  explicit LocalUses(const ir::Body& body);
  std::vector<uint32_t> reads, writes;

 private:
  void count(const ir::Block& block);
};

/// Is block[at] a comparison that only the If behind it asks for? Then clang makes one jump of both.
bool is_condition(const LocalUses& uses, const ir::Block& block, size_t at);

/// How many instructions of its block a number may wait for its use and stay a variable of a large body.
constexpr size_t kWaitingVariable = 4;

/// Rounds a string capacity that size_strings has not set to the module's widest.
uint32_t capacity(const ir::Module& module, const ir::Type& type);

}  // namespace coretap::kernel
