#include "grace_period.h"

#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <vector>

#include "kernel_features.h"
#include "runtime/common/clock.h"

namespace ct {
namespace {

int g_sleepers_fd = -1;
ct_state* g_state = nullptr;

}  // namespace

/// MEMBARRIER_CMD_GLOBAL is synchronize_rcu() (kernel/sched/membarrier.c). It is refused on kernels
/// booted with nohz_full; there, an update of a map-in-map waits for the same
/// (maybe_wait_bpf_programs() in kernel/bpf/syscall.c).
void wait_for_plain_programs() {
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0) return;
  static int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ct_grace_in", 4, 4, 1, nullptr);
  static int outer = [] {
    bpf_map_create_opts opts = {};
    opts.sz = sizeof opts;
    opts.inner_map_fd = static_cast<u32>(inner);
    return bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "ct_grace_out", 4, 4, 1, &opts);
  }();
  u32 zero = 0;
  if (outer >= 0 && bpf_map_update_elem(outer, &zero, &inner, BPF_ANY) == 0) return;
  usleep(100000);  // longer than any program may run
}

namespace {

u64 sum(u64 (ct_sleepers::*counters)[2], u64 side) {
  std::vector<ct_sleepers> per_cpu(possible_cpus());
  u32 zero = 0;
  if (bpf_map_lookup_elem(g_sleepers_fd, &zero, per_cpu.data()) != 0) return 0;
  u64 total = 0;
  for (const ct_sleepers& cpu : per_cpu) total += (cpu.*counters)[side];
  return total;
}

/// Runs under way that took the counters of `side`. The ends are read first: a run that begins and
/// ends between the two readings may be taken for one under way, never the other way round.
u64 under_way(u64 side) {
  u64 ended = sum(&ct_sleepers::ended, side);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return sum(&ct_sleepers::begun, side) - ended;
}

u64 now_ms() { return now_ns() / 1'000'000; }

/// New runs take the other side's counters, and those of the old side are waited for. A run that had
/// read the old side but not counted itself yet begins after our stores, so it sees them.
u64 wait_for_side(u64 deadline) {
  u64 side = g_state->sleepers_side & 1;
  __atomic_store_n(&g_state->sleepers_side, 1 - side, __ATOMIC_SEQ_CST);
  u64 left;
  while ((left = under_way(side)) != 0 && now_ms() < deadline) usleep(1000);
  return left;
}

}  // namespace

void watch_sleepers(int map_fd, ct_state* state) {
  g_sleepers_fd = map_fd;
  g_state = state;
}

u64 wait_for_programs(unsigned patience_ms) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  wait_for_plain_programs();
  if (g_sleepers_fd < 0) return 0;
  // Twice: late ones of the time before the last call may be on the side that is idle now.
  u64 deadline = now_ms() + patience_ms;
  u64 left = wait_for_side(deadline);
  return left + wait_for_side(deadline);
}

}  // namespace ct
