/* What the kernel object and the harness both know: declared once, included by both sides.
 * Plain C, fixed-width types, no padding that matters. */
#ifndef CORETAP_SHARED_ABI_H
#define CORETAP_SHARED_ABI_H

#ifdef __bpf__
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
#else
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
#endif

/* ct_state.phase. Kernel handlers do nothing unless CT_RUNNING: probes go live together. */
enum { CT_STARTING = 0, CT_RUNNING = 1, CT_STOPPING = 2 };

/* A hash instead of a long key: see key_hash.h. */
struct ct_hash {
  u64 low, high;
};

/* What is counted of an array a%[N], in ct_globals; see runtime/bpf/index.bpf.h. */
struct ct_order {
  u64 live;   /* elements */
  u64 queued; /* places in the queue, also of elements that are gone */
  u64 popper; /* 1: somebody takes places from the queue */
  u64 limit;  /* N */
  u64 places; /* that the queue has */
};

/* Smallest and largest value of a statistic are kept encoded, so that zeroed memory is neutral and
 * an update is "keep the larger": see runtime/bpf/statistic.bpf.h. */
#define CT_SIGN_BIT (1ull << 63)
static inline u64 ct_max_code(s64 value) { return (u64)value ^ CT_SIGN_BIT; }
static inline u64 ct_min_code(s64 value) { return ~((u64)value ^ CT_SIGN_BIT); }
static inline s64 ct_max_of(u64 code) { return (s64)(code ^ CT_SIGN_BIT); }
static inline s64 ct_min_of(u64 code) { return (s64)(~code ^ CT_SIGN_BIT); }

/* Every record in the ring buffer starts with this. `segment` is an index into the program's
 * segments, or one of the CT_REC_ numbers. */
struct ct_rec_hdr {
  u32 segment;
  u16 cpu;
  u16 is_first; /* of its run of the handler: what this thread sent of the handler before is of another run. 0 for a stack */
  u64 time_ns;  /* bpf_ktime_get_ns() */
  u32 pid;      /* tgid, tid of the task that fired the probe, for error messages */
  u32 tid;
};
enum {
  CT_REC_ERROR = 0xffff0000u,
  CT_REC_WAKE = 0xffff0001u,
  CT_REC_USTACK = 0xffff0002u,
  CT_REC_WATCH = 0xffff0003u
};

/* Run-time errors of kernel code; texts are in runtime/user/values/report.cpp. */
enum ct_error {
  CT_OK = 0,
  CT_ERR_NEXT = 1, /* not an error: `next` inside a function leaves the handler */
  CT_ERR_DIV_ZERO,
  CT_ERR_KERNEL_READ, /* detail: address */
  CT_ERR_USER_READ,   /* detail: address */
  CT_ERR_ARRAY_FULL,  /* detail: index of the global */
  CT_ERR_MAXACTION,
  CT_ERR_EMPTY_STAT,
  CT_ERR_MESSAGE, /* error("..."): the text is in the record */
  CT_ERR_OVERFLOW,
  CT_ERR_EXHAUSTED, /* every overload of a function ended by `next` */
  CT_ERR_PERF,      /* detail: index of the perf counter */
  CT_ERR_LOOP_TURNS, /* base flavour: a loop's own bound, smaller than MAXACTION; detail: the bound */
};
#define CT_ERROR_TEXT 256
struct ct_rec_error {
  struct ct_rec_hdr hdr;
  u32 code;    /* enum ct_error */
  u32 place;   /* where in the script: index into Program::error_places, from 1; 0 if not known */
  u32 handler; /* index of the kernel handler */
  u32 site;    /* index of its site */
  u64 detail;
  char text[CT_ERROR_TEXT]; /* CT_ERR_MESSAGE */
};

