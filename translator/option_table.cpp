#include "option_table.h"

namespace coretap {

const std::vector<OptionRow>& option_table() {
  using G = OptionGroup;
  using V = OptionValue;
  static const std::vector<OptionRow> table = {
      {'c', nullptr, G::Run, V::Command, "CMD",
       "start CMD and end when it ends; target() is its process id"},
      {'x', nullptr, G::Run, V::Process, "PID", "target() is PID"},
      {'e', nullptr, G::Run, V::Script, "SCRIPT", "the script is the argument, not a file"},
      {kExample, "example", G::Run, V::None, nullptr,
       "FILE is the name of a script that comes with coretap; without FILE: list them"},
      {'E', nullptr, G::Run, V::Script, "SCRIPT", "run SCRIPT in addition"},
      {'o', nullptr, G::Run, V::File, "FILE", "write the script's output to FILE"},
      {'G', nullptr, G::Run, V::Text, "NAME=VALUE", "set a global's initial value"},
      {'T', nullptr, G::Run, V::Text, "SECONDS", "end after SECONDS"},
      {'S', nullptr, G::Run, V::Text, "MB[,N]",
       "with -o: begin a new file (FILE.0, FILE.1 …) after MB, keep the last N"},
      {'F', nullptr, G::Run, V::None, nullptr,
       "with -o: go to the background once the probes are there; prints the process id"},
      {kNoGlobals, "no-global-var-display", G::Run, V::None, nullptr,
       "do not show globals that are only written at the end"},
      {kSuppressErrors, "suppress-handler-errors", G::Run, V::None, nullptr,
       "a run-time error only ends its handler; their number is told at the end"},
      {kSuppressTimeLimits, "suppress-time-limits", G::Run, V::None, nullptr,
       "with -g: MAXACTION is a thousand million"},
      {kCompatible, "compatible", G::Run, V::Text, "VERSION",
       "the language as of that version of stap, for %( systemtap_v … %)"},
      {'s', nullptr, G::Run, V::Text, "MB", "size of the kernel-to-user buffer"},
      {'t', nullptr, G::Run, V::None, nullptr, "report the run time of each probe at the end"},
      {kTargetNamespaces, "target-namespaces", G::Run, V::Process, "PID",
       "the namespaces of ns_pid() and the like are those of process PID"},
      {kAccounts, "accounts", G::Run, V::File, "FILE",
       "write what was handled, skipped and lost to FILE, as JSON"},

      {kBuild, "build", G::Build, V::File, "FILE",
       "write one static executable (same as -p4 -m FILE); run FILE --help"},
      {'m', nullptr, G::Build, V::Text, "NAME",
       "the name of the session, and with -p4 of the executable"},
      {'r', nullptr, G::Build, V::Text, "RELEASE",
       "for that kernel: its vmlinux is looked for; -r /DIR: in that build tree"},
      {kVmlinux, "vmlinux", G::Build, V::File, "FILE",
       "the kernel's file with debug information, which also has the types"},
      {kBtf, "btf", G::Build, V::File, "FILE",
       "use this kernel's BTF instead of the running kernel's"},
      {kPortable, "portable", G::Build, V::None, nullptr,
       "refuse probes and types that are bound to one build of a file"},
      {'D', nullptr, G::Build, V::Text, "NAME=VALUE",
       "set a limit, e.g. -D MAXSTRINGLEN=256 -D MAXACTION=10000"},
      {'I', nullptr, G::Build, V::Folder, "DIR", "also look for tapsets in DIR"},
      {'R', nullptr, G::Build, V::Folder, "DIR",
       "the headers of generated code are in DIR, not where coretap is installed (so are its own "
       "tapsets in $CORETAP_TAPSETS)"},
      {'u', nullptr, G::Build, V::None, nullptr, "keep what the script does not use"},
      {'g', nullptr, G::Build, V::None, nullptr, "guru mode: embedded C is allowed"},
      {'k', nullptr, G::Build, V::None, nullptr, "keep the generated files, and say where"},
      {kDisableCache, "disable-cache", G::Build, V::None, nullptr,
       "compile anew (compiled scripts are kept in $CORETAP_CACHE_DIR, else ~/.cache/coretap; of "
       "all together, up to $CORETAP_CACHE_MB_LIMIT megabytes, else 256, are kept)"},
      {kDisableCache, "poison-cache", G::Build, V::None, nullptr, "the same"},

      {'l', nullptr, G::Look, V::ProbePoint, "PATTERN", "list the probe points that match"},
      {'L', nullptr, G::Look, V::ProbePoint, "PATTERN", "the same, with their variables"},
      {'p', nullptr, G::Look, V::Words, "N",
       "stop after pass 1 parse, 2 elaborate, 3 translate, 4 compile, 5 run", "1 2 3 4 5"},
      {kLines, "lines", G::Look, V::Object, "'process(\"P\")'",
       "print source with the lines that can be probed, of all files or of the argument "
       "FILE[:FROM-TO]; -v also variables"},
      {kJson, "json", G::Look, V::None, nullptr, "with --lines: the same for programs"},
      {kExplainNeeds, "explain-needs", G::Look, V::Words, "[json]",
       "list what each probe needs of the kernel, and whether it is there; json: for programs",
       "json"},
      {'v', nullptr, G::Look, V::None, nullptr,
       "say how long each pass takes; -vv says how probes are attached"},
      {kVp, "vp", G::Look, V::Text, "ABCDE", "more of it for single passes, one digit each"},
      {'d', nullptr, G::Look, V::Text, "STAGE",
       "print one stage: ast, ir-lowered, ir, kernel-c, kernel-base-c, harness, or the IR after a "
       "pass: dead-code, sink, split, place-globals, size-strings, … (stap's -d FILE is accepted: "
       "FILE has a '/', or is \"kernel\")"},
      {kDoctor, "doctor", G::Look, V::None, nullptr,
       "say what this machine can do for scripts, what is missing, and what mends it"},
      {kDumpFunctions, "dump-functions", G::Look, V::None, nullptr, "list the tapset functions"},
      {kDumpProbeTypes, "dump-probe-types", G::Look, V::None, nullptr,
       "list the kinds of probe points"},
      {kDumpProbeAliases, "dump-probe-aliases", G::Look, V::None, nullptr,
       "list the probe aliases of the tapsets"},
      {kColor, "color", G::Look, V::Words, "[WHEN]",
       "colours in messages: never, auto (if standard error is a terminal and $NO_COLOR is not "
       "set) or "
       "always, which it is without WHEN; $SYSTEMTAP_COLORS says which",
       "never auto always"},
      {kColor, "colour", G::Look, V::Words, "[WHEN]", "the same", "never auto always"},
      {'w', nullptr, G::Look, V::None, nullptr, "no warnings"},
      {'W', nullptr, G::Look, V::None, nullptr, "warnings are errors"},
      {'h', "help", G::Look, V::None, nullptr, "this help"},
      {'V', "version", G::Look, V::None, nullptr, "the version"},

      {kRuntime, "runtime", G::NoEffect, V::Words, "bpf", "there is no other runtime", "bpf"},
      {kNoEffect, "bpf", G::NoEffect, V::None, nullptr, "the same"},
      {kPrivilege, "privilege", G::NoEffect, V::Words, "stapdev",
       "loading BPF needs root or CAP_BPF and CAP_PERFMON, so there is no other level", "stapdev"},
      {kNoEffect, "ldd", G::NoEffect, V::None, nullptr,
       "the symbols of all files are there when they are asked for"},
      {kNoEffect, "all-modules", G::NoEffect, V::None, nullptr, "the same"},
      {'q', nullptr, G::NoEffect, V::None, nullptr, "there is no report of tapset coverage"},
      {'P', nullptr, G::NoEffect, V::None, nullptr,
       "parameters are read where the debug information says that they are"},

      {'a', nullptr, G::Refused, V::Text, "ARCH",
       "coretap compiles for the machine that it runs on; --build there"},
      {'b', nullptr, G::Refused, V::None, nullptr,
       "there are no files per CPU to merge: output is one stream in the order of events"},
      {'B', nullptr, G::Refused, V::Text, "NAME=VALUE", "there is no kernel module to build"},

      {kComplete, "complete", G::Hidden, V::None, nullptr,
       "the words that follow are those of a command line up to the cursor; for the shells"},
      {kDumpOptions, "dump-options", G::Hidden, V::None, nullptr, "this table"},
  };
  return table;
}

}  // namespace coretap
