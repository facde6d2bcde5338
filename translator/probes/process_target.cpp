#include "probes/process_target.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "dwarf/instruction.h"
#include "dwarf/registers.h"
#include "probes/debian_package.h"
#include "probes/dwarf_scope.h"
#include "probes/find_library.h"
#include "probes/kernel_code.h"
#include "probes/plain_scopes.h"
#include "probes/split_files.h"
#include "runtime/common/regular_file.h"
#include "support/descriptor.h"

namespace coretap::probes {

namespace fs = std::filesystem;

namespace {

/// A script's interpreter is what runs, so that is what is probed (stapprobes, USER-SPACE).
std::string interpreter_of(const std::string& path, Lookups& lookups) {
  lookups.file(path);
  Descriptor file(ct::open_regular(path.c_str()).value_or(-1));
  char start[256];  // as much as the kernel looks at (linux/binfmts.h, BINPRM_BUF_SIZE)
  ssize_t n = file ? read(file.get(), start, sizeof start) : -1;
  std::string line(start, n > 0 ? static_cast<size_t>(n) : 0), word;
  if (!line.starts_with("#!")) return path;
  std::istringstream words(line.substr(2, line.find('\n') - 2));
  words >> word;
  bool is_env = fs::path(word).filename() == "env";
  if (is_env) words >> word;
  std::string found = word.empty() ? "" : lookups.program(word);
  return found.empty() ? path : found;
}

bool exists(const std::string& path, Lookups& lookups) {
  lookups.file(path);
  std::error_code error;
  return fs::exists(path, error);
}

void report_bad_object(const std::string& path, const debug::LoadError& error, const Span& at,
                       Diagnostics& diagnostics) {
  Diagnostic& diagnostic =
      diagnostics.semantic_error("bad-object", at, "cannot use '" + path + "': " + error.message);
  if (error.tried.size() > 1) diagnostic.hint("tried: " + join(error.tried));
}

/// What `process("name")` names; nothing after reporting that there is no such executable.
std::vector<std::string> executables_named(const ast::ProbeComponent& process,
                                           ResolveContext& context) {
  const std::string& name = *process.string_arg;
  std::vector<std::string> paths;
  if (has_wildcard(name))
    paths = context.lookups.matches(name);
  else if (std::string path = context.lookups.program(name);
           !path.empty() && exists(path, context.lookups))
    paths = {path};
  else if (name.find('/') == std::string::npos && exists("./" + name, context.lookups))
    paths = {"./" + name};  // as in stap, of the working folder if it is not in $PATH
  if (!paths.empty()) return paths;
  context.diagnostics
      .semantic_error("no-such-object", process.span, "cannot find executable '" + name + "'")
      .hint(name.find('/') == std::string::npos
                ? "it was looked for in $PATH and in the working folder"
                : "there is no such file");
  return {};
}

std::vector<std::string> process_paths(const ast::ProbeComponent& process, int64_t& pid,
                                       ResolveContext& context) {
  auto fail = [&](const char* id, const std::string& message) -> Diagnostic& {
    return context.diagnostics.semantic_error(id, process.span, message);
  };
  if (process.string_arg) return executables_named(process, context);
  pid = process.number_arg.value_or(0);
  std::string command = pid == 0 ? context.lookups.target_command() : "";
  if (pid == 0 && command.empty()) pid = context.lookups.target_pid();
  if (pid != 0) {
    std::string path = context.lookups.process(pid);
    if (path.empty()) fail("no-such-process", "there is no process " + std::to_string(pid));
    return path.empty() ? std::vector<std::string>{} : std::vector<std::string>{path};
  }
  if (command.empty()) {
    fail("process-without-path", "'process' without a path needs a target command or process")
        .hint("write process(\"PATH\"), or run with -c COMMAND or -x PID");
    return {};
  }
  std::string path = context.lookups.program(command);
  if (path.empty()) fail("no-such-object", "cannot find executable '" + command + "'");
  return path.empty() ? std::vector<std::string>{} : std::vector<std::string>{path};
}

/// The library in each of the programs.
std::vector<std::string> find_libraries(const std::string& name,
                                        const std::vector<std::string>& programs, int64_t pid,
                                        Lookups& lookups) {
  std::vector<std::string> paths;
  for (const std::string& program : programs)
    for (const std::string& path :
         find_library(name, interpreter_of(program, lookups), pid, lookups))
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  return paths;
}

}  // namespace

std::string find_program(const ast::ProbeComponent& process, ResolveContext& context) {
  std::vector<std::string> paths = executables_named(process, context);
  if (paths.empty()) return "";
  if (paths.size() == 1)
    return fs::absolute(interpreter_of(paths[0], context.lookups)).lexically_normal().string();
  context.diagnostics
      .semantic_error("several-programs", process.span,
                      "'" + *process.string_arg + "' names several programs, and this is of one")
      .hint("they are " + join(paths));
  return "";
}

std::vector<std::string> find_programs(const ast::ProbeComponent& process,
                                       ResolveContext& context) {
  std::vector<std::string> programs;
  for (const std::string& path : executables_named(process, context)) {
    std::string program = context.lookups.resolved(interpreter_of(path, context.lookups));
    program = fs::absolute(program).lexically_normal().string();
    if (std::find(programs.begin(), programs.end(), program) == programs.end())
      programs.push_back(program);
  }
  return programs;
}

std::vector<ProcessTarget> find_process_targets(const ast::ProbePoint& point,
                                                ResolveContext& context) {
  const ast::ProbeComponent& process = point.components.front();
  if (process.functor == "kernel") {
    std::optional<ProcessTarget> kernel = find_kernel_target(process.span, context);
    return kernel ? std::vector<ProcessTarget>{*kernel} : std::vector<ProcessTarget>{};
  }
  if (process.functor == "module") return find_module_targets(process, context);
  int64_t pid = 0;
  std::vector<std::string> paths = process_paths(process, pid, context);
  const ast::ProbeComponent* library = find_component(point, "library");
  Span at = process.span;
  if (library && !paths.empty()) {
    at = library->span;
    paths = find_libraries(*library->string_arg, paths, pid, context.lookups);
    if (paths.empty())
      context.diagnostics
          .semantic_error("no-such-object", at,
                          "cannot find library '" + *library->string_arg + "'")
          .hint("give its full path, or its name as in /lib/x86_64-linux-gnu (e.g. libc.so.6)");
  }
  bool many = paths.size() > 1;
  std::vector<ProcessTarget> targets;
  for (const std::string& path : paths) {
    // Of a wildcard's matches, files that are not ELF objects do not count. Programs of another
    // machine, as 32-bit libraries, are named, because stap would probe them.
    const std::string program = interpreter_of(path, context.lookups);
    auto module = context.object(program);
    if (module)
      targets.push_back({*module, pid, false, ""});
    else if (!many)
      report_bad_object(program, module.failure(), at, context.diagnostics);
    else if (module.failure().kind == debug::LoadError::WrongArch)
      context.diagnostics.warning("other-machine", at, "left out: " + module.failure().message);
  }
  if (many && targets.empty())
    context.diagnostics.semantic_error("no-such-object", at,
                                       "no file that matches is an ELF object");
  return targets;
}

std::string canonical_prefix(const ProcessTarget& target) {
  if (!target.kernel_module.empty()) return "module(\"" + target.kernel_module + "\")";
  if (target.is_kernel) return "kernel";
  if (target.pid != 0) return "process(" + std::to_string(target.pid) + ")";
  return "process(\"" + target.module->path() + "\")";
}

namespace {

/// Why the variables at pc are not known; "" if the object has DWARF for them.
std::string why_no_variables(const debug::Module& module, uint64_t pc) {
  if (!module.has_dwarf()) return "'" + module.path() + "' has no debug information";
  return split_at(module, pc);
}

}  // namespace

void report_no_dwarf(const debug::Module& module, const Span& at, const std::string& needed_for,
                     Diagnostics& diagnostics) {
  Diagnostic& diagnostic = diagnostics.semantic_error(
      "no-debuginfo", at,
      "'" + module.path() + "' has no debug information, which is needed for " + needed_for);
  hint_at_debug_files(module, diagnostic);
}

void hint_at_debug_files(const debug::Module& module, Diagnostic& diagnostic) {
  const debug::LoadError& error = module.dwarf_error();
  if (!error.tried.empty()) diagnostic.hint("tried: " + join(error.tried));
  for (const std::string& rejected : error.rejected) diagnostic.hint(rejected);
  diagnostic.hint_if_shown([path = module.path()] {
    const std::string package = debug_package_hint(path);
    return package.empty()
               ? "compile with -g, or install the package's debug symbols (-dbg or -dbgsym)"
               : package;
  });
}

namespace {

/// File offset of the semaphore of the USDT mark at this very place; 0 if there is none.
uint64_t semaphore_at(const debug::Module& module, uint64_t pc) {
  const std::map<uint64_t, uint64_t>& semaphores = module.marks().semaphores;
  auto found = semaphores.find(pc);
  return found == semaphores.end() ? 0 : module.data_offset(found->second).value_or(0);
}

/// `is_mark`: the notes of the object's USDT marks say what the probe is to do.
std::shared_ptr<const ir::FunctionCode> code_around(const debug::Module& module, uint64_t pc,
                                                    bool is_mark, ResolveContext& context) {
  const debug::FunctionCode& found = module.code_at(pc);
  std::shared_ptr<const ir::FunctionCode>& known = context.codes[{&found, is_mark}];
  if (known) return known;
  auto code = std::make_shared<ir::FunctionCode>();
  code->name = found.name;
  code->ranges = found.ranges;
  code->hash = found.hash;
  if (module.build_id().empty()) code->layout = module.layout();
  if (is_mark) code->marks = module.marks().hash;
  known = code;
  return known;
}

/// The first instruction of a function that runs once in each call.
uint64_t function_start(const debug::Function& function) {
  return function.is_go ? function.prologue_end : function.entry_pc;
}

/// As the kernel's side knows it.
unsigned stack_pointer_of(const debug::Module& module) {
  return debug::kernel_register(module.machine(),
                                debug::registers_of(module.machine())->stack_pointer);
}

/// Where the frame is, at places where that does not take unwind information.
std::optional<FrameAddress> frame_of(const debug::Module& module, uint64_t pc,
                                     ir::Mechanism mechanism) {
  const debug::MachineRegisters* registers = debug::registers_of(module.machine());
  const debug::InstructionSet* set = debug::InstructionSet::of(module.machine());
  std::optional<debug::Function> function = module.function_at(pc, false);
  if (!registers || !set || !function) return std::nullopt;
  // Go moves stacks, and a 32-bit program keeps in memory whose stack it is.
  if (function->is_go && !registers->goroutine) return std::nullopt;
  FrameAddress frame{stack_pointer_of(module), set->frame_above_stack(), std::nullopt};
  if (function->is_go) frame.goroutine_register = registers->goroutine;
  if (mechanism == ir::Mechanism::Uretprobe) {
    // What is above the return address, and popped with it; of a 32-bit program the return may have popped more.
    const bool is_narrow = registers->address_size == 4;
    frame.offset = is_narrow ? -static_cast<int64_t>(module.exits(function->entry_pc).popped) : 0;
  } else if (mechanism == ir::Mechanism::Uprobe && function->entry_pc != pc && !function->is_go) {
    return std::nullopt;
  }
  return frame;
}

}  // namespace

std::optional<ResolvedProbe> make_uprobe(const ProcessTarget& target, debug::CodePoint point,
                                         ir::Mechanism mechanism, const SiteDetails& text,
                                         const Span& at, ResolveContext& context) {
  if (target.is_kernel)
    return make_kprobe(
        target, point,
        mechanism == ir::Mechanism::Uprobe ? ir::Mechanism::Kprobe : ir::Mechanism::Kretprobe, text,
        at, context);
  const uint64_t pc = point.pc;
  std::optional<uint64_t> offset = target.module->file_offset(pc);
  if (!offset) {
    context.diagnostics.semantic_error(
        "not-code", at,
        "address " + hex(pc) + " is not in executable code of " + target.module->path());
    return std::nullopt;
  }
  ResolvedProbe probe;
  probe.canonical = text.canonical;
  probe.side = ir::Side::Kernel;
  probe.mechanism = mechanism;
  probe.is_return = mechanism != ir::Mechanism::Uprobe;
  probe.site.target = target.module->path();
  probe.site.offset = *offset;
  probe.site.build_id = target.module->build_id();
  // Whatever the probe point is: the kernel wants one counter of users for a place.
  probe.site.semaphore = semaphore_at(*target.module, pc);
  probe.site.pid = target.pid;
  probe.site.function = text.function;
  probe.source = text.source;
  // What is written means the function; its return instruction is on a line of its own.
  if (mechanism == ir::Mechanism::UprobeAtReturn)
    probe.source = target.module->line_at(pc).value_or(text.source);
  if (text.source.line != 0)
    probe.site.file_line =
        fs::path(text.source.file).filename().string() + ":" + std::to_string(text.source.line);
  std::string no_variables = why_no_variables(*target.module, pc);
  if (no_variables.empty())
    probe.scope = make_dwarf_scope(target.module, point, text.scope, mechanism, context);
  else
    probe.scope = make_no_debuginfo_scope(no_variables, target.module);
  if (context.is_listing) return probe;
  const bool is_mark = text.is_mark || probe.site.semaphore != 0;
  probe.site.code = code_around(*target.module, pc, is_mark, context);
  probe.frame = frame_of(*target.module, pc, mechanism);
  if (mechanism != ir::Mechanism::Uretprobe && no_variables.empty()) {
    std::optional<debug::Function> function = target.module->function_at(pc, false);
    uint64_t start = function ? function_start(*function) : 0;
    std::optional<uint64_t> start_offset =
        function ? target.module->file_offset(start) : std::nullopt;
    if (start_offset && start != pc) {
      auto entry = std::make_shared<ResolvedProbe>(probe);
      entry->mechanism = ir::Mechanism::Uprobe;
      entry->is_return = false;
      entry->site.offset = *start_offset;
      entry->site.semaphore = semaphore_at(*target.module, start);
      entry->scope = make_dwarf_scope(target.module, {start, 0}, 0, ir::Mechanism::Uprobe, context);
      entry->frame = frame_of(*target.module, start, ir::Mechanism::Uprobe);
      probe.entry = std::move(entry);
    }
  }
  return probe;
}

std::string hex(uint64_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << value;
  return text.str();
}

}  // namespace coretap::probes
