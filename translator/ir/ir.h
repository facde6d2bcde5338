// The typed IR between the passes and the two emitters. It is structured (blocks, not a flow
// graph), because both emitters write C-like text, and in A-normal form: every operand is a
// literal or a local, every operation that can fail is an instruction of its own, and
// short-circuit operators have become Ifs. So an emitter is one small function per row of
// ops.def, and passes that move code between the sides (split) see every effect.
//
// A module holds functions and handlers, each made for one side. Kernel-side code never prints
// and never iterates: `split` has turned such parts into *segments*, user-side bodies which the
// kernel part starts by Send(segment, captured values).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/mechanism.h"
#include "support/embedded_c.h"
#include "support/format_piece.h"
#include "support/source.h"
#include "support/stat_fn.h"

namespace coretap::ir {

enum class Side : uint8_t { Kernel, User };

enum class Ty : uint8_t { Void, Long, Str };

/// `cap`: bytes of a string including its NUL, a multiple of 8, at most MAXSTRINGLEN. Set by
/// size_strings; 0 before.
struct Type {
  Ty ty = Ty::Void;
  uint32_t cap = 0;
  /// Not text but `cap` bytes of memory, on their way from LoadBytes to a %m or %M. How many of them
  /// count, its precision says.
  bool bytes = false;
};
/// The most bytes that a %m or %M prints: a page, as in SystemTap.
constexpr int64_t kMostDumped = 4096;
/// Calls that functions may nest beyond what the script's calls nest without recursion, unless -D MAXNESTING says how many nest (stap(1)).
constexpr uint32_t kDefaultRecursion = 10;

enum class Op : uint8_t {
#define CORETAP_OP(name, ...) name,
#include "ir/ops.def"
};

/// What an operation does to its global: the last column of ops.def.
enum class GlobalUse : uint8_t { NoGlobal, Reads, Writes, Adds, Updates };

struct OpInfo {
  const char* text;
  char dst;  ///< 'N' 'L' 'S' 'V'
  const char* args;
  bool kernel, user;
  bool pure, can_fail;
  GlobalUse global;
  bool names_global() const { return global != GlobalUse::NoGlobal; }
};
const OpInfo& info(Op op);

/// For a switch over some operations that met another: the caller forgot one.
[[noreturn]] void no_case(Op op, const char* where);

using LocalId = uint32_t;
constexpr LocalId kNone = UINT32_MAX;

/// A literal, a local, or None (the `*` of a slice).
struct Operand {
  enum Kind : uint8_t { None, Int, StrLit, Local } kind = None;
  int64_t num = 0;
  std::string str;
  LocalId local = kNone;

