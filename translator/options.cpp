// getopt_long does the parsing: stap's users combine letters (`-gp4`, `-DMAXACTION=5`), and
// options may also follow the script (getopt permutes); `--` ends them.
#include "options.h"

#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include "syntax/parse.h"

namespace coretap {

namespace {

enum LongOnly {
  kBuild = 1000,
  kBtf,
  kVmlinux,
  kPortable,
  kExplainNeeds,
  kAccounts,
  kTargetNamespaces,
  kLines,
  kJson,
  kWhy,
  kLesson,
  kDumpFunctions,
  kDumpProbeTypes,
  kDumpProbeAliases,
  kDisableCache,
  kVp,
  kCompatible,
  kNoGlobals,
  kRuntime,
  kPrivilege,
  kBpf,
  kSuppressErrors,
  kSuppressTimeLimits,
  kNoEffect,
};

const option kLongOptions[] = {
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'V'},
    {"build", required_argument, nullptr, kBuild},
    {"btf", required_argument, nullptr, kBtf},
    {"vmlinux", required_argument, nullptr, kVmlinux},
    {"portable", no_argument, nullptr, kPortable},
    {"explain-needs", optional_argument, nullptr, kExplainNeeds},
    {"accounts", required_argument, nullptr, kAccounts},
    {"target-namespaces", required_argument, nullptr, kTargetNamespaces},
    {"lines", required_argument, nullptr, kLines},
    {"json", no_argument, nullptr, kJson},
    {"why", no_argument, nullptr, kWhy},
    {"lesson", no_argument, nullptr, kLesson},
    {"dump-functions", no_argument, nullptr, kDumpFunctions},
    {"dump-probe-types", no_argument, nullptr, kDumpProbeTypes},
    {"dump-probe-aliases", no_argument, nullptr, kDumpProbeAliases},
    {"disable-cache", no_argument, nullptr, kDisableCache},
    {"poison-cache", no_argument, nullptr, kDisableCache},
    {"vp", required_argument, nullptr, kVp},
    {"compatible", required_argument, nullptr, kCompatible},
    {"runtime", required_argument, nullptr, kRuntime},
    {"bpf", no_argument, nullptr, kBpf},
    {"ldd", no_argument, nullptr, kNoEffect},
    {"all-modules", no_argument, nullptr, kNoEffect},
    {"privilege", required_argument, nullptr, kPrivilege},
    {"no-global-var-display", no_argument, nullptr, kNoGlobals},
    {"suppress-handler-errors", no_argument, nullptr, kSuppressErrors},
    {"suppress-time-limits", no_argument, nullptr, kSuppressTimeLimits},
    {nullptr, 0, nullptr, 0},
};

bool to_number(const char* text, long low, long high, long& value) {
  char* end = nullptr;
  errno = 0;
  value = std::strtol(text, &end, 0);
  return end != text && *end == 0 && errno == 0 && value >= low && value <= high;
}

bool split_assignment(const std::string& text, std::string& name, std::string& value) {
  size_t equals = text.find('=');
  name = text.substr(0, equals);
  value = equals == std::string::npos ? "1" : text.substr(equals + 1);
  return !name.empty();
}

/// "SIZE[,N]" of -S: megabytes of one output file, and how many are kept.
bool parse_rotation(const std::string& text, Options& o) {
  size_t comma = text.find(',');
  long size = 0, files = 0;
  if (!to_number(text.substr(0, comma).c_str(), 1, 1 << 20, size)) return false;
  if (comma != std::string::npos && !to_number(text.c_str() + comma + 1, 1, 1 << 20, files))
    return false;
  o.file_mb = static_cast<unsigned>(size);
  o.file_count = static_cast<unsigned>(files);
  return true;
}

/// "4.2" of --compatible: numbers with dots.
bool is_version(const std::string& text) {
  bool digit_before = false;
  for (char c : text) {
    bool digit = c >= '0' && c <= '9';
    if (!digit && (c != '.' || !digit_before)) return false;
    digit_before = digit;
  }
  return digit_before;
}

/// "00102" of --vp: what each of the five passes adds to -v.
bool parse_pass_verbosity(const std::string& text, Options& o) {
  if (text.empty() || text.size() > 5) return false;
  for (size_t pass = 0; pass < text.size(); pass++) {
    if (text[pass] < '0' || text[pass] > '9') return false;
    o.pass_verbose[pass] += text[pass] - '0';
  }
  return true;
}

/// The name that stap gives to a module, ".ko" behind it or not. coretap makes a file of that name, and
/// takes a folder in front.
bool is_module_name(std::string name) {
  name = name.substr(name.rfind('/') + 1);
  if (name.ends_with(".ko")) name.resize(name.size() - 3);
  auto is_part = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_part);
}

