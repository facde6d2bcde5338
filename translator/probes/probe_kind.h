// Probe families: from a written probe point to resolved sites and the meaning of `$variables`
// there. One file per family behind one small table (registry.cpp).
//
// Recipe to add a probe kind (docs/adding.md has all files):
//   1. write probes/FAMILY.cpp with a function `resolve_x(const ast::ProbePoint&, ResolveContext&)`;
//   2. give its `$variables` a ContextScope (or reuse DwarfScope, BtfScope, NoScope);
//   3. add its point patterns to the table in registry.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ast/ast.h"
#include "dwarf/btf.h"
#include "dwarf/module.h"
#include "ir/builder.h"
#include "ir/ir.h"
#include "probes/debuginfod.h"
#include "probes/shapes.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"

namespace coretap::probes {

/// What lowering gives to a ContextScope.
class ContextLowering {
 public:
  virtual ~ContextLowering() = default;
  virtual ir::Builder& builder() = 0;
  virtual ir::Module& module() = 0;  ///< for core_types
  virtual Diagnostics& diagnostics() = 0;
  virtual const std::vector<Shape>& shapes() = 0;             ///< for pretty printing
  virtual ir::Operand lower_long(const ast::Expr& expr) = 0;  ///< index expressions
  /// The value that a register had on entry of the function whose activation has this canonical
  /// frame address: a companion probe at ResolvedProbe::entry saves it.
  virtual ir::Operand entry_register(unsigned dwarf_register, ir::Operand cfa) = 0;
};

struct CodePlace;

/// The variables of one site. Lowering functions emit IR and return the operand that holds the
/// value; on error they report a diagnostic (id, span, "similar:") and return nothing.
/// Quiet questions (`defines`) never report.
class ContextScope {
 public:
  virtual ~ContextScope() = default;
  /// `$x`, `&$x`, `$x->f[i]`, `$x$`, `$$vars` `$$parms` `$$locals` `$$return`, `$return`.
  /// The result is a string exactly if `is_string(target)`.
  virtual std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) = 0;
  /// `@var("x@file.c")->…`
  virtual std::optional<ir::Operand> lower(const ast::AtVar& var, ContextLowering& to) = 0;
  /// Can it be read here? For @defined. CO-RE scopes answer by build-time BTF; `core` (may be set)
  /// asks for a run-time CoreExists instead.
  virtual bool defines(const ast::Expr& target) = 0;
  /// "$argc:int" … for -L, parameters first.
  virtual std::vector<std::string> listing() = 0;
  /// The same variables with where each is: "in register rax".
  virtual std::vector<std::pair<std::string, std::string>> readable() { return {}; }
  /// The place in code whose variables these are, by debug information; null if they are known in another way.
  virtual std::shared_ptr<const CodePlace> place() const { return nullptr; }
  /// Identity of everything `lower` depends on: sites with equal keys share one program.
  virtual std::string sharing_key() const = 0;
  /// The same for a handler that uses only these targets (Target::name as "$x" or "$$vars",
  /// AtVar::target as "@var:x"): many more sites share. Empty: every site with this key does.
  virtual std::string sharing_key(const std::vector<std::string>& used) const {
    return used.empty() ? "" : sharing_key();
  }
  /// Type of `$x…` for autocast, or null.
  virtual debug::TypePtr type_of(const ast::Expr& target) = 0;
  /// How many variables "$$parms" or another group has here.
  virtual size_t group_size(const std::string&) { return 0; }
  /// Is this a local variable of the function that is to be read at the site, though plain variables of
  /// a .return probe mean their value at entry?
  virtual bool reads_at_exit(const ast::Target&) { return false; }
  /// The canonical frame address at the site, which names one activation of its function.
  virtual std::optional<ir::Operand> lower_cfa(ContextLowering&) { return std::nullopt; }
  /// Identity of what lower_cfa() emits.
  virtual std::string frame_key() const { return ""; }
};

/// True for `$$vars`-like names and pretty-printed (`$`-suffixed) targets.
bool is_string(const ast::Target& target);

/// The canonical frame address as a register plus a constant.
struct FrameAddress {
  unsigned dwarf_register = 0;
  int64_t offset = 0;
  /// Go moves stacks: there, a frame is known by its goroutine, which this register points to, and by
  /// its distance from the upper end of the goroutine's stack.
  std::optional<unsigned> goroutine_register;
};

struct ReturnPlaces;
struct CalledFrom;

