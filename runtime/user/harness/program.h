// Tables by which a generated unit describes its script to the runtime. Plain aggregates of
// literals: the compiler writes them as constant data, and the same table serves a dlopened object
// and a static binary. Everything named here outlives the session.
#pragma once

#include "../../shared/abi.h"

namespace ct {

/// A string by reference: `size` bytes at `data`, which need not have a NUL behind them.
struct View {
  const char* data;
  u32 size;
};

enum class Kind : u8 { Long, Str, Stat };

/// One key of an array. `offset` and `size` place it in the BPF map's key struct (shared arrays
/// only); `size` is the capacity of a string.
struct KeyField {
  Kind kind;
  u32 offset;
  u32 size;
};

/// A histogram that a statistic keeps. `offset` is that of its first u64 bucket in the BPF map's
/// value struct (shared statistics only).
struct HistField {
  bool linear;
  s64 low, high, step;
  u32 offset;
};

constexpr u32 kAbsent = ~0u;

/// Where the fields of a shared statistic are in one CPU's value; kAbsent for those not kept.
/// The sum of squares is a 128-bit number in two u64, low half first.
struct StatFields {
  u32 count, sum, min, max, squares;
};

/// A global variable. Scalars that are longs or strings live at `host` (harness memory) or, when
/// shared, at `offset` in the kernel object's ct_globals. Arrays and statistics are reached by
/// their index in Program::globals.
struct Global {
  const char* name;
  Kind value;
  bool is_array, shared, additive, wrap, displayed;
  bool own;          ///< of the script, not of a tapset, and may be shown at the end
  bool saves_entry;  ///< hidden: what a probe at a function's entry keeps, by thread
  bool hashed;       ///< shared array: the map's key is a hash of the key (shared/key_hash.h)
  bool ordered;      ///< shared array a%[N]: see runtime/bpf/index.bpf.h
  void* host;        ///< non-shared scalar: s64* or StrSlot*
  u32 offset;        ///< shared scalar: in ct_globals
  u32 value_size;    ///< bytes of the value in ct_globals or in the map
  u32 key_size;      ///< bytes of the map's key struct
  u32 max_entries;   ///< 0: MAXMAPENTRIES
  const KeyField* keys;
  u32 key_count;
  StatFields stat;
  bool keep_min_max, keep_variance;
  const HistField* hists;
  u32 hist_count;
  const char* map[2];        ///< map names; the second is the other generation of an additive one
  const char* index_map[2];  ///< hashed and ordered: of the index, for each of `map`
  u32 index_size;            ///< bytes of its entries
  const char* queue_map;     ///< ordered
  u32 order_offset;          ///< ordered: of the ct_order in ct_globals
  u32 generation_offset;     ///< additive: of the u32 in ct_globals that selects the map in use
  bool has_init;
  s64 init_long;
  View init_str;
};

/// How a handler hooks into the kernel.
enum class Mechanism : u8 {
#define CORETAP_MECHANISM(name, ...) name,
#include "../../shared/mechanisms.def"
#undef CORETAP_MECHANISM
};

/// A value known by name; see ir::Binding and bindings.h.
struct Binding {
  enum Kind : u8 { Parameter, TraceArgument, Result } kind;
  const char* owner;
  const char* module;
  const char* name;
  u32 slot;
  bool is_pointer;
  const char* pointee;
  u32 size;
  bool is_signed;
};

/// The code that a uprobe was compiled for: see ir::FunctionCode.
struct FunctionCode {
  struct Range {
    u64 offset, size;
  };
  const char* name;
  const Range* ranges;
  u32 range_count;
  u64 hash, layout, marks;
};

/// What a debug register looks at: see ir::DataWatch.
struct DataWatch {
  enum Space : u8 { Kernel, Program, Process } space;
  u32 length;
  bool reads;
  u64 entry, entry_offset;
};

/// May a site be missing here? See ir::Need.
enum class Need : u8 { Required, OneOfMany, Optional };

/// A probe point as the script has it: see ir::WrittenPoint.
struct WrittenPoint {
  const char* text;
  const char* location;  ///< "FILE:LINE:COLUMN"
  bool optional;
};

/// One place that a handler is attached to: see ir::Site.
struct Site {
  const char* target;
  u64 offset;
  const char* build_id;
  const char* pp;
  const char* function;  ///< ppfunc()
  const char* module;    ///< kernel function: the module that has it, or ""
  const char* file_line;
  const char* placement;     ///< of a function's return: where it was put, and why
  const FunctionCode* code;  ///< uprobe; else null
  s64 pid;                   ///< uprobe: only in this process; 0: in every process
  Need need;
  u32 point;  ///< index of Program::points
  bool perf_is_freq;
  u32 perf_type;
  u64 perf_config, perf_period;
  u64 semaphore;           ///< USDT mark: file offset of its counter of users; 0: none
  const DataWatch* watch;  ///< data watch; else null
  const char* location;    ///< as KernelHandler's, if they are not the same; else null
  const char* derivation;  ///< the same
};

/// Is the site in code of one build, of a program or of the kernel?
inline bool is_bound(const Site& site) { return site.code || *site.build_id; }

/// One of the BPF programs that can run a handler.
struct Variant {
  const char* program;
  Mechanism mechanism;
  bool sleepable = false;  ///< may wait for a page of user memory
};

/// Where kernel code may raise a run-time error.
struct ErrorPlace {
  const char* token;  ///< what is there: "operator '/'", in SystemTap's words
  const char* file;
  u32 line, column;
};

struct KernelHandler {
  const char* name;
  const Variant* variants;  ///< best first; the last takes any number of sites
  u32 variant_count;
  const Site* sites;
  u32 site_count;
  const u32* bindings;  ///< which of Program::bindings its code cannot do without
  u32 binding_count;
  u32 companion;         ///< index of the handler that it needs (see ir::KernelHandler), or kAbsent
  const char* location;  ///< of the probe in the script: "FILE:LINE:COLUMN"
  const char* derivation;  ///< " from: ALIAS from: POINT", as in SystemTap's -t
};

enum class UserEvent : u8 { Begin, End, Error, Timer, FileRead, FileWrite };

struct UserHandler {
  void (*run)();
  UserEvent event;
  s64 priority;
  u64 period, randomize;
  bool in_ticks;     ///< both are in ticks of the kernel's clock, else in nanoseconds
  const char* file;  ///< FileRead, FileWrite: see ir::ServedFile
  u32 umask;
  u64 capacity;
  const char* pp;
  const char* location;    ///< as KernelHandler's
  const char* derivation;  ///< as KernelHandler's
};

/// `run` gets a whole record, header included; `size` is what arrived.
struct Segment {
  void (*run)(const void* record, u32 size);
  u32 size;  ///< bytes that a record must have
  const char* pp;
  const char* location;  ///< of what is continued
  u32 handler;           ///< index of the kernel handler that it continues
};

/// What @perf reads: see perf_counters.h.
struct NamedCounter {
  const char* name;
  const char* map;
  u32 type;
  u64 config;
  const char* program;  ///< what the process of -c or -x runs; "": counts on each CPU
  bool of_process() const { return *program; }
};

/// A program whose processes a probe is for: see runtime/bpf/process.bpf.h.
struct ProbedProgram {
  const char* path;
  const char* pp;  ///< of the probe
  Need need;       ///< may its file be missing?
};

/// The whole script.
struct Program {
  u32 abi;  ///< kProgramAbi of the harness.h it was compiled with
  const char* script_name;
  const char* kernel_build_id;  ///< of the kernel whose BTF was read, "" if not known
  const void* object;           ///< BPF object for kernels with all that `modern` needs, or null
  u64 object_size;
  const void* base_object;  ///< its other flavour, or null
  u64 base_object_size;
  const Global* globals;
  u32 global_count;
  const KernelHandler* handlers;
  u32 handler_count;
  const ErrorPlace* error_places;
  u32 error_place_count;
  const Binding* bindings;
  u32 binding_count;
  const UserHandler* user_handlers;
  u32 user_handler_count;
  const Segment* segments;
  u32 segment_count;
  void** shared;    ///< set to the start of ct_globals before any user code runs
  u32 shared_size;  ///< bytes of ct_globals
  u32 max_string;
  u32 max_map_entries, max_nesting;
  bool suppress_errors;  ///< --suppress-handler-errors: run-time errors are only counted
  s64 max_errors, max_skipped, max_action;
  s64 max_action_interruptible;  ///< of begin, end and error probes; 0: ten times max_action
  s64 hist_elision;              ///< HIST_ELISION, of printed histograms
  /// Why there is no `base` flavour: "script.stp:12: reading … needs … (Linux 5.19)".
  const char* const* base_obstacles;
  u32 base_obstacle_count;
  /// What `base` does less exactly, told when it runs: "script.stp:12: updates of … may be lost …".
  const char* const* base_losses;
  u32 base_loss_count;
  const NamedCounter* perf_counters;
  u32 perf_counter_count;
  const WrittenPoint* points;
  u32 point_count;
  const ProbedProgram* programs;
  u32 program_count;
};

constexpr u32 kProgramAbi = 16;

}  // namespace ct
