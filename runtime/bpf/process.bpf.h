/* The gates of process.begin, .end, .thread.begin, .thread.end, .syscall and .syscall.return: which events of a
 * tracepoint are of the probe's processes (translator/probes/process_event.cpp). A handler asks them before it does
 * anything else, so that other processes' events cost little and are not counted.
 *
 * A program is known by the inode of its file: the harness opens it and keeps it open, and ct_find_programs, run once in
 * the harness's own context, looks the inode up among its open files. Device and number as stat(2) has them would not do:
 * overlayfs and btrfs tell others than the kernel's own.
 *
 * A process or thread begins where it is first seen to run: at the end of the system call that made it, which it leaves
 * as well, with 0; or, if it was there before the session was live, at the end of any system call, once. */
#ifndef CORETAP_PROCESS_BPF_H
#define CORETAP_PROCESS_BPF_H

struct task_struct___ct_command {
  u32 flags;
} __attribute__((preserve_access_index));

/* The process that is to become the command of -c, and has not done so yet: it runs coretap's own code, in one thread.
 * (A thread that the command makes has the flag as well.) */
static __always_inline bool ct_is_before_command(void) {
  const u32 forknoexec = 0x40; /* PF_FORKNOEXEC: begin_new_exec() takes it away */
  const u64 command = ct_state.target_pid;
  if (!ct_state.has_command || bpf_get_current_pid_tgid() != (command << 32 | command))
    return false;
  struct task_struct___ct_command* task = (struct task_struct___ct_command*)bpf_get_current_task();
  return BPF_CORE_READ(task, flags) & forknoexec;
}

#ifdef CT_PROGRAMS

struct file___ct_process {
  void* f_inode;
} __attribute__((preserve_access_index));
struct mm_struct___ct_process {
  struct file___ct_process* exe_file;
} __attribute__((preserve_access_index));
struct fdtable___ct_process {
  struct file___ct_process** fd;
} __attribute__((preserve_access_index));
struct files_struct___ct_process {
  struct fdtable___ct_process* fdt;
} __attribute__((preserve_access_index));
struct thread_info___ct_process {
  u32 status;
} __attribute__((preserve_access_index));
struct task_struct___ct_process {
  struct mm_struct___ct_process* mm;
  struct files_struct___ct_process* files;
  u64 start_time; /* CLOCK_MONOTONIC */
  u32 flags;
  struct thread_info___ct_process thread_info;
} __attribute__((preserve_access_index));

/* Inodes of Module::programs. Before ct_find_programs: the descriptor plus one; 0: there is no such file. */
u64 ct_programs[CT_PROGRAMS ? CT_PROGRAMS : 1];

#ifdef CT_ASKS_PROGRAM_AT_END
/* That it is there tells the harness: before Linux 6.16 a task has given back its memory, and with it its program, when
 * sched_process_exit fires (kernel commit "exit: move and extend sched_process_exit() tracepoint"). */
u64 ct_asks_program_at_end;
#endif

struct ct_begun_key {
  u32 thread;
  u32 probe;
};

/* Threads from before the session whose beginning was told. Nothing is taken out: later threads of the same number are
 * younger than the session. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct ct_begun_key);
  __type(value, u8);
} ct_begun SEC(".maps");

static __always_inline struct task_struct___ct_process* ct_this_task(void) {
  return (struct task_struct___ct_process*)bpf_get_current_task();
}

SEC("raw_tp")
int ct_find_programs(void* ctx) {
  struct file___ct_process** files = BPF_CORE_READ(ct_this_task(), files, fdt, fd);
  for (u32 i = 0; i < CT_PROGRAMS; ++i) {
    struct file___ct_process* file = NULL;
    if (ct_programs[i] == 0) continue;
    bpf_probe_read_kernel(&file, sizeof(file), files + (ct_programs[i] - 1));
    ct_programs[i] = (u64)BPF_CORE_READ(file, f_inode);
  }
  return 0;
}

static __always_inline bool ct_is_main_thread(void) {
  u64 ids = bpf_get_current_pid_tgid();
  return (u32)ids == ids >> 32;
}

static __always_inline bool ct_in_process(u32 pid) {
  return bpf_get_current_pid_tgid() >> 32 == pid;
}

/* Not a thread of the kernel's own. Those that it makes for a program's requests (io_uring) count as its own, too. */
static __always_inline bool ct_is_user_task(void) {
  const u32 kthread = 0x00200000, io_worker = 0x10, user_worker = 0x4000; /* linux/sched.h: PF_ */
  return !(BPF_CORE_READ(ct_this_task(), flags) & (kthread | io_worker | user_worker));
}

static __always_inline bool ct_runs(u32 program) {
  u64 inode = (u64)BPF_CORE_READ(ct_this_task(), mm, exe_file, f_inode);
  return inode && inode == ct_programs[program];
}

static __always_inline bool ct_is_older_than_session(void) {
  return BPF_CORE_READ(ct_this_task(), start_time) < CT_ONCE(ct_state.live_since_ns);
}

/* True once for each thread and probe. */
static __always_inline bool ct_begins_once(u32 handler, u32 probe) {
  struct ct_begun_key key = {(u32)bpf_get_current_pid_tgid(), probe};
  const u8 begun = 1;
  long error = bpf_map_update_elem(&ct_begun, &key, &begun, BPF_NOEXIST);
  if (!error) return true;
  if (error != -EEXIST) { /* the map is full: counted as an event that could not be handled */
    CT_COUNT(handler, array_full);
    __sync_fetch_and_add(&ct_state.skipped, 1);
  }
  return false;
}

/* At the exit of a system call: is it the one that made this thread? Its numbers are the architecture's. */
static __always_inline bool ct_leaves_fork(const struct ct_sys_exit* call) {
  if (call->ret != 0) return false;
  const u64 nr = (u32)call->nr;
#ifdef CT_IS_COMPAT_FORK
  if (BPF_CORE_READ(ct_this_task(), thread_info.status) & CT_COMPAT_STATUS)
    return CT_IS_COMPAT_FORK(nr);
#endif
  return CT_IS_FORK(nr);
}

/* In raw_syscalls:sys_exit. */
static __always_inline bool ct_begins(const void* ctx, u32 handler, u32 probe) {
  if (ct_is_older_than_session()) return ct_begins_once(handler, probe);
  return ct_leaves_fork(ctx);
}

/* In sched_process_exec: what began with another program begins again. */
static __always_inline bool ct_begins_by_exec(u32 handler, u32 probe) {
  if (ct_is_older_than_session()) ct_begins_once(handler, probe);
  return true;
}

#endif

#endif
