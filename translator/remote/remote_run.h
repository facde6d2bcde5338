// --remote: a run of a script on several machines at once.
#pragma once

#include <string>
#include <vector>

#include "remote/connection.h"
#include "support/diagnostics.h"

namespace coretap::remote {

struct Asked {
  std::vector<Address> addresses;
  bool prefix = false;                   ///< --remote-prefix: "N: " before each line
  std::string output;                    ///< -o: of this machine
  unsigned file_mb = 0, file_count = 0;  ///< -S
  Job job;
};

/// Copies the binary to all machines, and when it is everywhere runs it. Their lines are merged as they come, and Ctrl-C here is
/// Ctrl-C there. Returns the exit status: 1 if a run failed or after reporting.
int run(const Asked& asked, Diagnostics& diagnostics);

}  // namespace coretap::remote
