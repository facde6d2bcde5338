#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <iterator>

namespace ct {
namespace {

void print_help(const Program& program, const char* name) {
  ::printf(
      "Usage: %s [options]\n"
      "Runs %s, compiled by coretap. Needs a Linux kernel with BTF, and root if it has probes.\n\n"
      "  -c CMD          start the probes, run CMD, end when it ends; target() is its pid\n"
      "  -x PID          make target() PID\n"
      "  -o FILE         write output to FILE (strftime formats)\n"
      "  -S MB[,N]       with -o: begin a new file (FILE.0, FILE.1 ...) after MB, keep the last N\n"
      "  -F              with -o: go to the background once the probes are there; prints the "
      "process id\n"
      "  --output=json   output for programs: one JSON object a line\n"
      "  -G NAME=VALUE   set a global variable of the script\n"
      "  -D LIMIT=N      set MAXMAPENTRIES, MAXERRORS, MAXNESTING or MAXSKIPPED\n"
      "  -s MB           size of the buffer between kernel and user space\n"
      "  -T SECONDS      end after this time\n"
      "  --explain-needs  list what each probe needs of the kernel, and whether it is here\n"
      "                  (--explain-needs=json: for programs)\n"
      "  --check-load    only load the kernel code, and say whether this kernel takes it\n"
      "  --target-namespaces=PID  the namespaces of ns_pid() and the like are those of PID\n"
      "  --accounts=FILE write what was handled, skipped and lost to FILE, as JSON\n"
      "  --metrics=ADDR:PORT  serve the globals and accounts to Prometheus, at /metrics\n"
      "  --for-remote=SECONDS  as coretap --remote starts it: end with standard input, or when "
      "nothing\n"
      "                  comes from there for so long\n"
      "  -t              report at the end how often each probe was hit\n"
      "  -w              no warnings\n"
      "  -v              say more\n"
      "  -V, --version   the version of coretap that made it\n"
      "  -h, --help      this text\n",
      name, program.script_name);
  bool any = false;
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (g.is_array || g.value == Kind::Stat) continue;
    if (!any) ::printf("\nGlobal variables for -G:\n");
    any = true;
    if (g.value == Kind::Long)
      ::printf("  %s = %lld\n", g.name, g.has_init ? g.init_long : 0);
    else
      ::printf("  %s = \"%.*s\"\n", g.name, g.has_init ? static_cast<int>(g.init_str.size) : 0,
               g.has_init ? g.init_str.data : "");
  }
}

bool parse_number(const char* text, long low, long high, long& value) {
  char* end;
  errno = 0;
  value = strtol(text, &end, 10);
  return *text != '\0' && *end == '\0' && errno == 0 && value >= low && value <= high;
}

bool add_global(const char* text, RunOptions& options) {
  std::string assignment = text;
  size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  options.globals.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
  return true;
}

bool add_limit(const char* text, RunOptions& options) {
  std::string assignment = text;
  size_t equals = assignment.find('=');
  if (equals == std::string::npos) return false;
  std::string name = assignment.substr(0, equals);
  long value;
  const char* const known[] = {"MAXMAPENTRIES", "MAXERRORS", "MAXNESTING", "MAXSKIPPED"};
  if (std::none_of(std::begin(known), std::end(known), [&](auto* each) { return name == each; }))
    return false;
  if (!parse_number(assignment.c_str() + equals + 1, 0, INT_MAX, value)) return false;
  options.limits.emplace_back(name, value);
  return true;
}

enum LongOnly {
  kExplainNeeds = 1000,
  kAccounts,
  kCheckLoad,
  kTargetNamespaces,
  kOutput,
  kForRemote,
  kMetrics
};

bool apply(int option, const char* argument, RunOptions& options) {
  long number;
  switch (option) {
    case 'c': options.command = argument; return *argument != '\0';
    case 'o': options.output_path = argument; return *argument != '\0';
    case 'G': return add_global(argument, options);
    case 'D': return add_limit(argument, options);
    case 'x':
      if (!parse_number(argument, 1, INT_MAX, number)) return false;
      options.target_pid = number;
      return true;
    case 'S': return parse_rotation(argument, options.file_mb, options.file_count);
    case 'F': options.background = true; return true;
    case 's':
      if (!parse_number(argument, 1, 2047, number)) return false;
      options.buffer_mb = static_cast<unsigned>(number);
      return true;
    case 'T':
      if (!parse_number(argument, 1, INT_MAX, number)) return false;
      options.timeout_s = static_cast<unsigned>(number);
      return true;
    case kExplainNeeds:
      options.explain_needs = true;
      options.explain_as_json = argument && strcmp(argument, "json") == 0;
      return !argument || options.explain_as_json;
    case kCheckLoad: options.check_load = true; return true;
    case kTargetNamespaces:
      if (!parse_number(argument, 1, INT_MAX, number)) return false;
      options.namespaces_of = number;
      return true;
    case kOutput:
      options.output_json = strcmp(argument, "json") == 0;
      return options.output_json || strcmp(argument, "text") == 0;
    case kForRemote:
      if (!parse_number(argument, 1, INT_MAX / 1000, number)) return false;
      options.lifeline_s = static_cast<unsigned>(number);
      return true;
    case kMetrics: options.metrics = argument; return *argument != '\0';
    case kAccounts: options.accounts_path = argument; return *argument != '\0';
    case 't': options.timing = true; return true;
    case 'w': options.no_warnings = true; return true;
    case 'v': ++options.verbose; return true;
  }
  return false;
}

/// What is wrong with options that need others, or "".
const char* missing(const RunOptions& options) {
  if (!options.output_path.empty()) return "";
  if (options.file_mb != 0) return "-S needs -o FILE: it is about output files";
  if (options.background) return "-F needs -o FILE: in the background the output must go somewhere";
  return "";
}

}  // namespace

