// What is chosen for one run of a script.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ct {

/// What the command line of coretap or of a built binary chooses for a run.
struct RunOptions {
  std::string command;      ///< -c
  long target_pid = 0;      ///< -x
  long namespaces_of = 0;   ///< --target-namespaces: a process; 0: this one
  std::string name;         ///< -m, or a built binary's: see session_name()
  std::string output_path;  ///< -o
  std::vector<std::pair<std::string, std::string>> globals;  ///< -G name=value
  std::vector<std::pair<std::string, long>> limits;  ///< -D: MAXMAPENTRIES, MAXERRORS, MAXNESTING
  int verbose = 0;                                   ///< -v: how probes were attached
  bool no_warnings = false;                          ///< -w
  unsigned buffer_mb = 0;                            ///< -s: ring buffer size; 0 = default
  bool background = false;    ///< -F: leaves the terminal once the probes are attached
  unsigned file_mb = 0;       ///< -S: size of one output file; 0 = no limit
  unsigned file_count = 0;    ///< -S: files that are kept; 0 = all
  unsigned timeout_s = 0;     ///< -T
  std::string accounts_path;  ///< --accounts
  std::string metrics;        ///< --metrics: ADDR:PORT
  bool output_json = false;   ///< --output=json
  bool check_load = false;    ///< --check-load: instead of a run
  bool explain_needs = false, explain_as_json = false;  ///< --explain-needs: instead of a run
  /// --for-remote: how many seconds of silence on standard input end the run (lifeline.h); 0: it is an input as any other.
  unsigned lifeline_s = 0;
  bool timing = false;  ///< -t: the hit report
};

}  // namespace ct