/// What --why is about: a script, if it is a file or looks like the name of one, else a question.
bool is_script_file(const std::string& text) {
  const bool is_name = text.find_first_of("($@&\"") == std::string::npos;
  return text == "-" || access(text.c_str(), F_OK) == 0 ||
         (is_name && (text.ends_with(".stp") || text.find('/') != std::string::npos));
}

/// Options of stap that cannot mean anything here: why, or null.
const char* why_refused(int option) {
  switch (option) {
    case 'a': return "-a: coretap compiles for the machine that it runs on; --build there";
    case 'b':
      return "-b: there are no files per CPU to merge: output is one stream in the order of events";
    case 'B': return "-B: there is no kernel module to build";
    default: return nullptr;
  }
}

}  // namespace

bool parse_options(int argc, char** argv, Options& o, std::ostream& err) {
  long number = 0;
  std::string name, value;
  bool suppress_time_limits = false, is_why = false;
  opterr = 0;
  auto fail = [&](const std::string& message) {
    err << "ERROR [usage]: " << message << "\n        try 'coretap --help'\n";
    return false;
  };
  for (int c; (c = getopt_long(argc, argv, ":hVe:E:l:L:p:vd:gukwWtFqI:D:G:c:x:o:m:r:s:S:T:a:B:R:bP",
                               kLongOptions, nullptr)) != -1;) {
    const char* const argument = optarg ? optarg : "";  // null where an option takes none
    switch (c) {
      case 'h': o.mode = Options::Mode::Help; return true;
      case 'V': o.mode = Options::Mode::Version; return true;
      case 'e':
        if (o.has_script_text) return fail("only one -e is possible: -E adds more of a script");
        o.script_text = argument;
        o.has_script_text = true;
        break;
      case 'E': o.extra_scripts.emplace_back(argument); break;
      case 'l':
        o.mode = Options::Mode::List;
        o.listing = argument;
        break;
      case 'L':
        o.mode = Options::Mode::ListVariables;
        o.listing = argument;
        break;
      case 'p':
        if (!to_number(argument, 1, 5, number))
          return fail(std::string("-p takes a pass number from 1 to 5, not '") + argument + "'");
        o.last_pass = static_cast<int>(number);
        break;
      case 'v': o.verbose++; break;
      case 'd':
        // stap's -d names a file whose symbols are wanted. Here those of all files are there when they are asked for.
        if (!std::strchr(argument, '/') && std::strcmp(argument, "kernel") != 0) o.dump = argument;
        break;
      case 'g': o.guru = true; break;
      case 'u': o.keep_unused = true; break;
      case 'k': o.keep_files = true; break;
      case 'w': o.no_warnings = true; break;
      case 'W': o.warnings_are_errors = true; break;
      case 't': o.timing = true; break;
      case 'I': o.tapset_dirs.emplace_back(argument); break;
      case 'R':
        if (!*argument) return fail("-R takes a folder, not ''");
        o.runtime_dir = argument;
        break;
      case 'D':
        if (!split_assignment(argument, name, value)) return fail("-D takes NAME=VALUE");
        o.defines[name] = value;
        break;
      case 'G':
        if (!split_assignment(argument, name, value) || !std::strchr(argument, '='))
          return fail(std::string("-G takes NAME=VALUE, not '") + argument + "'");
        o.globals.emplace_back(name, value);
        break;
      case 'c':
        if (!*argument) return fail("-c takes a command, not ''");
        o.command = argument;
        break;
      case 'x':
        if (!to_number(argument, 1, 1L << 22, number))
          return fail(std::string("-x takes a process id, not '") + argument + "'");
        o.target_pid = number;
        break;
      case 'o': o.output = argument; break;
      case 'm':
        if (!is_module_name(argument))
          return fail(
              std::string("-m takes a name of letters, digits and '_', in a folder or not, not '") +
              argument + "'; --build=FILE takes any");
        o.module_name = argument;
        break;
      case 'r': o.kernel_release = argument; break;
      case 's':
        if (!to_number(argument, 1, 4095, number))
          return fail("-s takes a buffer size in MB, 1 to 4095");
        o.buffer_mb = static_cast<unsigned>(number);
        break;
      case 'T':
        if (!to_number(argument, 1, 1 << 30, number)) return fail("-T takes a number of seconds");
        o.timeout_s = static_cast<unsigned>(number);
        break;
      case kBuild: o.build = argument; break;
      case kBtf: o.btf = argument; break;
      case kVmlinux: o.vmlinux = argument; break;
      case kPortable: o.portable = true; break;
      case kExplainNeeds:
        if (optarg && std::strcmp(argument, "json") != 0)
          return fail(std::string("--explain-needs takes nothing or 'json', not '") + argument +
                      "'");
        o.explain_needs = true;
        o.explain_as_json = optarg != nullptr;
        break;
      case kAccounts: o.accounts = argument; break;
      case kTargetNamespaces:
        if (!to_number(argument, 1, 1L << 22, number))
          return fail(std::string("--target-namespaces takes a process id, not '") + argument +
                      "'");
        o.namespaces_of = number;
        break;
      case kLines:
        o.mode = Options::Mode::ListLines;
        o.listing = argument;
        break;
      case kJson: o.lines_as_json = true; break;
      case kWhy: is_why = true; break;
      case kLesson: o.mode = Options::Mode::Teach; break;
      case kDumpFunctions: o.mode = Options::Mode::DumpFunctions; break;
      case kDumpProbeTypes: o.mode = Options::Mode::DumpProbeTypes; break;
      case kDumpProbeAliases: o.mode = Options::Mode::DumpProbeAliases; break;
      case kDisableCache: o.no_cache = true; break;
      case kNoGlobals: o.no_global_display = true; break;
      case kSuppressErrors: o.suppress_errors = true; break;
      case kSuppressTimeLimits: suppress_time_limits = true; break;
      case 'F': o.background = true; break;
      case 'S':
        if (!parse_rotation(argument, o))
          return fail(std::string("-S takes SIZE[,N], megabytes and a number of files, not '") +
                      argument + "'");
        break;
      case kCompatible:
        if (!is_version(argument))
          return fail(std::string("--compatible takes a version as 4.2, not '") + argument + "'");
        o.compatible = argument;
        break;
      case kVp:
        if (!parse_pass_verbosity(argument, o))
          return fail(std::string("--vp takes a digit for each of the five passes, not '") +
                      argument + "'");
        break;
      case kRuntime:
        if (std::strcmp(argument, "bpf") != 0)
          return fail(std::string("--runtime=") + argument +
                      ": coretap has the runtime 'bpf' only");
        break;
      case kPrivilege:
        if (std::strcmp(argument, "stapdev") != 0)
          return fail(
              std::string("--privilege=") + argument +
              ": loading BPF needs root or CAP_BPF and CAP_PERFMON, so only 'stapdev' is possible");
        break;
      case 'a':
      case 'b':
      case 'B': return fail(why_refused(c));
      case ':': return fail(std::string("option '") + argv[optind - 1] + "' needs a value");
      case '?':
        return fail(std::string("unknown option '") +
                    (optopt && optopt < 256 ? std::string("-") + static_cast<char>(optopt)
                                            : std::string(argv[optind - 1])) +
                    "'");
      default: break;  // accepted for stap's sake, without effect: -q -P --bpf --ldd --all-modules
    }
  }
  // stap's variable for the tapset's folder. coretap's own library stays behind it, as it stays
  // behind -I: it is a part of the translator.
  if (const char* folder = std::getenv("SYSTEMTAP_TAPSET"); folder && *folder)
    o.tapset_dirs.emplace_back(folder);
  if (!o.compatible.empty() && strverscmp(o.compatible.c_str(), kLanguageVersion) > 0)
    return fail("--compatible=" + o.compatible + ": coretap knows the language up to stap " +
                kLanguageVersion);
  if (suppress_time_limits) {
    if (!o.guru)
      return fail("--suppress-time-limits needs -g: a loop without an end is not stopped");
    for (const char* limit : {"MAXACTION", "MAXACTION_INTERRUPTIBLE"})
      o.defines[limit] = "1000000000";
  }
  if (is_why && o.mode != Options::Mode::Run)
    return fail("--why takes a question or a script, and lists nothing");
  if (is_why && !o.has_script_text && optind >= argc)
    return fail("--why takes a question or a script: a file, '-', or -e 'TEXT'");
  if (is_why && !o.has_script_text && !is_script_file(argv[optind])) {
    o.mode = Options::Mode::Answer;
    o.question = argv[optind++];
    if (optind < argc)
      return fail(std::string("--why takes one question, not also '") + argv[optind] + "'");
  }
  if (o.mode == Options::Mode::Teach) {
    if (optind < argc) o.lesson = argv[optind++];
    if (!o.has_script_text && optind < argc) o.script_path = argv[optind++];
    if (optind < argc)
      return fail(std::string("--lesson takes a number and one script, not also '") + argv[optind] +
                  "'");
  }
  o.explain_script = is_why && o.mode == Options::Mode::Run;
  o.explain_needs |= o.explain_script;
  bool needs_script = o.mode == Options::Mode::Run;
  if (needs_script && !o.has_script_text) {
    if (optind >= argc) return fail("a script must be given: a file, '-', or -e 'TEXT'");
    o.script_path = argv[optind++];
  }
  for (; optind < argc; optind++) o.arguments.emplace_back(argv[optind]);
  if (o.lines_as_json && o.mode != Options::Mode::ListLines)
    return fail("--json needs --lines: it is about that listing");
  if (o.mode == Options::Mode::ListLines && o.arguments.size() > 1)
    return fail("--lines takes one FILE[:FROM-TO], not also '" + o.arguments[1] + "'");
  if (!o.module_name.empty() && o.last_pass == 4 && o.build.empty()) o.build = o.module_name;
  if (o.file_mb && o.output.empty()) return fail("-S needs -o FILE: it is about output files");
  if (o.background && o.output.empty())
    return fail(
        "-F needs -o FILE: the session has a part in user space, which must write somewhere when "
        "it "
        "runs in the background");
  if (!o.command.empty() && o.target_pid) return fail("-c and -x cannot be used together");
  return true;
}