const char* const kVersion = "coretap " CORETAP_VERSION;

bool parse_rotation(const std::string& text, unsigned& megabytes, unsigned& files) {
  const size_t comma = text.find(',');
  long size = 0, count = 0;
  if (!parse_number(text.substr(0, comma).c_str(), 1, 1 << 20, size)) return false;
  if (comma != std::string::npos && !parse_number(text.c_str() + comma + 1, 1, 1 << 20, count))
    return false;
  megabytes = static_cast<unsigned>(size);
  files = static_cast<unsigned>(count);
  return true;
}

bool parse_options(const Program& program, int argc, char** argv, RunOptions& options,
                   int& status) {
  const option kLong[] = {{"help", no_argument, nullptr, 'h'},
                          {"version", no_argument, nullptr, 'V'},
                          {"explain-needs", optional_argument, nullptr, kExplainNeeds},
                          {"check-load", no_argument, nullptr, kCheckLoad},
                          {"accounts", required_argument, nullptr, kAccounts},
                          {"output", required_argument, nullptr, kOutput},
                          {"target-namespaces", required_argument, nullptr, kTargetNamespaces},
                          {"metrics", required_argument, nullptr, kMetrics},
                          {"for-remote", required_argument, nullptr, kForRemote},
                          {nullptr, 0, nullptr, 0}};
  int at = 0;  // in kLong
  optind = 0;  // start anew: tests call this more than once
  for (int c; (c = getopt_long(argc, argv, "c:x:o:S:FG:D:s:T:twvVh", kLong, &at)) != -1;) {
    if (c == 'h' || c == 'V') {
      if (c == 'h') print_help(program, argv[0]);
      if (c == 'V') ::printf("%s, compiled by %s\n", program.script_name, kVersion);
      status = 0;
      return false;
    }
    if (c != '?' && apply(c, optarg, options)) continue;
    std::string given = c < kExplainNeeds ? std::string("-") + static_cast<char>(c)
                                          : std::string("--") + kLong[at].name;
    if (c != '?') fprintf(stderr, "ERROR: %s: '%s' is not a valid value\n", given.c_str(), optarg);
    fprintf(stderr, "Try '%s --help'.\n", argv[0]);
    status = 1;
    return false;
  }
  if (optind < argc) {
    fprintf(stderr,
            "ERROR: unexpected argument '%s': script arguments are fixed when the binary is built\n"
            "Try '%s --help'.\n",
            argv[optind], argv[0]);
    status = 1;
    return false;
  }
  if (const char* wrong = missing(options); *wrong) {
    fprintf(stderr, "ERROR: %s\nTry '%s --help'.\n", wrong, argv[0]);
    status = 1;
    return false;
  }
  return true;
}

}  // namespace ct