/// One resolved probe: one site on the kernel side, or one user-side event.
struct ResolvedProbe {
  std::string canonical;  ///< as -l prints it: process("/bin/a").function("main@/src/a.c:5")
  ir::Side side = ir::Side::User;
  // user side
  ir::UserEvent event = ir::UserEvent::Begin;
  int64_t priority = 0;
  bool never = false;  ///< `probe never`: analysed like a user-side probe, but never run
  /// The probe stays when its handler is empty: a counter is there for what it names, and stap's
  /// aliases of system calls hold a `next`, which is an effect.
  bool stays_empty = false;
  uint64_t period = 0, randomize = 0;  ///< of a timer: see ir::UserHandler
  bool in_ticks = false;
  ir::ServedFile file;  ///< of a procfs probe
  // kernel side
  ir::Mechanism mechanism = ir::Mechanism::Uprobe;
  ir::Site site;
  bool is_return = false;
  std::shared_ptr<ContextScope> scope;  ///< never null (NoScope refuses every $variable)
  /// The entry of the same function, if the site is not there itself: for @entry() and saved
  /// parameters of `.return` probes, and for DWARF's entry values inside a function; or null.
  std::shared_ptr<ResolvedProbe> entry;
  /// In code of a program, where it can be said so: names one activation of the function. Else the
  /// scope's lower_cfa() tells.
  std::optional<FrameAddress> frame;
  /// A program's .return as it is resolved, with a uretprobe: where else it can be. Decided by
  /// analyse/place_returns.
  std::shared_ptr<ReturnPlaces> returns;
  /// A uretprobe of a function that may be left by a tail call: if that ends in the function again,
  /// several calls have one frame.
  bool shares_frames = false;
  debug::SourceLine source;       ///< of a site in a program; line 0 if it is not known
  bool is_further_place = false;  ///< of the same probe point as the site before
  /// Of processes and threads: which of the tracepoint's events.
  std::optional<ir::ProcessGate> gate;
  /// A function of the tapsets without arguments, which must be true for the event to count; "": none.
  std::string only_if;
  /// The site may be missing where the program runs: there, the point's others do what they can.
  bool may_be_absent = false;
  /// Which callers the event counts of; null: of all.
  std::shared_ptr<const CalledFrom> called_from;
  bool may_miss = false;    ///< what is probed may happen without passing any of its sites
  bool may_repeat = false;  ///< a site may be passed more than once while it happens once
};

/// Where the return of a function can be probed.
struct ReturnPlaces {
  /// One for each return instruction; empty if those are not known.
  std::vector<ResolvedProbe> at_returns;
  /// Why they are not, as the end of "because …".
  std::string obstacle;
  /// What a return address that is replaced, as a uretprobe does it, may bring to an end.
  enum Danger : uint8_t { None, Exceptions, Go, Coroutines, ReadsReturnAddress } danger = None;
  /// Returns may be lost, or a callback may unwind the stack: debug::FunctionExits::may_nest.
  bool may_nest = false;
  /// A uretprobe is the cheaper way: debug::FunctionExits::entry_is_cheap.
  bool entry_is_cheap = false;
};

/// The files of a kernel's modules.
struct ModuleFiles {
  std::vector<std::string> places;  ///< folders in which was looked
  /// By the names that /sys/module has ('_', never '-'). There may be several of a name, stripped ones too.
  std::map<std::string, std::vector<std::string>> paths;
};

/// What resolution may ask for; loads debug information on demand and keeps it.
class ResolveContext {
 public:
  ResolveContext(Diagnostics& diagnostics, const CompileInput& input, Lookups& lookups)
      : diagnostics(diagnostics),
        input(input),
        lookups(lookups),
        debuginfod_(input.debuginfod_urls, lookups) {
    debug_places.server = &debuginfod_;
  }
  ResolveContext(const ResolveContext&) = delete;
  ResolveContext& operator=(const ResolveContext&) = delete;
  Diagnostics& diagnostics;
  const CompileInput& input;
  Lookups& lookups;
  std::vector<ir::PerfCounter> perf_counters;  ///< of the probes resolved so far
  std::vector<ir::ProbedProgram> programs;     ///< the same
  /// The same, of procfs probes, and what they do.
  std::vector<std::pair<ir::ServedFile, ir::UserEvent>> files;
  uint32_t beginnings = 0;  ///< numbers of ProcessGate::beginning that are given
  /// Sites are shown and not probed (-l, -L, --lines): what only a handler needs of a program's site is not looked for.
  bool is_listing = false;
  /// The code of functions whose sites are resolved, shared by them; by what the module has of it, and whether of a mark.
  std::map<std::pair<const debug::FunctionCode*, bool>, std::shared_ptr<const ir::FunctionCode>>
      codes;
  debug::DebugPlaces debug_places;

