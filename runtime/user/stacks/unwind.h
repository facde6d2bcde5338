// From a copy of a stack to the frames on it: by the rules of .eh_frame and .debug_frame, so programs need no frame pointers.
// Code that has no file (a JIT compiler's) has no rules; there the chain of frame pointers is followed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "address_spaces.h"
#include "runtime/shared/ustack.h"

namespace ct {

/// Frame::bias where the file cannot be read.
constexpr u64 kNoBias = ~0ull;

struct Frame {
  u64 pc;
  u64 place;  ///< the address that says where it is: of a caller one byte before pc, for the call may be its function's last
  std::shared_ptr<MappedFile> file;  ///< null: nothing is mapped there
  u32 pid, uid;                      ///< the process, and whose it is
  u64 bias;  ///< what the process adds to the file's own addresses, or kNoBias
};

struct UserStack {
  std::vector<Frame> frames;  ///< innermost first
  bool is_there = false;      ///< false: the task has no user stack; `why` says so
  std::string why;            ///< why frames are missing at the end; "": none are
};

/// The mapping that an address is in; null: none.
const Mapping* mapping_of(const AddressSpace& space, u64 address, u64& start);
/// What is there: the file is opened if need be. `place` is what it is about, `pc` what is shown.
Frame frame_at(const AddressSpace& space, u32 pid, u32 uid, u64 pc, u64 place);

/// At most `most` frames of the stack in `record`, of a process that has mapped `space` (null: not known).
UserStack unwind(const ct_rec_ustack& record, const AddressSpace* space, u32 most);

}  // namespace ct
