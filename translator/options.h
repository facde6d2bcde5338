// The command line of coretap: stap's letters and meanings wherever stap has them.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "remote/address.h"
#include "support/colors.h"

namespace coretap {

struct Options {
  enum class Mode {
    Run,
    List,
    ListVariables,
    ListLines,
    Answer,
    Teach,
    DumpFunctions,
    DumpProbeTypes,
    DumpProbeAliases,
    DumpOptions,
    Complete,
    ListExamples,
    Doctor,
    Format,
    LanguageServer,
    Help,
    Version
  };
  Mode mode = Mode::Run;

  std::string script_path;  ///< a file, or "-" for standard input
  bool is_example = false;  ///< --example: script_path is the name of one
  std::string script_text;  ///< -e
  bool has_script_text = false;
  std::vector<std::string> extra_scripts;  ///< -E
  std::string listing;                     ///< -l/-L pattern; --lines: process(…)
  bool lines_as_json = false;              ///< --json
  bool in_place = false;                   ///< --in-place
  std::string question;                    ///< --why QUESTION
  bool explain_script = false;             ///< --why, and a script
  bool explain_stages = false;             ///< --explain
  std::string explain_file;                ///< --explain=FILE
  std::string lesson_folder;               ///< --lesson export FOLDER
  std::string lesson;                      ///< --lesson N; "": all are listed
  std::vector<std::string> arguments;      ///< $1, $2 …

  int last_pass = 5;                                         ///< -p
  int verbose = 0;                                           ///< -v
  std::string dump;                                          ///< -d
  bool guru = false;                                         ///< -g
  bool keep_unused = false;                                  ///< -u
  bool no_warnings = false;                                  ///< -w
  bool warnings_are_errors = false;                          ///< -W
  bool no_cache = false;                                     ///< --disable-cache
  bool poison_cache = false;                                 ///< --poison-cache
  bool keep_files = false;                                   ///< -k
  bool timing = false;                                       ///< -t
  std::vector<std::string> tapset_dirs;                      ///< -I
  std::string runtime_dir;                                   ///< -R
  std::map<std::string, std::string> defines;                ///< -D
  std::vector<std::pair<std::string, std::string>> globals;  ///< -G
  std::string command;                                       ///< -c
  long target_pid = 0;                                       ///< -x
  long namespaces_of = 0;                                    ///< --target-namespaces
  std::string module_name;                                   ///< -m: the session's name
  std::string output;                                        ///< -o
  std::string build;                                         ///< --build=FILE, or -m NAME with -p4
  bool portable = false;                                     ///< --portable
  bool explain_needs = false;                                ///< --explain-needs
  bool explain_as_json = false;                              ///< --explain-needs=json
  bool output_json = false;                                  ///< --output=json
  std::string accounts;                                      ///< --accounts=FILE
  std::string btf;                                           ///< --btf FILE
  std::string vmlinux;                                       ///< --vmlinux FILE
  std::string kernel_release;                                ///< -r
  unsigned buffer_mb = 0;                                    ///< -s
  UseColor color = UseColor::Auto;                           ///< --color
  bool no_global_display = false;                            ///< --no-global-var-display
  bool suppress_errors = false;                              ///< --suppress-handler-errors
  bool background = false;                                   ///< -F
  unsigned file_mb = 0, file_count = 0;                      ///< -S
  std::string compatible;                                    ///< --compatible
  int pass_verbose[5] = {};                                  ///< --vp
  unsigned timeout_s = 0;                                    ///< -T
  std::string metrics;                                       ///< --metrics=ADDR:PORT
  std::vector<remote::Address> remotes;                      ///< --remote
  bool remote_prefix = false;                                ///< --remote-prefix
};

/// Parses argv. On a usage error prints one message to `err` and returns false (exit status 1).
bool parse_options(int argc, char** argv, Options& options, std::ostream& err);

}  // namespace coretap
