// Waiting for BPF programs to end.
//
// Programs that do not sleep run inside an RCU read-side section of the classic kind: tracepoints and
// perf events by themselves, uprobes since 6.0 (commit 8c7dcb84e3b7) around each program. So a classic
// grace period waits for them. For sleepable ones no system call waits; they count themselves in and
// out (runtime/bpf/state.bpf.h), by the scheme of sleepable RCU, and this file is its updater.
#pragma once

#include "runtime/shared/abi.h"

namespace ct {

/// Names the counters of the object's sleepable programs: the file descriptor of its map `ct_sleepers`, or
/// -1 if it has none, and its state. Valid until the next call.
void watch_sleepers(int map_fd, ct_state* state);

/// Waits until every program that does not sleep and was running at the call has ended.
void wait_for_plain_programs();

/// Waits until every BPF program that was running at the call has ended; for sleepable ones, which may
/// wait for a page from a slow or dead file server, at most `patience_ms`. Returns how many runs of
/// sleepable programs have not ended.
u64 wait_for_programs(unsigned patience_ms);

}  // namespace ct
