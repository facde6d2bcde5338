// What of each handler runs in the kernel and what in user space, why, and what crosses: facts, for who tells of them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap::why {

/// A value of a record.
struct RecordField {
  uint32_t bytes = 0;
  std::string
      name;  ///< of the variable, or the script's text whose value it is, in quotes; safe for a terminal
  const char* kind = "";  ///< "a number", "a string", "memory"
  Span made_at;           ///< where the script computes it; empty if that is not known
};

/// What moved a part of a handler to user space.
struct MovedBecause {
  Span at;
  std::set<uint32_t> lines;  ///< of the user's script; empty: a tapset has it
  std::string reason;        ///< a clause: "the kernel cannot print"
};

/// A part of a kernel handler that runs in user space, and the record that starts it.
struct SegmentSides {
  const ir::Segment* segment = nullptr;
  std::set<uint32_t> lines;
  std::vector<MovedBecause> moved;  ///< each reason of a line once
  uint32_t record_bytes = 0, head_bytes = 0;
  std::vector<RecordField> fields;
};

struct HandlerSides {
  const ir::KernelHandler* handler = nullptr;
  const char* service = nullptr;  ///< a sentence, if it is none of the script's own but serves one
  std::set<uint32_t> lines;       ///< of the script that run in the kernel
  std::vector<SegmentSides> segments;
};

/// Of the kernel handler `index` of a module that has gone through all passes.
HandlerSides sides_of(const ir::Module& module, size_t index);

/// Does a handler of the session's own events have a part that is a BPF program?
bool has_kernel_part(const ir::UserHandler& handler);

/// Where a global is and why, as the end of "global NAME: in …".
std::string place_of(const ir::Module& module, ir::GlobalId id);

/// The place in the user's script: of what an alias or macro put there, that of its use. Empty if a tapset has all of it.
Span in_user_script(const Span& at);

/// "line 4", "lines 3, 4"; "" of none.
std::string lines_text(const std::set<uint32_t>& lines);

}  // namespace coretap::why
