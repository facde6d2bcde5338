// Made by tapsets/tools/gen_call_texts.py from tapsets/flags_process.stp and signal_names.stp. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {
namespace {

static const char ct_signal_names[32][16] = {
    "",        "SIGHUP",    "SIGINT",  "SIGQUIT",  "SIGILL",  "SIGTRAP", "SIGABRT", "SIGBUS",
    "SIGFPE",  "SIGKILL",   "SIGUSR1", "SIGSEGV",  "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
    "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP",  "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGXCPU", "SIGXFSZ",   "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",  "SIGSYS",
};

void text_mprotect_prot_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_prot) {
  static const ct_name names[] = {
      {0x1, "PROT_READ"}, {0x2, "PROT_WRITE"}, {0x4, "PROT_EXEC"}, {0x8, "PROT_SEM"},
      {0x1000000, "PROT_GROWSDOWN"}, {0x2000000, "PROT_GROWSUP"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_prot, "PROT_NONE", 0);
}
void text_mmap_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x3, "MAP_SHARED_VALIDATE"}, {0x1, "MAP_SHARED"}, {0x2, "MAP_PRIVATE"}, {0x10, "MAP_FIXED"},
      {0x20, "MAP_ANONYMOUS"}, {0x100, "MAP_GROWSDOWN"}, {0x800, "MAP_DENYWRITE"},
      {0x1000, "MAP_EXECUTABLE"}, {0x2000, "MAP_LOCKED"}, {0x4000, "MAP_NORESERVE"},
      {0x8000, "MAP_POPULATE"}, {0x10000, "MAP_NONBLOCK"}, {0x20000, "MAP_STACK"},
      {0x40000, "MAP_HUGETLB"}, {0x40, "MAP_32BIT"}, {0x80000, "MAP_SYNC"},
      {0x100000, "MAP_FIXED_NOREPLACE"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mremap_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MREMAP_MAYMOVE"}, {0x2, "MREMAP_FIXED"}, {0x4, "MREMAP_DONTUNMAP"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_madvice_advice_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_advice) {
  static const ct_name names[] = {
      {0, "MADV_NORMAL"}, {1, "MADV_RANDOM"}, {2, "MADV_SEQUENTIAL"}, {3, "MADV_WILLNEED"},
      {4, "MADV_DONTNEED"}, {8, "MADV_FREE"}, {9, "MADV_REMOVE"}, {10, "MADV_DONTFORK"},
      {11, "MADV_DOFORK"}, {12, "MADV_MERGEABLE"}, {13, "MADV_UNMERGEABLE"},
      {14, "MADV_HUGEPAGE"}, {15, "MADV_NOHUGEPAGE"}, {16, "MADV_DONTDUMP"}, {17, "MADV_DODUMP"},
      {18, "MADV_WIPEONFORK"}, {19, "MADV_KEEPONFORK"}, {20, "MADV_COLD"}, {21, "MADV_PAGEOUT"},
      {22, "MADV_POPULATE_READ"}, {23, "MADV_POPULATE_WRITE"}, {24, "MADV_DONTNEED_LOCKED"},
      {25, "MADV_COLLAPSE"}, {100, "MADV_HWPOISON"}, {101, "MADV_SOFT_OFFLINE"},
      {102, "MADV_GUARD_INSTALL"}, {103, "MADV_GUARD_REMOVE"},
  };
  CT_NUMBER_NAME(STAP_ARG_advice);
}
void text_msync_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MS_ASYNC"}, {0x2, "MS_INVALIDATE"}, {0x4, "MS_SYNC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mlockall_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MCL_CURRENT"}, {0x2, "MCL_FUTURE"}, {0x4, "MCL_ONFAULT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mfd_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MFD_CLOEXEC"}, {0x2, "MFD_ALLOW_SEALING"}, {0x4, "MFD_HUGETLB"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mempolicy_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0, "MPOL_DEFAULT"}, {1, "MPOL_PREFERRED"}, {2, "MPOL_BIND"}, {3, "MPOL_INTERLEAVE"},
      {4, "MPOL_LOCAL"}, {5, "MPOL_PREFERRED_MANY"}, {6, "MPOL_WEIGHTED_INTERLEAVE"},
  };
  const s64 flags = STAP_ARG_mode & 0xe000;
  const size_t used = snprintf(STAP_RETVALUE, STAP_RETLEN, "%s%s%s", flags & 0x8000 ? "MPOL_F_STATIC_NODES|" : "",
                               flags & 0x4000 ? "MPOL_F_RELATIVE_NODES|" : "", flags & 0x2000 ? "MPOL_F_NUMA_BALANCING|" : "");
  if (used < STAP_RETLEN)
    ct_put_number(STAP_RETVALUE + used, STAP_RETLEN - used, STAP_ARG_mode & ~flags, names, sizeof(names) / sizeof(*names), true);
}
void text__fork_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "CLONE_NEWTIME"}, {0x100, "CLONE_VM"}, {0x200, "CLONE_FS"}, {0x400, "CLONE_FILES"},
      {0x800, "CLONE_SIGHAND"}, {0x1000, "CLONE_PIDFD"}, {0x2000, "CLONE_PTRACE"},
      {0x4000, "CLONE_VFORK"}, {0x8000, "CLONE_PARENT"}, {0x10000, "CLONE_THREAD"},
      {0x20000, "CLONE_NEWNS"}, {0x40000, "CLONE_SYSVSEM"}, {0x80000, "CLONE_SETTLS"},
      {0x100000, "CLONE_PARENT_SETTID"}, {0x200000, "CLONE_CHILD_CLEARTID"},
      {0x400000, "CLONE_DETACHED"}, {0x800000, "CLONE_UNTRACED"},
      {0x1000000, "CLONE_CHILD_SETTID"}, {0x2000000, "CLONE_NEWCGROUP"},
      {0x4000000, "CLONE_NEWUTS"}, {0x8000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"},
      {0x20000000, "CLONE_NEWPID"}, {0x40000000, "CLONE_NEWNET"}, {0x80000000, "CLONE_IO"},
  };
  const s64 signal = STAP_ARG_flags & 0x7f; /* sent to the parent at the end; CLONE_NEWTIME is 0x80 */
  const char *name = signal ? sigabbrev_np((int)signal) : nullptr;
  const s64 bits = name ? STAP_ARG_flags & ~0x7fll : STAP_ARG_flags;
  STAP_RETVALUE[0] = 0;
  if (bits || !name) CT_LONG_FLAG_NAMES(bits, "0x0", 0);
  if (name) CT_APPEND("%sSIG%s", bits ? "|" : "", name);
}
void text_unshare_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "CLONE_NEWTIME"}, {0x100, "CLONE_VM"}, {0x200, "CLONE_FS"}, {0x400, "CLONE_FILES"},
      {0x800, "CLONE_SIGHAND"}, {0x10000, "CLONE_THREAD"}, {0x20000, "CLONE_NEWNS"},
      {0x40000, "CLONE_SYSVSEM"}, {0x2000000, "CLONE_NEWCGROUP"}, {0x4000000, "CLONE_NEWUTS"},
      {0x8000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"}, {0x20000000, "CLONE_NEWPID"},
      {0x40000000, "CLONE_NEWNET"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_wait4_opt_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_options) {
  static const ct_name names[] = {
      {0x1, "WNOHANG"}, {0x4, "WEXITED"}, {0x2, "WSTOPPED"}, {0x8, "WCONTINUED"},
      {0x1000000, "WNOWAIT"}, {0x20000000, "__WNOTHREAD"}, {0x40000000, "__WALL"},
      {0x80000000, "__WCLONE"},
  };
  CT_FLAG_NAMES(STAP_ARG_options, "0x0", 0);
}
void text_waitid_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "P_ALL"}, {1, "P_PID"}, {2, "P_PGID"}, {3, "P_PIDFD"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_ptrace_request_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_request) {
  static const ct_name names[] = {
      {0, "PTRACE_TRACEME"}, {1, "PTRACE_PEEKTEXT"}, {2, "PTRACE_PEEKDATA"},
      {3, "PTRACE_PEEKUSER"}, {4, "PTRACE_POKETEXT"}, {5, "PTRACE_POKEDATA"},
      {6, "PTRACE_POKEUSER"}, {7, "PTRACE_CONT"}, {8, "PTRACE_KILL"}, {9, "PTRACE_SINGLESTEP"},
      {12, "PTRACE_GETREGS"}, {13, "PTRACE_SETREGS"}, {14, "PTRACE_GETFPREGS"},
      {15, "PTRACE_SETFPREGS"}, {16, "PTRACE_ATTACH"}, {17, "PTRACE_DETACH"},
      {24, "PTRACE_SYSCALL"}, {16896, "PTRACE_SETOPTIONS"}, {16897, "PTRACE_GETEVENTMSG"},
      {16898, "PTRACE_GETSIGINFO"}, {16899, "PTRACE_SETSIGINFO"}, {16900, "PTRACE_GETREGSET"},
      {16901, "PTRACE_SETREGSET"}, {16902, "PTRACE_SEIZE"}, {16903, "PTRACE_INTERRUPT"},
      {16904, "PTRACE_LISTEN"}, {16905, "PTRACE_PEEKSIGINFO"}, {16906, "PTRACE_GETSIGMASK"},
      {16907, "PTRACE_SETSIGMASK"}, {16908, "PTRACE_SECCOMP_GET_FILTER"},
      {16910, "PTRACE_GET_SYSCALL_INFO"}, {30, "PTRACE_ARCH_PRCTL"}, {31, "PTRACE_SYSEMU"},
      {32, "PTRACE_SYSEMU_SINGLESTEP"}, {33, "PTRACE_SINGLEBLOCK"},
  };
  CT_NUMBER_NAME(STAP_ARG_request);
}
void text_prctl_option_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "PR_SET_PDEATHSIG"}, {2, "PR_GET_PDEATHSIG"}, {3, "PR_GET_DUMPABLE"},
      {4, "PR_SET_DUMPABLE"}, {7, "PR_GET_KEEPCAPS"}, {8, "PR_SET_KEEPCAPS"},
      {13, "PR_GET_TIMING"}, {14, "PR_SET_TIMING"}, {15, "PR_SET_NAME"}, {16, "PR_GET_NAME"},
      {21, "PR_GET_SECCOMP"}, {22, "PR_SET_SECCOMP"}, {23, "PR_CAPBSET_READ"},
      {24, "PR_CAPBSET_DROP"}, {25, "PR_GET_TSC"}, {26, "PR_SET_TSC"}, {27, "PR_GET_SECUREBITS"},
      {28, "PR_SET_SECUREBITS"}, {29, "PR_SET_TIMERSLACK"}, {30, "PR_GET_TIMERSLACK"},
      {33, "PR_MCE_KILL"}, {34, "PR_MCE_KILL_GET"}, {35, "PR_SET_MM"},
      {36, "PR_SET_CHILD_SUBREAPER"}, {37, "PR_GET_CHILD_SUBREAPER"}, {38, "PR_SET_NO_NEW_PRIVS"},
      {39, "PR_GET_NO_NEW_PRIVS"}, {40, "PR_GET_TID_ADDRESS"}, {41, "PR_SET_THP_DISABLE"},
      {42, "PR_GET_THP_DISABLE"}, {47, "PR_CAP_AMBIENT"}, {52, "PR_GET_SPECULATION_CTRL"},
      {53, "PR_SET_SPECULATION_CTRL"}, {1398164801, "PR_SET_VMA"}, {1499557217, "PR_SET_PTRACER"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_rlimit_resource_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_resource) {
  static const ct_name names[] = {
      {0, "RLIMIT_CPU"}, {1, "RLIMIT_FSIZE"}, {2, "RLIMIT_DATA"}, {3, "RLIMIT_STACK"},
      {4, "RLIMIT_CORE"}, {5, "RLIMIT_RSS"}, {6, "RLIMIT_NPROC"}, {7, "RLIMIT_NOFILE"},
      {8, "RLIMIT_MEMLOCK"}, {9, "RLIMIT_AS"}, {10, "RLIMIT_LOCKS"}, {11, "RLIMIT_SIGPENDING"},
      {12, "RLIMIT_MSGQUEUE"}, {13, "RLIMIT_NICE"}, {14, "RLIMIT_RTPRIO"}, {15, "RLIMIT_RTTIME"},
  };
  CT_NUMBER_NAME(STAP_ARG_resource);
}
void text_rusage_who_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_who) {
  static const ct_name names[] = {
      {0, "RUSAGE_SELF"}, {-1, "RUSAGE_CHILDREN"}, {1, "RUSAGE_THREAD"}, {-2, "RUSAGE_BOTH"},
  };
  CT_NUMBER_NAME(STAP_ARG_who);
}
void text_priority_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "PRIO_PROCESS"}, {1, "PRIO_PGRP"}, {2, "PRIO_USER"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_sched_policy_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_policy) {
  static const ct_name names[] = {
      {0, "SCHED_OTHER"}, {1, "SCHED_FIFO"}, {2, "SCHED_RR"}, {3, "SCHED_BATCH"},
      {5, "SCHED_IDLE"}, {6, "SCHED_DEADLINE"}, {7, "SCHED_EXT"},
  };
  CT_NUMBER_NAME(STAP_ARG_policy);
}
void text_seccomp_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0, "SECCOMP_SET_MODE_STRICT"}, {1, "SECCOMP_SET_MODE_FILTER"},
      {2, "SECCOMP_GET_ACTION_AVAIL"}, {3, "SECCOMP_GET_NOTIF_SIZES"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_futex_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0x0, "FUTEX_WAIT"}, {0x1, "FUTEX_WAKE"}, {0x2, "FUTEX_FD"}, {0x3, "FUTEX_REQUEUE"},
      {0x4, "FUTEX_CMP_REQUEUE"}, {0x5, "FUTEX_WAKE_OP"}, {0x6, "FUTEX_LOCK_PI"},
      {0x7, "FUTEX_UNLOCK_PI"}, {0x8, "FUTEX_TRYLOCK_PI"}, {0x9, "FUTEX_WAIT_BITSET"},
      {0xa, "FUTEX_WAKE_BITSET"}, {0xb, "FUTEX_WAIT_REQUEUE_PI"}, {0xc, "FUTEX_CMP_REQUEUE_PI"},
      {0xd, "FUTEX_LOCK_PI2"},
  };
  CT_NUMBER_NAME(STAP_ARG_op & 0x7f);
  CT_APPEND("%s%s", STAP_ARG_op & 0x80 ? "_PRIVATE" : "", STAP_ARG_op & 0x100 ? "|FUTEX_CLOCK_REALTIME" : "");
}
void text_get_wc_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_clock) {
  static const ct_name names[] = {
      {0, "CLOCK_REALTIME"}, {1, "CLOCK_MONOTONIC"}, {2, "CLOCK_PROCESS_CPUTIME_ID"},
      {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
      {6, "CLOCK_MONOTONIC_COARSE"}, {7, "CLOCK_BOOTTIME"}, {8, "CLOCK_REALTIME_ALARM"},
      {9, "CLOCK_BOOTTIME_ALARM"}, {10, "CLOCK_SGI_CYCLE"}, {11, "CLOCK_TAI"},
  };
  CT_NUMBER_NAME(STAP_ARG_clock);
}
void text_timer_abstime_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "TIMER_ABSTIME"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_itimer_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "ITIMER_REAL"}, {1, "ITIMER_VIRTUAL"}, {2, "ITIMER_PROF"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_sigprocmask_how_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_how) {
  static const ct_name names[] = {
      {0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"},
  };
  CT_NUMBER_NAME(STAP_ARG_how);
}
void text_getrandom_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "GRND_NONBLOCK"}, {0x2, "GRND_RANDOM"}, {0x4, "GRND_INSECURE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_bpf_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "BPF_MAP_CREATE"}, {1, "BPF_MAP_LOOKUP_ELEM"}, {2, "BPF_MAP_UPDATE_ELEM"},
      {3, "BPF_MAP_DELETE_ELEM"}, {4, "BPF_MAP_GET_NEXT_KEY"}, {5, "BPF_PROG_LOAD"},
      {6, "BPF_OBJ_PIN"}, {7, "BPF_OBJ_GET"}, {8, "BPF_PROG_ATTACH"}, {9, "BPF_PROG_DETACH"},
      {10, "BPF_PROG_TEST_RUN"}, {11, "BPF_PROG_GET_NEXT_ID"}, {12, "BPF_MAP_GET_NEXT_ID"},
      {13, "BPF_PROG_GET_FD_BY_ID"}, {14, "BPF_MAP_GET_FD_BY_ID"}, {15, "BPF_OBJ_GET_INFO_BY_FD"},
      {16, "BPF_PROG_QUERY"}, {17, "BPF_RAW_TRACEPOINT_OPEN"}, {18, "BPF_BTF_LOAD"},
      {19, "BPF_BTF_GET_FD_BY_ID"}, {20, "BPF_TASK_FD_QUERY"},
      {21, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"}, {22, "BPF_MAP_FREEZE"}, {23, "BPF_BTF_GET_NEXT_ID"},
      {24, "BPF_MAP_LOOKUP_BATCH"}, {25, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"},
      {26, "BPF_MAP_UPDATE_BATCH"}, {27, "BPF_MAP_DELETE_BATCH"}, {28, "BPF_LINK_CREATE"},
      {29, "BPF_LINK_UPDATE"}, {30, "BPF_LINK_GET_FD_BY_ID"}, {31, "BPF_LINK_GET_NEXT_ID"},
      {32, "BPF_ENABLE_STATS"}, {33, "BPF_ITER_CREATE"}, {34, "BPF_LINK_DETACH"},
      {35, "BPF_PROG_BIND_MAP"}, {36, "BPF_TOKEN_CREATE"}, {37, "BPF_PROG_STREAM_READ_BY_FD"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_mlock2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MLOCK_ONFAULT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_memfd_secret_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "O_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mpol_mf_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MPOL_MF_STRICT"}, {0x2, "MPOL_MF_MOVE"}, {0x4, "MPOL_MF_MOVE_ALL"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_get_mempolicy_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MPOL_F_NODE"}, {0x2, "MPOL_F_ADDR"}, {0x4, "MPOL_F_MEMS_ALLOWED"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_pkey_rights_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "PKEY_DISABLE_ACCESS"}, {0x2, "PKEY_DISABLE_WRITE"}, {0x4, "PKEY_DISABLE_EXECUTE"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_membarrier_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "MEMBARRIER_CMD_QUERY"}, {1, "MEMBARRIER_CMD_GLOBAL"},
      {2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"}, {4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"},
      {8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"}, {16, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"},
      {32, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"},
      {64, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"},
      {128, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"},
      {256, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"},
      {512, "MEMBARRIER_CMD_GET_REGISTRATIONS"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_membarrier_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MEMBARRIER_CMD_FLAG_CPU"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_arch_prctl_code_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_code) {
  static const ct_name names[] = {
      {0x1001, "ARCH_SET_GS"}, {0x1002, "ARCH_SET_FS"}, {0x1003, "ARCH_GET_FS"},
      {0x1004, "ARCH_GET_GS"}, {0x1011, "ARCH_GET_CPUID"}, {0x1012, "ARCH_SET_CPUID"},
      {0x1021, "ARCH_GET_XCOMP_SUPP"}, {0x1022, "ARCH_GET_XCOMP_PERM"},
      {0x1023, "ARCH_REQ_XCOMP_PERM"}, {0x1024, "ARCH_GET_XCOMP_GUEST_PERM"},
      {0x1025, "ARCH_REQ_XCOMP_GUEST_PERM"}, {0x2001, "ARCH_MAP_VDSO_X32"},
      {0x2002, "ARCH_MAP_VDSO_32"}, {0x2003, "ARCH_MAP_VDSO_64"}, {0x5001, "ARCH_SHSTK_ENABLE"},
      {0x5002, "ARCH_SHSTK_DISABLE"}, {0x5003, "ARCH_SHSTK_LOCK"}, {0x5004, "ARCH_SHSTK_UNLOCK"},
      {0x5005, "ARCH_SHSTK_STATUS"},
  };
  CT_DECIMAL_NAME(STAP_ARG_code);
}
void text_ioprio_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {1, "IOPRIO_WHO_PROCESS"}, {2, "IOPRIO_WHO_PGRP"}, {3, "IOPRIO_WHO_USER"},
  };
  CT_DECIMAL_NAME(STAP_ARG_which);
}
void text_kcmp_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {0, "KCMP_FILE"}, {1, "KCMP_VM"}, {2, "KCMP_FILES"}, {3, "KCMP_FS"}, {4, "KCMP_SIGHAND"},
      {5, "KCMP_IO"}, {6, "KCMP_SYSVSEM"}, {7, "KCMP_EPOLL_TFD"},
  };
  CT_NUMBER_NAME(STAP_ARG_type);
}
void text_pidfd_open_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "PIDFD_THREAD"}, {0x800, "PIDFD_NONBLOCK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_landlock_create_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "LANDLOCK_CREATE_RULESET_VERSION"}, {0x2, "LANDLOCK_CREATE_RULESET_ERRATA"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_landlock_rule_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {1, "LANDLOCK_RULE_PATH_BENEATH"}, {2, "LANDLOCK_RULE_NET_PORT"},
  };
  CT_NUMBER_NAME(STAP_ARG_type);
}
void text_perf_event_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "PERF_FLAG_FD_NO_GROUP"}, {0x2, "PERF_FLAG_FD_OUTPUT"}, {0x4, "PERF_FLAG_PID_CGROUP"},
      {0x8, "PERF_FLAG_FD_CLOEXEC"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_reboot_magic_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_magic) {
  static const ct_name names[] = {
      {0xfee1dead, "LINUX_REBOOT_MAGIC1"}, {672274793, "LINUX_REBOOT_MAGIC2"},
      {85072278, "LINUX_REBOOT_MAGIC2A"}, {369367448, "LINUX_REBOOT_MAGIC2B"},
      {537993216, "LINUX_REBOOT_MAGIC2C"},
  };
  CT_NUMBER_NAME(STAP_ARG_magic);
}
void text_reboot_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0x01234567, "LINUX_REBOOT_CMD_RESTART"}, {0xcdef0123, "LINUX_REBOOT_CMD_HALT"},
      {0x89abcdef, "LINUX_REBOOT_CMD_CAD_ON"}, {0, "LINUX_REBOOT_CMD_CAD_OFF"},
      {0x4321fedc, "LINUX_REBOOT_CMD_POWER_OFF"}, {0xa1b2c3d4, "LINUX_REBOOT_CMD_RESTART2"},
      {0xd000fce2, "LINUX_REBOOT_CMD_SW_SUSPEND"}, {0x45584543, "LINUX_REBOOT_CMD_KEXEC"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_ioprio_class_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_class) {
  static const ct_name names[] = {
      {0, "IOPRIO_CLASS_NONE"}, {1, "IOPRIO_CLASS_RT"}, {2, "IOPRIO_CLASS_BE"},
      {3, "IOPRIO_CLASS_IDLE"},
  };
  CT_NUMBER_NAME(STAP_ARG_class);
}
void text_seccomp_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SECCOMP_FILTER_FLAG_TSYNC"}, {0x2, "SECCOMP_FILTER_FLAG_LOG"},
      {0x4, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"}, {0x8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
      {0x10, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"}, {0x20, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_sa_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SA_NOCLDSTOP"}, {0x2, "SA_NOCLDWAIT"}, {0x80000000, "SA_RESETHAND"},
      {0x8000000, "SA_ONSTACK"}, {0x10000000, "SA_RESTART"}, {0x40000000, "SA_NODEFER"},
      {0x4, "SA_SIGINFO"}, {0x4000000, "SA_RESTORER"}, {0x400, "SA_UNSUPPORTED"},
      {0x800, "SA_EXPOSE_TAGBITS"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_futex_wake_what_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0, "FUTEX_OP_SET"}, {1, "FUTEX_OP_ADD"}, {2, "FUTEX_OP_OR"}, {3, "FUTEX_OP_ANDN"},
      {4, "FUTEX_OP_XOR"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_futex_wake_if_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmp) {
  static const ct_name names[] = {
      {0, "FUTEX_OP_CMP_EQ"}, {1, "FUTEX_OP_CMP_NE"}, {2, "FUTEX_OP_CMP_LT"},
      {3, "FUTEX_OP_CMP_LE"}, {4, "FUTEX_OP_CMP_GT"}, {5, "FUTEX_OP_CMP_GE"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmp);
}
void text_sigaltstack_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {1, "SS_ONSTACK"}, {2, "SS_DISABLE"},
  };
  CT_NUMBER_NAME(STAP_ARG_flags);
}
void text_adjtimex_modes_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_modes) {
  static const ct_name names[] = {
      {0x1, "ADJ_OFFSET"}, {0x2, "ADJ_FREQUENCY"}, {0x4, "ADJ_MAXERROR"}, {0x8, "ADJ_ESTERROR"},
      {0x10, "ADJ_STATUS"}, {0x20, "ADJ_TIMECONST"}, {0x80, "ADJ_TAI"}, {0x100, "ADJ_SETOFFSET"},
      {0x1000, "ADJ_MICRO"}, {0x2000, "ADJ_NANO"}, {0x4000, "ADJ_TICK"},
  };
  CT_FLAG_NAMES(STAP_ARG_modes, "0x0", 0);
}

