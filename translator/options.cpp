// getopt_long does the parsing: stap's users combine letters (`-gp4`, `-DMAXACTION=5`), and
// options may also follow the script (getopt permutes); `--` ends them.
#include "options.h"

#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include "help.h"
#include "option_table.h"
#include "runtime/user/run/options.h"
#include "syntax/parse.h"

namespace coretap {

namespace {

/// The table as getopt_long(3) takes it.
struct GetoptTables {
  std::string letters = ":";
  std::vector<option> names;

  GetoptTables() {
    for (const OptionRow& row : option_table()) {
      int argument = !row.value_name           ? no_argument
                     : has_optional_value(row) ? optional_argument
                                               : required_argument;
      if (has_letter(row))
        letters += static_cast<char>(row.code) +
                   std::string(static_cast<size_t>(argument == required_argument), ':');
      if (row.name) names.push_back({row.name, argument, nullptr, row.code});
    }
    names.push_back({nullptr, 0, nullptr, 0});
  }
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

/// An option of stap that cannot mean anything here, of a letter or of a name: why.
std::string why_refused(int code, const char* name) {
  for (const OptionRow& row : option_table()) {
    if (row.group != OptionGroup::Refused || row.code != code) continue;
    if (has_letter(row)) return std::string("-") + static_cast<char>(code) + ": " + row.text;
    if (std::strcmp(row.name, name) == 0) return std::string("--") + name + ": " + row.text;
  }
  return "";
}

/// What cannot be had together with --remote, or "".
std::string why_not_remote(const Options& o) {
  if (o.remotes.empty()) return "";
  if (o.mode != Options::Mode::Run || o.last_pass != 5 || !o.dump.empty() || o.explain_needs)
    return "--remote runs a script: what is asked for here is about this machine";
  if (!o.build.empty())
    return "--remote and --build cannot be used together: a run builds by itself";
  if (o.background)
    return "-F and --remote cannot be used together: a run ends with its connections";
  if (!o.accounts.empty())
    return "--accounts and --remote cannot be used together: each machine has accounts of its own; "
           "--output=json has them in the output";
  if (o.output_json && o.remote_prefix)
    return "--remote-prefix and --output=json cannot be used together: a line with a prefix is not "
           "JSON";
  return "";
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
  const GetoptTables tables;
  int index = 0;
  for (int c;
       (c = getopt_long(argc, argv, tables.letters.c_str(), tables.names.data(), &index)) != -1;) {
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
      case kBuild:
        if (!*argument) return fail("--build takes the name of a file");
        o.build = argument;
        break;
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
      case kExplain:
        if (optarg && !*optarg) return fail("--explain takes nothing or a file, not ''");
        o.explain_stages = true;
        o.explain_file = argument;
        break;
      case kAccounts: o.accounts = argument; break;
      case kOutput:
        o.output_json = std::strcmp(argument, "json") == 0;
        if (!o.output_json && std::strcmp(argument, "text") != 0)
          return fail(std::string("--output takes text or json, not '") + argument + "'");
        break;
      case kTargetNamespaces:
        if (!to_number(argument, 1, 1L << 22, number))
          return fail(std::string("--target-namespaces takes a process id, not '") + argument +
                      "'");
        o.namespaces_of = number;
        break;
      case kMetrics:
        if (!*argument) return fail("--metrics takes ADDR:PORT or :PORT, not ''");
        o.metrics = argument;
        break;
      case kRemote: {
        ct::Result<remote::Address> address = remote::parse_address(argument);
        if (!address) return fail("--remote: " + address.failure().text());
        o.remotes.push_back(*std::move(address));
        break;
      }
      case kRemotePrefix: o.remote_prefix = true; break;
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
      case kComplete:
        o.mode = Options::Mode::Complete;
        o.arguments.assign(argv + optind, argv + argc);
        return true;
      case kDumpOptions: o.mode = Options::Mode::DumpOptions; return true;
      case kColor:
        if (!optarg || std::strcmp(argument, "always") == 0)
          o.color = UseColor::Always;
        else if (std::strcmp(argument, "never") == 0)
          o.color = UseColor::Never;
        else if (std::strcmp(argument, "auto") == 0)
          o.color = UseColor::Auto;
        else
          return fail(std::string("--color takes never, auto or always, not '") + argument + "'");
        break;
      case kExample: o.is_example = true; break;
      case kDoctor: o.mode = Options::Mode::Doctor; break;
      case kFormat: o.mode = Options::Mode::Format; break;
      case kLanguageServer: o.mode = Options::Mode::LanguageServer; break;
      case kInPlace: o.in_place = true; break;
      case kDisableCache: o.no_cache = true; break;
      case kPoisonCache: o.poison_cache = true; break;
      case kNoGlobals: o.no_global_display = true; break;
      case kSuppressErrors: o.suppress_errors = true; break;
      case kSuppressTimeLimits: suppress_time_limits = true; break;
      case 'F': o.background = true; break;
      case 'S':
        if (!ct::parse_rotation(argument, o.file_mb, o.file_count))
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
      case 'B':
      case 'i':
      case kRefused: return fail(why_refused(c, tables.names[static_cast<size_t>(index)].name));
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
  if (o.explain_stages && (is_why || o.mode != Options::Mode::Run || o.explain_needs ||
                           !o.build.empty() || !o.dump.empty() || o.last_pass != 5))
    return fail(
        "--explain goes through all stages of a script: no other stage, listing or question "
        "can be asked for with it");
  if (o.mode == Options::Mode::Teach) {
    if (optind < argc) o.lesson = argv[optind++];
    if (o.lesson == "export") {
      if (o.has_script_text || optind >= argc)
        return fail("--lesson export takes a folder, where the pages of all lessons go");
      o.lesson_folder = argv[optind++];
    }
    if (o.lesson_folder.empty() && !o.has_script_text && optind < argc)
      o.script_path = argv[optind++];
    if (optind < argc)
      return fail(std::string("--lesson takes a number and one script, not also '") + argv[optind] +
                  "'");
  }
  o.explain_script = is_why && o.mode == Options::Mode::Run;
  o.explain_needs |= o.explain_script;
  bool needs_script = o.mode == Options::Mode::Run;
  if (o.is_example && (!needs_script || o.has_script_text))
    return fail("--example names the script, so it is not for listings and scripts of -e");
  if (o.is_example && optind >= argc) {
    o.mode = Options::Mode::ListExamples;
    return true;
  }
  if (needs_script && !o.has_script_text) {
    if (optind >= argc) {
      err << "ERROR [usage]: a script must be given: a file, '-', or -e 'TEXT'\n";
      print_first_steps(err);
      return false;
    }
    o.script_path = argv[optind++];
  }
  if (o.mode == Options::Mode::Format && !o.has_script_text && optind < argc)
    o.script_path = argv[optind++];
  for (; optind < argc; optind++) o.arguments.emplace_back(argv[optind]);
  if (o.output_json && (o.mode != Options::Mode::Run || o.last_pass != 5 || !o.dump.empty() ||
                        o.explain_needs || o.explain_stages))
    return fail(
        "--output=json is about a run and --build: what is asked for here is printed as text");
  if (o.in_place && o.mode != Options::Mode::Format)
    return fail("--in-place needs --format: it is about where that writes");
  if (o.in_place && (o.has_script_text || o.script_path.empty() || o.script_path == "-"))
    return fail("--in-place writes files: name one");
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
  if (o.remote_prefix && o.remotes.empty())
    return fail("--remote-prefix needs --remote: it is about lines from other machines");
  if (const std::string why = why_not_remote(o); !why.empty()) return fail(why);
  if (!o.command.empty() && o.target_pid) return fail("-c and -x cannot be used together");
  return true;
}

}  // namespace coretap
