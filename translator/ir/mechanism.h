// How a kernel handler hooks into the kernel, as runtime/shared/mechanisms.def lists it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coretap::ir {

enum class Mechanism : uint8_t {
#define CORETAP_MECHANISM(name, ...) name,
#include "runtime/shared/mechanisms.def"
#undef CORETAP_MECHANISM
};

/// A row of mechanisms.def, which explains the columns.
struct MechanismInfo {
  enum Names : uint8_t { Nothing, Event, Function };
  enum class Family : uint8_t { UserProbe, KernelProbe, Tracing, Event, Request };
  const char* name;  ///< the enumerator
  const char* kind;  ///< kernel C's
  const char* text;
  const char* section;
  Names names;
  Family family;
};

const MechanismInfo& info(Mechanism mechanism);

inline bool is_uprobe(Mechanism mechanism) {
  return info(mechanism).family == MechanismInfo::Family::UserProbe;
}

/// Of many system calls, by one program.
inline bool is_of_many_calls(Mechanism mechanism) {
  return mechanism == Mechanism::SyscallEntry || mechanism == Mechanism::SyscallExit;
}

/// An event of perf_event_open(2), whose counter tells how often it fired.
inline bool is_perf_event(Mechanism mechanism) {
  return mechanism == Mechanism::PerfEvent || mechanism == Mechanism::DataWatch;
}

}  // namespace coretap::ir