/* One instance, in the kernel object's .bss, mapped by the harness. */
struct ct_state {
  u32 phase;
  u32 exit_requested;     /* exit() was called on the kernel side */
  s64 target_pid;         /* -c/-x: target() */
  s64 realtime_offset_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC, kept fresh by the harness */
  s64 session_start_ns;   /* CLOCK_MONOTONIC */
  u64 has_command;   /* target_pid is that of -c, and runs coretap's own code until its execve() */
  u64 live_since_ns; /* CLOCK_MONOTONIC, set when phase has become CT_RUNNING; all ones before */
  u64 error_count;   /* run-time errors so far, atomically counted by both sides */
  u64 suppress_errors; /* --suppress-handler-errors: kernel errors are counted by handler, and
                                neither here nor told */
  s64 max_errors;      /* MAXERRORS: more than this ends the session. Kernel code that passes
                                it sets phase to CT_STOPPING itself: no handler starts after it */
  u64 skipped;         /* events that no handler could run for, atomically counted */
  s64 max_skipped;     /* MAXSKIPPED: more than this ends the session, as max_errors does */
  u64 wake_bytes;      /* the reader of the ring sleeps until so much is in it, and looks by
                                itself now and then; 0: woken whenever it had caught up */
  u64 timing;          /* -t: fill ct_times */
  u64 hash_seed[2];    /* random: see key_hash.h */
  u64 unwatched;       /* processes of watched programs of which no record told */
  u64 pid_namespace;   /* inode of the one whose numbers ns_pid() and the like give */
  u64 sleepers_side;   /* which counters of struct ct_sleepers those that begin now take */
  struct ct_rec_error answer; /* how the program ended that the session ran last (CT_TEST_RUN) */
};

/* The words of arguments that a parameter of `size` bytes takes: by the psABI of x86-64 (3.2.3) and
 * AAPCS64 (6.8.2) a struct of up to 16 bytes two, and a larger one none, for it lies in memory. */
static inline u32 ct_argument_words(u64 size) { return size > 16 ? 0 : size > 8 ? 2 : 1; }
/* Words that runtime/bpf/regs.bpf.h can tell apart. */
#define CT_MOST_SLOTS 12

/* Where a value that is known by name is on this kernel: a function's parameter or result, a
 * tracepoint's argument. `ct_bindings` in the kernel object's .rodata holds one for each name, as
 * on the machine that built it; the loader looks the names up in the running kernel's BTF and
 * overwrites them, so to the verifier they are constants. See runtime/user/attach/bindings.h. */
struct ct_binding {
  u32 slot;      /* which word of the arguments */
  u32 unused;    /* bits of a word that the value does not fill: 0, 32, 48, 56 */
  u32 is_signed; /* how the value fills an s64 */
  u32 present;   /* 0: this kernel lacks it, and the script asks before it reads */
};

/* Code of the kernel that only calls tracers, from `begin` on. `ct_tracers` in .rodata has CT_TRACERS of them, in the order
 * of their addresses, of which the last may be empty: the loader fills it. See runtime/user/attach/tracers.h. */
struct ct_code {
  u64 begin, size;
};
#define CT_TRACERS 2048 /* a power of two */

/* Per-CPU accounting, an array map `ct_counts` of one element per handler. fired = handled +
 * everything else that is not zero here. */
struct ct_counts {
  u64 handled;      /* handler ran to its end, or to `next` */
  u64 errors;       /* ended by a run-time error */
  u64 frame_busy;   /* no scratch frame was free: event skipped */
  u64 lost_records; /* ring buffer full */
  u64 array_full;
  u64 entry_unseen; /* a function's return, without the values from its entry: counted in
                        `handled`, too */
  u64 lost_updates; /* others changed the variable in each of the tries */
  u64 gated;        /* perf events: fired while the session was not live */
};

/* Runs of sleepable programs on one CPU, begun and ended; see runtime/bpf/state.bpf.h. */
struct ct_sleepers {
  u64 begun[2], ended[2];
};

/* -t: the runs of a handler for one of its sites on one CPU, in nanoseconds. Zeroed memory is
 * neutral, so the minimum is kept as its complement, which only grows. */
struct ct_times {
  u64 hits, sum, min_inverted, max;
  u64 squares[2]; /* sum of them: low, high */
};

#endif