void print_version(std::ostream& out) {
  out << "coretap 0.1.0: SystemTap's language, compiled to eBPF\n"
         "LGPL-2.1-only OR BSD-2-Clause\n";
}

void print_help(std::ostream& out) {
  out << R"(usage: coretap [options] FILE [arguments]        run the script in FILE
       coretap [options] -e 'SCRIPT' [arguments] run the script given
       coretap [options] - [arguments]           run the script on standard input
       coretap -l|-L 'PROBE-POINT'               list matching probe points

Run
  -c CMD         start CMD and end when it ends; target() is its process id
  -x PID         target() is PID
  -o FILE        write the script's output to FILE
  -G NAME=VALUE  set a global's initial value
  -T SECONDS     end after SECONDS
  -S MB[,N]      with -o: begin a new file (FILE.0, FILE.1 …) after MB, keep the last N
  -F             with -o: go to the background once the probes are there; prints the process id
  --no-global-var-display  do not show globals that are only written at the end
  --suppress-handler-errors  a run-time error only ends its handler; their number is told at the end
  --suppress-time-limits  with -g: MAXACTION is a thousand million
  --compatible=VERSION  the language as of that version of stap, for %( systemtap_v … %)
  -s MB          size of the kernel-to-user buffer
  -t             report the run time of each probe at the end
  --target-namespaces=PID  the namespaces of ns_pid() and the like are those of process PID
  --accounts=FILE  write what was handled, skipped and lost to FILE, as JSON
Build
  --build=FILE   write one static executable (same as -p4 -m FILE); run FILE --help
  -r RELEASE     for that kernel: its vmlinux is looked for; -r /DIR: in that build tree
  --vmlinux FILE the kernel's file with debug information, which also has the types
  --btf FILE     use this kernel's BTF instead of the running kernel's
  --portable     refuse probes and types that are bound to one build of a file
  -D NAME=VALUE  set a limit, e.g. -D MAXSTRINGLEN=256 -D MAXACTION=10000
  -I DIR         also look for tapsets in DIR
  -R DIR         the headers of generated code are in DIR, not where coretap is installed
                 (so are its own tapsets in $CORETAP_TAPSETS)
  -u             keep what the script does not use
  -g             guru mode: embedded C is allowed
  --disable-cache  compile anew
                 (compiled scripts are kept in $CORETAP_CACHE_DIR, else ~/.cache/coretap; of all
                 together, up to $CORETAP_CACHE_MB_LIMIT megabytes, else 256, are kept)
Look
  -l PATTERN     list probe points; -L also their variables
  -p N           stop after pass 1 parse, 2 elaborate, 3 translate, 4 compile, 5 run
  --lines 'process("P")' [FILE[:FROM-TO]]  print source with the lines that can be probed;
                 -v also variables; --json for programs
  --why QUESTION  '$x @ POINT': why a variable can be read there or not, and where it can be;
                 'POINT': why these are its sites; a script: what runs in the kernel, and why
  --lesson [N [SCRIPT]]  lessons: all of them, the task of one, or a check of your script for it
  --explain-needs  list what each probe needs of the kernel, and whether it is there
                 (--explain-needs=json: for programs)
  -v             say how long each pass takes; -vv says how probes are attached
  --vp ABCDE     more of it for single passes, one digit each
  -d NAME        print one stage: ast, ir-lowered, ir, kernel-c, kernel-base-c, harness,
                 or the IR after a pass: dead-code, sink, split, place-globals, size-strings, …
                 (stap's -d FILE is accepted: FILE has a '/', or is "kernel"; so are --ldd and --all-modules)
  --dump-functions --dump-probe-types --dump-probe-aliases
  -w / -W        no warnings / warnings are errors
  -h -V          this help; the version
)";
}

}  // namespace coretap