  /// Kernel BTF, or null after reporting `no-kernel-btf` at `at`.
  std::shared_ptr<debug::KernelBtf> kernel_btf(const Span& at);
  /// The folder where modules' BTF is, beside the kernel's: one file for each module.
  std::string kernel_btf_folder() const;
  /// The names of the modules in it, sorted.
  std::vector<std::string> kernel_modules();
  /// A module's BTF, or null after reporting at `at`.
  std::shared_ptr<debug::KernelBtf> module_btf(const std::string& module, const Span& at);
  /// Module by path (cached), or what is wrong with the file, which is not reported.
  ct::Result<std::shared_ptr<debug::Module>, debug::LoadError> object(const std::string& path);
  /// The kernel's vmlinux with its debug information, or null after reporting at `at`.
  std::shared_ptr<debug::Module> kernel_object(const Span& at);
  /// Is there one that can be used?
  bool has_kernel_object();
  /// Those of the build tree that -r names, else of where distributions put those of the kernel's release.
  const ModuleFiles& module_files();
  /// The object of a module of the kernel, which `make` makes once.
  ct::Result<std::shared_ptr<debug::Module>> kernel_module(
      const std::string& name,
      const std::function<ct::Result<std::shared_ptr<debug::Module>>()>& make);
  /// The program of this name in $PATH, as a cast names it, or null.
  std::shared_ptr<debug::Module> named_object(const std::string& name);
  /// The files *.shapes of the tapset folders, the user's before ours. One that is wrong is reported (`bad-shapes`) and left out.
  const std::vector<Shape>& shapes();
  /// Leaves all objects open until the process ends, which is soon: taking libdw's tables apart is a tenth of a listing's time.
  void leave_objects_open() const;

 private:
  /// The vmlinux's path, or ""; fills `tried`.
  std::string find_vmlinux(std::vector<std::string>& tried);

  Debuginfod debuginfod_;
  std::shared_ptr<debug::KernelBtf> btf_;
  std::map<std::string, std::shared_ptr<debug::KernelBtf>> module_btf_;
  std::map<std::string, std::shared_ptr<debug::Module>> objects_;
  std::optional<ModuleFiles> module_files_;
  std::map<std::string, ct::Result<std::shared_ptr<debug::Module>>> kernel_modules_;
  std::optional<std::vector<Shape>> shapes_;
};

/// Resolves one point whose aliases are already expanded. No match is an error with a reason
/// (reported); the result is then empty.
/// The built-in points that a point with wildcards in its components' names means; empty if it means no such point.
std::vector<ast::ProbePoint> without_wildcards(const ast::ProbePoint& point);
std::vector<ResolvedProbe> resolve(const ast::ProbePoint& point, ResolveContext& context);

/// Does some built-in kind start with these components? Tells an unknown alias from a bad
/// argument of a built-in probe.
bool is_builtin(const ast::ProbePoint& point);

/// Does a component, or the text in its parentheses, stand for several names?
bool has_wildcard(const ast::ProbePoint& point);

/// For --dump-probe-types: every pattern, as "process(string).function(string).return".
std::vector<std::string> point_patterns();

/// The type of a script value, and where it points to.
struct ValueType {
  debug::TypePtr type;
  bool is_kernel = false;
};
/// Type of a target variable, @var or @cast with what is behind it; nothing if that has none here.
/// Never reports.
std::optional<ValueType> value_type(const ast::Expr& expr, ContextScope* scope,
                                    ResolveContext& context);
/// The same for the members of `cast` behind a value of type `base`.
std::optional<ValueType> member_type(const ValueType& base, const ast::Cast& cast);
/// The type that a @cast names; reports if there is none.
std::optional<ValueType> named_type(const ast::Cast& cast, ContextScope* scope,
                                    ResolveContext& context, ContextLowering& to);
/// The constant of an enum of "kernel" or of an object path, or of the first of several (a:b) that
/// has it; reports if none has.
std::optional<int64_t> named_enumerator(const std::string& name, const std::string& modules,
                                        const Span& at, ResolveContext& context,
                                        ContextLowering& to);
/// Pointer to the kernel's type of this name.
std::optional<ValueType> kernel_pointer(const std::string& name, const Span& at,
                                        ResolveContext& context);

/// `x->member`: an automatic cast, of a value whose type is known from where it came from.
std::optional<ir::Operand> lower_autocast(const ast::Cast& cast, ir::Operand value,
                                          const ValueType& base, ContextLowering& to);

/// `@cast(value, "type"[, "module"])->…`: value is already lowered; module "kernel" or an object
/// path; "" = as the probe's own. `scope` may be null.
std::optional<ir::Operand> lower_cast(const ast::Cast& cast, ir::Operand value, ContextScope* scope,
                                      ResolveContext& context, ContextLowering& to);

}  // namespace coretap::probes
