// getopt_long does the parsing: stap's users combine letters (`-gp4`, `-DMAXACTION=5`), and
// options may also follow the script (getopt permutes); `--` ends them.
#include "options.h"

#include <getopt.h>

#include <cstdlib>
#include <cstring>
#include <ostream>

namespace coretap {

namespace {

enum LongOnly {
  kBuild = 1000,
  kBtf,
  kPortable,
  kExplainNeeds,
  kAccounts,
  kDumpFunctions,
  kDumpProbeTypes,
  kDumpProbeAliases,
  kDisableCache,
  kVp,
  kCompatible,
  kNoGlobals,
  kRuntime,
  kPrivilege,
};

const option kLongOptions[] = {
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'V'},
    {"build", required_argument, nullptr, kBuild},
    {"btf", required_argument, nullptr, kBtf},
    {"portable", no_argument, nullptr, kPortable},
    {"explain-needs", optional_argument, nullptr, kExplainNeeds},
    {"accounts", required_argument, nullptr, kAccounts},
    {"dump-functions", no_argument, nullptr, kDumpFunctions},
    {"dump-probe-types", no_argument, nullptr, kDumpProbeTypes},
    {"dump-probe-aliases", no_argument, nullptr, kDumpProbeAliases},
    {"disable-cache", no_argument, nullptr, kDisableCache},
    {"poison-cache", no_argument, nullptr, kDisableCache},
    {"vp", required_argument, nullptr, kVp},
    {"compatible", required_argument, nullptr, kCompatible},
    {"runtime", required_argument, nullptr, kRuntime},
    {"bpf", no_argument, nullptr, kCompatible + 100},
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

}  // namespace

bool parse_options(int argc, char** argv, Options& o, std::ostream& err) {
  long number = 0;
  std::string name, value, module_name;
  opterr = 0;
  auto fail = [&](const std::string& message) {
    err << "ERROR [usage]: " << message << "\n        try 'coretap --help'\n";
    return false;
  };
  for (int c; (c = getopt_long(argc, argv, ":hVe:E:l:L:p:vd:gukwWtFqI:D:G:c:x:o:m:r:s:S:T:a:B:R:bP",
                               kLongOptions, nullptr)) != -1;) {
    switch (c) {
      case 'h': o.mode = Options::Mode::Help; return true;
      case 'V': o.mode = Options::Mode::Version; return true;
      case 'e':
        o.script_text = optarg;
        o.has_script_text = true;
        break;
      case 'E': o.extra_scripts.emplace_back(optarg); break;
      case 'l':
        o.mode = Options::Mode::List;
        o.listing = optarg;
        break;
      case 'L':
        o.mode = Options::Mode::ListVariables;
        o.listing = optarg;
        break;
      case 'p':
        if (!to_number(optarg, 1, 5, number))
          return fail(std::string("-p takes a pass number from 1 to 5, not '") + optarg + "'");
        o.last_pass = static_cast<int>(number);
        break;
      case 'v': o.verbose++; break;
      case 'd': o.dump = optarg; break;
      case 'g': o.guru = true; break;
      case 'u': o.keep_unused = true; break;
      case 'k': o.keep_files = true; break;
      case 'w': o.no_warnings = true; break;
      case 'W': o.warnings_are_errors = true; break;
      case 't': o.timing = true; break;
      case 'I': o.tapset_dirs.emplace_back(optarg); break;
      case 'D':
        if (!split_assignment(optarg, name, value)) return fail("-D takes NAME=VALUE");
        o.defines[name] = value;
        break;
      case 'G':
        if (!split_assignment(optarg, name, value) || !std::strchr(optarg, '='))
          return fail(std::string("-G takes NAME=VALUE, not '") + optarg + "'");
        o.globals.emplace_back(name, value);
        break;
      case 'c': o.command = optarg; break;
      case 'x':
        if (!to_number(optarg, 1, 1L << 22, number))
          return fail(std::string("-x takes a process id, not '") + optarg + "'");
        o.target_pid = number;
        break;
      case 'o': o.output = optarg; break;
      case 'm': module_name = optarg; break;
      case 'r': o.kernel_release = optarg; break;
      case 's':
        if (!to_number(optarg, 1, 4095, number))
          return fail("-s takes a buffer size in MB, 1 to 4095");
        o.buffer_mb = static_cast<unsigned>(number);
        break;
      case 'T':
        if (!to_number(optarg, 1, 1 << 30, number)) return fail("-T takes a number of seconds");
        o.timeout_s = static_cast<unsigned>(number);
        break;
      case kBuild: o.build = optarg; break;
      case kBtf: o.btf = optarg; break;
      case kPortable: o.portable = true; break;
      case kExplainNeeds:
        if (optarg && std::strcmp(optarg, "json") != 0)
          return fail(std::string("--explain-needs takes nothing or 'json', not '") + optarg + "'");
        o.explain_needs = true;
        o.explain_as_json = optarg != nullptr;
        break;
      case kAccounts: o.accounts = optarg; break;
      case kDumpFunctions: o.mode = Options::Mode::DumpFunctions; break;
      case kDumpProbeTypes: o.mode = Options::Mode::DumpProbeTypes; break;
      case kDumpProbeAliases: o.mode = Options::Mode::DumpProbeAliases; break;
      case kDisableCache: o.no_cache = true; break;
      case ':': return fail(std::string("option '") + argv[optind - 1] + "' needs a value");
      case '?':
        return fail(std::string("unknown option '") +
                    (optopt && optopt < 256 ? std::string("-") + static_cast<char>(optopt)
                                            : std::string(argv[optind - 1])) +
                    "'");
      default: break;  // accepted for stap's sake, without effect: -F -q -b -P -B -R -a -S --vp …
    }
  }
  bool needs_script = o.mode == Options::Mode::Run;
  if (needs_script && !o.has_script_text) {
    if (optind >= argc) return fail("a script must be given: a file, '-', or -e 'TEXT'");
    o.script_path = argv[optind++];
  }
  for (; optind < argc; optind++) o.arguments.emplace_back(argv[optind]);
  if (!module_name.empty() && o.last_pass == 4 && o.build.empty()) o.build = module_name;
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
  -s MB          size of the kernel-to-user buffer
  -t             report the run time of each probe at the end
  --accounts=FILE  write what was handled, skipped and lost to FILE, as JSON
Build
  --build=FILE   write one static executable (same as -p4 -m FILE); run FILE --help
  --btf FILE     use this kernel's BTF instead of the running kernel's
  --portable     refuse probes and types that are bound to one build of a file
  -D NAME=VALUE  set a limit, e.g. -D MAXSTRINGLEN=256 -D MAXACTION=10000
  -I DIR         also look for tapsets in DIR
  -g             guru mode: embedded C is allowed
  --disable-cache  compile anew
Look
  -l PATTERN     list probe points; -L also their variables
  -p N           stop after pass 1 parse, 2 elaborate, 3 translate, 4 compile, 5 run
  --explain-needs  list what each probe needs of the kernel, and whether it is there
                 (--explain-needs=json: for programs)
  -v             say how long each pass takes; -vv says how probes are attached
  -d NAME        print one stage: ast, ir-lowered, ir, kernel-c, kernel-base-c, harness
  --dump-functions --dump-probe-types --dump-probe-aliases
  -w / -W        no warnings / warnings are errors
  -h -V          this help; the version
)";
}

}  // namespace coretap