constexpr CallText kRows[] = {
    {"_mprotect_prot_str", text_mprotect_prot_str},
    {"_mmap_flags", text_mmap_flags},
    {"_mremap_flags", text_mremap_flags},
    {"_madvice_advice_str", text_madvice_advice_str},
    {"_msync_flag_str", text_msync_flag_str},
    {"_mlockall_flags_str", text_mlockall_flags_str},
    {"_mfd_flags_str", text_mfd_flags_str},
    {"_mempolicy_mode_str", text_mempolicy_mode_str},
    {"__fork_flags", text__fork_flags},
    {"_unshare_flags_str", text_unshare_flags_str},
    {"_wait4_opt_str", text_wait4_opt_str},
    {"_waitid_which_str", text_waitid_which_str},
    {"_ptrace_request_str", text_ptrace_request_str},
    {"_prctl_option_str", text_prctl_option_str},
    {"_rlimit_resource_str", text_rlimit_resource_str},
    {"_rusage_who_str", text_rusage_who_str},
    {"_priority_which_str", text_priority_which_str},
    {"_sched_policy_str", text_sched_policy_str},
    {"_seccomp_op_str", text_seccomp_op_str},
    {"_futex_op_str", text_futex_op_str},
    {"_get_wc_str", text_get_wc_str},
    {"_timer_abstime_str", text_timer_abstime_str},
    {"_itimer_which_str", text_itimer_which_str},
    {"_sigprocmask_how_str", text_sigprocmask_how_str},
    {"_getrandom_flags_str", text_getrandom_flags_str},
    {"_bpf_cmd_str", text_bpf_cmd_str},
    {"_mlock2_flags_str", text_mlock2_flags_str},
    {"_memfd_secret_flags_str", text_memfd_secret_flags_str},
    {"_mpol_mf_flags_str", text_mpol_mf_flags_str},
    {"_get_mempolicy_flags_str", text_get_mempolicy_flags_str},
    {"_pkey_rights_str", text_pkey_rights_str},
    {"_membarrier_cmd_str", text_membarrier_cmd_str},
    {"_membarrier_flags_str", text_membarrier_flags_str},
    {"_arch_prctl_code_str", text_arch_prctl_code_str},
    {"_ioprio_which_str", text_ioprio_which_str},
    {"_kcmp_type_str", text_kcmp_type_str},
    {"_pidfd_open_flags_str", text_pidfd_open_flags_str},
    {"_landlock_create_flags_str", text_landlock_create_flags_str},
    {"_landlock_rule_type_str", text_landlock_rule_type_str},
    {"_perf_event_flags_str", text_perf_event_flags_str},
    {"_reboot_magic_str", text_reboot_magic_str},
    {"_reboot_cmd_str", text_reboot_cmd_str},
    {"_ioprio_class_str", text_ioprio_class_str},
    {"_seccomp_flags_str", text_seccomp_flags_str},
    {"_sa_flags_str", text_sa_flags_str},
    {"_futex_wake_what_str", text_futex_wake_what_str},
    {"_futex_wake_if_str", text_futex_wake_if_str},
    {"_sigaltstack_flags_str", text_sigaltstack_flags_str},
    {"_adjtimex_modes_str", text_adjtimex_modes_str},
};

}  // namespace

std::span<const CallText> call_texts_of_process() {
  return kRows;
}

const char* signal_name(s64 number) {
  return number > 0 && number < 32 ? ct_signal_names[number] : nullptr;
}

}  // namespace ct