  static Operand integer(int64_t v) {
    Operand o;
    o.kind = Int;
    o.num = v;
    return o;
  }
  static Operand string(std::string s) {
    Operand o;
    o.kind = StrLit;
    o.str = std::move(s);
    return o;
  }
  static Operand of(LocalId id) {
    Operand o;
    o.kind = Local;
    o.local = id;
    return o;
  }
};

enum class Space : uint8_t { Kernel, User };

/// A member path for CO-RE: `type` as "struct task_struct"; steps outermost first.
/// A `minimal` type declaration for it is in Module::core_types.
struct CoreAccess {
  std::string type;
  struct Step {
    std::string member;  ///< empty: an array index
    int64_t index = 0;
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps;
  bool is_bitfield = false;
  uint32_t size = 0;  ///< bytes at build time
  bool is_signed = false;
  bool operator==(const CoreAccess&) const = default;
};

/// A struct or union that generated kernel code declares with preserve_access_index, holding
/// just the members that are accessed. `declaration` is C text of the member, e.g.
/// "struct mm_struct *mm;" or "char comm[16];" or "struct { int a:3; };".
struct CoreType {
  std::string name;  ///< "struct task_struct"
  struct Member {
    std::string name, declaration;
  };
  std::vector<Member> members;
};

struct HistSpec {
  bool linear = false;
  int64_t low = 0, high = 0, step = 0;
  bool operator==(const HistSpec&) const = default;
};

/// A value that is found by name on the kernel where the program runs: functions and tracepoints
/// gain and move parameters between kernels. What BTF said at build time is the default.
struct Binding {
  enum Kind : uint8_t { Parameter, TraceArgument, Result } kind = Parameter;
  std::string owner;   ///< function or tracepoint
  std::string module;  ///< kernel module of the owner, "" for the kernel itself
  std::string name;    ///< "" for a result
  uint32_t slot = 0;   ///< word of the arguments
  bool is_pointer = false;
  std::string pointee;  ///< "struct dentry" if it points to a named struct or union
  uint32_t size = 8;
  bool is_signed = false;
  bool operator==(const Binding&) const = default;
};

using GlobalId = uint32_t;
using FunctionId = uint32_t;

/// A global variable, array or statistic.
struct Global {
  std::string name;  ///< as in the script (mangled if private to a tapset file)
  Span span;
  bool is_stat = false;
  Type value;                ///< of a scalar or of an array's values; Long for statistics
  std::vector<Type> keys;    ///< empty: a scalar
  uint32_t max_entries = 0;  ///< 0: MAXMAPENTRIES, set when the program starts
  bool wrap = false;
  /// Hidden: what a probe at the entry of a function keeps for another; see hidden_array(). Its map
  /// makes room by itself (BPF's LRU), without an order that a%[N] has to keep.
  bool saves_entry = false;
  std::optional<Operand> init;
  /// Touched by kernel code, so it lives in BPF (.bss or a map); else in the harness's memory.
  bool shared = false;
  /// Kernel code only adds to it (++ += <<<), and never reads (but a scalar), tests or deletes: user
  /// code may take what is there, and start a new generation of an array, without losing a count. See
  /// runtime/user/values/array.h and, for scalars, additive_set() in harness.h.
  bool additive = false;
  /// Every use of it is user space's, in the order of the events: a part that was moved there writes it and kernel code would
  /// read it, or the other way round. See ir/passes/split.cpp.
  bool kept_in_order = false;
  // statistics: which fields are kept
  bool need_min_max = false, need_variance = false;
  std::vector<HistSpec> hists;
  bool written_by_never = false, read_by_never = false;  ///< by the body of a `probe never`
  bool displayed_at_end = false;  ///< written, never read by the script: shown at exit as stap does
  bool is_array() const { return !keys.empty(); }
};

struct Inst;
using Block = std::vector<Inst>;

struct ForeachSpec {
  GlobalId array = 0;
  bool over_hist = false;
  HistSpec hist;
  std::vector<LocalId> keys;  ///< one per key (over_hist: one, the bucket's lower bound)
  LocalId value = kNone;      ///< `v = [k]`; for a statistic its @count
  int sort_direction = 0;     ///< +1 ascending, -1 descending, 0 none
  unsigned sort_column = 0;   ///< 0 = value, N = N-th key
  StatFn sort_stat = StatFn::Count;
  bool has_limit = false;  ///< then inst.args[0] is the limit
  size_t slice_from = 0;   ///< inst.args from here on: one per key (None = `*`); or none at all
};

/// One step of an update `x = f(x)`: what is done with x, or with the result of the step before it, and
/// a value that does not depend on x. Div and Mod are by a value that is not 0.
struct UpdateStep {
  enum Kind : uint8_t { Arithmetic, KeepLarger, KeepSmaller } kind = Arithmetic;
  Op op = Op::Add;        ///< Arithmetic: one of Add to Shr
  bool reversed = false;  ///< Arithmetic: the value is the left operand
  bool operator==(const UpdateStep&) const = default;
};

/// Why split() moved an instruction of a kernel handler to user space.
enum class MoveReason : uint8_t {
  Enclosed,       ///< it is a part of a statement that is moved
  OnlyThere,      ///< the kernel cannot do it
  GlobalThere,    ///< it uses a global that user space keeps (Global::kept_in_order)
  ForUser,        ///< it makes a string that only user space uses
  NeedsValue,     ///< it reads what user space computes
  SharesValue,    ///< it sets a variable that user space computes, or what is in it does
  FollowsGlobal,  ///< it uses a global behind an instruction that uses it in user space
  CatchesError,   ///< it is a try, and what may fail in it is in user space
  LeftFromThere,  ///< it is a loop, and user space may leave a turn of it
  BehindNext,     ///< a statement before it may end the handler, and is in user space
  KeepsOrder,     ///< it would be seen if it ran before what comes before it
};

struct Inst {
  Op op = Op::Copy;
  Span span;
  LocalId dst = kNone;
  LocalId declined = kNone;  ///< Call: set to 1 if the function ended by `next`, else 0
  std::vector<Operand> args;
  std::vector<Block> blocks;
  int64_t imm = 0;
  uint32_t size = 8;
  bool is_signed = false;
  Space space = Space::Kernel;
  GlobalId global = 0;
  FunctionId function = 0;
  uint32_t binding = kNone;  ///< CtxArg, CtxRet, CoreExists: index into Module::bindings
  StatFn stat_fn = StatFn::Count;
  HistSpec hist;
  SiteText site_text = SiteText::Pp;   ///< SiteStr
  std::string name;                    ///< RegexMatch: the pattern
  std::shared_ptr<const EmbeddedC> c;  ///< EmbeddedC
  std::shared_ptr<const std::vector<FormatPiece>> format;
  std::shared_ptr<const CoreAccess> core;
  std::shared_ptr<const ForeachSpec> foreach;
  std::shared_ptr<const std::vector<UpdateStep>> steps;  ///< GlobalUpdate, ArrayUpdate
  uint32_t error_place = 0;  ///< in kernel code: number in Module::error_places, from 1, or 0
  bool moved = false;        ///< split's mark: runs in user space
  MoveReason move_reason = MoveReason::Enclosed;  ///< if it is moved
};

/// Does `inst` look at the value of its global (so that it must be exact at that moment)?
bool reads_global(const Inst& inst);
bool writes_global(const Inst& inst);

/// Where an array operation's keys begin among its operands: behind the values.
size_t first_key(const Inst& inst);

struct Local {
  /// A temporary holds one result from where it is made to its last use: it carries nothing from one
  /// turn of a loop to the next.
  enum class Origin : uint8_t { Variable, Temporary };
  std::string name;  ///< of the variable, or "t<N>"
  Type type;
  Origin origin = Origin::Variable;
};

/// A body with its locals. Parameters are the first locals.
struct Body {
  std::vector<Local> locals;
  Block block;
};

/// A script function, made for one side. Recursion only on the user side.
struct Function {
  std::string name;  ///< C identifier, unique in its side
  std::string script_name;
  Span span;
  Side side = Side::User;
  Type result;
  uint32_t parameters = 0;
  Body body;
  int64_t actions = 0;         ///< statements outside of loops, which count against MAXACTION
  std::optional<EmbeddedC> c;  ///< then the body is empty
  uint32_t embedded_line = 0;  ///< for #line
  FunctionId twin = kNone;     ///< the same function made for the other side, or kNone
};

/// May a call be dropped when its result is not used?
inline bool is_pure(const Function& function) { return function.c && function.c->pure; }

/// The code that a uprobe was compiled for: the bytes of the function around it, as they are in the
/// file. A target is probed only while it holds them; see runtime/user/attach/probed_files.h.
struct FunctionCode {
  std::string name;                                   ///< "" if no function is known there
  std::vector<std::pair<uint64_t, uint64_t>> ranges;  ///< file offset and size of each part
  uint64_t hash = 0;                                  ///< ct::CodeHash
  uint64_t layout = 0;  ///< ct::segment_layout() of a file that has no build-id, else 0
  uint64_t marks = 0;   ///< ct::marks_hash() of the file, for a site at a USDT mark, else 0
  bool operator==(const FunctionCode&) const = default;
};

/// May a site be missing where the program runs?
enum class Need : uint8_t {
  Required,   ///< no: the script names it
  OneOfMany,  ///< yes, with a warning: it came of a wildcard
  Optional,   ///< yes, in silence: its point is marked `?` or `!`
};

/// A probe point as the script has it, before aliases and wildcards are expanded.
struct WrittenPoint {
  std::string text;
  Span at;
  bool optional = false;  ///< if not, at least one of its sites must be there
};

/// What a debug register looks at: `length` bytes from Site::offset on.
struct DataWatch {
  enum Space : uint8_t {
    Kernel,   ///< an address of the running kernel; or the distance from the symbol Site::target
    Program,  ///< a link-time address in the program Site::target
    Process,  ///< an address in the process Site::pid
  } space = Kernel;
  uint32_t length = 1;
  bool reads = false;         ///< .rw: reading counts, too
  uint64_t entry = 0;         ///< Program: the link-time address of its first instruction
  uint64_t entry_offset = 0;  ///< Program: the same in the file
};

/// Where a handler comes from, for -t.
struct Origin {
  Span at;                 ///< of the probe, or of the point that names an alias
  std::string derivation;  ///< " from: " and a point, from the innermost alias to the probe's own
};

/// One address, tracepoint or event that a handler is attached to.
struct Site {
  std::string target;   ///< uprobe: path of the object; tp: "name" or "system:name"; kprobe: symbol
  uint64_t offset = 0;  ///< uprobe: file offset; kprobe: offset in the function
  std::string build_id;  ///< uprobe: of the object, "" if it has none
  std::string module;
  std::shared_ptr<const FunctionCode> code;  ///< uprobe: refuses to attach where it is not this
  std::string pp;                            ///< probe point as stap's pp() shows it
  std::string function;                      ///< ppfunc(), "" if not known
  std::string label;                         ///< of a .label probe, or ""
  std::string file_line;                     ///< "file.c:12" or ""
  std::string placement;  ///< uprobe at a return: where it was put, and why; for -vv
  Need need = Need::Required;
  uint32_t point = 0;      ///< index of Module::points
  int64_t pid = 0;         ///< uprobe: only in this process, for process(PID); 0: in every process
  uint64_t semaphore = 0;  ///< uprobe at a USDT mark: file offset of its counter of users; 0: none
  // PerfEvent
  uint32_t perf_type = 0;
  uint64_t perf_config = 0;
  uint64_t perf_period = 0;  ///< or, if perf_is_freq, Hz; 0: as often as the kernel's clock ticks
  bool perf_is_freq = false;
  std::optional<DataWatch> watch;  ///< DataWatch
  std::optional<Origin> origin;    ///< if it is not the handler's own
};

/// Is the site in code of one build: of a program's file, or of the kernel by its vmlinux?
inline bool is_bound(const Site& site) { return site.code || !site.build_id.empty(); }

/// Of the events of its tracepoint, those that a handler of processes is for. Asked before anything else, in the kernel:
/// see runtime/bpf/process.bpf.h.
struct ProcessGate {
  enum Threads : uint8_t { All, Main, Others } threads = All;
  enum Event : uint8_t {
    Any,
    SystemCall,   ///< at its exit: a process or thread is first seen to run
    Exec,         ///< the process runs another program from now on
    UserTaskEnd,  ///< of a task that is not the kernel's own
  } event = Any;
  int64_t pid = 0;           ///< only this process; 0: every one
  uint32_t program = kNone;  ///< index of Module::programs, or kNone
  uint32_t beginning =
      0;  ///< number of the probe point, which the handlers of its beginnings share
  bool operator==(const ProcessGate&) const = default;
};

/// A program by its file.
struct ProbedProgram {
  std::string path;
  std::string pp;              ///< of the probe that names it
  Need need = Need::Optional;  ///< Optional, too, if no handler is left that asks for it
};

struct KernelHandler {
  std::string name;  ///< C identifier of the BPF program
  Span span;
  Mechanism mechanism = Mechanism::Uprobe;
  std::vector<Site> sites;
  Body body;
  int64_t actions = 0;  ///< statements outside of loops, which count against MAXACTION
  /// Index of the handler at the entry of the same functions whose values this one takes, or
  /// kNone: where one of the two cannot be loaded, neither is.
  uint32_t companion = kNone;
  /// The handler of a system call's entry, by index, whose body this one runs at the call's exit if
  /// the program's memory was not there before (ir/passes/late_reads.cpp); or kNone. Its own is empty.
  uint32_t late_for = kNone;
  /// A handler with such a companion: how many of the call's arguments its body reads.
  uint32_t late_arguments = 0;
  bool uses_site_info = false;  ///< SiteStr/SiteNum appear (also in callees)
  /// Of the mechanism TestRun, for a handler that may run as many statements as stap lets those run that can be interrupted.
  bool is_interruptible = false;
  /// Of the mechanism TestRun: computes for user-side code and sends nothing. Else it is a whole handler's kernel part, whose
  /// segments run when it has ended.
  bool is_question = false;
  std::optional<ProcessGate> gate;
  Origin origin;
};

/// Does it watch data of a program, of which processes are yet to come?
inline bool watches_a_program(const KernelHandler& handler) {
  return !handler.sites.empty() && handler.sites[0].watch &&
         handler.sites[0].watch->space == DataWatch::Program;
}

/// When user-side code runs.
enum class UserEvent : uint8_t { Begin, End, Error, Timer, FileRead, FileWrite };

/// The file of a procfs probe: FileRead makes what its reader gets, FileWrite takes what is written.
struct ServedFile {
  std::string path;       ///< within the session's folder
  uint32_t umask = 0;     ///< permissions that it does not have
  uint64_t capacity = 0;  ///< bytes that a reader gets at most; 0: MAXSTRINGLEN
};

struct UserHandler {
  std::string name;
  Span span;
  UserEvent event = UserEvent::Begin;
  int64_t priority = 0;    ///< begin/end/error order, ascending
  uint64_t period = 0;     ///< Timer: from one event to the next, in nanoseconds or ticks
  uint64_t randomize = 0;  ///< a period differs by at most so much, in the same unit
  bool in_ticks =
      false;        ///< of the clock of the kernel that it runs on: CONFIG_HZ of them are a second
  ServedFile file;  ///< FileRead, FileWrite
  std::string pp;
  Origin origin;
  int64_t actions = 0;  ///< statements outside of loops, which count against MAXACTION
  Body body;
};

/// What made a segment: an instruction that was moved, and not only because the statement around it was.
struct MovedPart {
  Span at;
  MoveReason reason = MoveReason::Enclosed;
  Op op = Op::Copy;
  std::string name;  ///< of its global, or of the function that it calls; else ""
};

/// User-side code started by a kernel handler. Its first `captures` locals are filled from the
/// record.
struct Segment {
  uint32_t id = 0;
  Span span;
  uint32_t captures = 0;
  Body body;
  std::string pp;
  uint32_t handler = 0;  ///< index of the kernel handler
  std::vector<MovedPart> moved;
};

/// A perf event that is counted and read by PerfRead.
struct PerfCounter {
  std::string name;
  uint32_t type = 0;
  uint64_t config = 0;
  std::string program;  ///< of the process of -c or -x, which runs it; "": of each CPU
  bool of_process() const { return !program.empty(); }
};

/// A constant that is another one at each site of a handler: one value a site, all of one type.
struct SiteColumn {
  std::vector<Operand> values;
  Ty ty() const { return values.at(0).kind == Operand::StrLit ? Ty::Str : Ty::Long; }
};

/// What holds of a module: the passes make each stage of the one before it.
enum class Stage : uint8_t {
  Lowered,  ///< kernel bodies may hold what only user space can do
  Split,    ///< each body holds operations of its own side
  Placed,   ///< it is known which globals kernel code shares
};

struct Module {
  Stage stage = Stage::Placed;
  std::vector<Global> globals;
  std::vector<Function> functions;
  std::vector<KernelHandler> kernel_handlers;
  std::vector<UserHandler> user_handlers;
  std::vector<Segment> segments;
  std::vector<CoreType> core_types;
  std::vector<Binding> bindings;
  std::vector<SiteColumn> columns;
  std::vector<PerfCounter> perf_counters;
  std::vector<WrittenPoint> points;
  std::vector<ProbedProgram> programs;
  std::vector<Span> error_places;     ///< see number_error_places()
  std::vector<std::string> patterns;  ///< regular expressions of RegexMatch, in order of first use
  std::vector<std::string> kernel_code;  ///< file-level embedded C, /* bpf */
  std::vector<std::string> user_code;    ///< file-level embedded C, /* harness */
  std::string script_name;
  std::string kernel_build_id;  ///< of the kernel whose BTF was read, "" if not known
  /// Compile-time limits (-D): MAXSTRINGLEN, MAXACTION, MAXNESTING, …
  uint32_t max_string = 512;
  int64_t max_action = 1000;  ///< statements of one run of a handler
  /// The same of begin, end and error probes; 0: ten times max_action.
  int64_t max_action_interruptible = 0;
  /// Statements that one run of a kernel handler may make.
  int64_t actions_of(const KernelHandler& handler) const {
    if (!handler.is_interruptible) return max_action;
    return max_action_interruptible ? max_action_interruptible : 10 * max_action;
  }
  uint32_t max_map_entries = 2048;
  /// Nested calls of functions; not given: as many as nest without recursion, and ten more.
  std::optional<uint32_t> max_nesting;
  uint32_t max_backtrace = 20;  ///< frames of a user stack
  int64_t max_errors = 0;
  bool displays_globals = true;  ///< at the end, those that are written and never read
  bool suppress_errors = false;  ///< --suppress-handler-errors: run-time errors are only counted
  int64_t max_skipped = 100;
  /// Only for a kernel that takes sleepable programs for uprobes: what serves a probe in such a program
  /// needs no other.
  bool for_sleepable_uprobes = false;
  int64_t hist_elision = 2;  ///< empty rows kept around the others where a histogram is printed
};

/// Textual dump, for -d and golden tests.
std::string print(const Module& module);
std::string print(const Body& body, int indent = 1);

/// Checks operand and destination types, sides, capacities and block structure; returns the
/// first violation of what holds at the module's stage, or "". It runs after every IR pass in debug builds,
/// and in release builds if -v or -d is given.
std::string verify(const Module& module);

}  // namespace coretap::ir
