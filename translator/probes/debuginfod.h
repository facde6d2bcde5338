// Debug information from debuginfod servers.
#pragma once

#include <string>

#include "dwarf/module.h"
#include "support/lookups.h"

namespace coretap::probes {

/// Asks the servers of $DEBUGINFOD_URLS through elfutils' client library, which keeps what it gets in the user's cache
/// ($DEBUGINFOD_CACHE_PATH, or debuginfod_client in ~/.cache). On a terminal, a line on standard error shows how far a download is.
class Debuginfod final : public debug::DebugServer {
 public:
  /// `urls`: $DEBUGINFOD_URLS; "" asks nobody. `lookups` learns that an answer may be another the next time.
  Debuginfod(std::string urls, Lookups& lookups) : urls_(std::move(urls)), lookups_(lookups) {}

  /// After a failure that is not of one file (nobody answers), no server is asked again in this run.
  ct::Result<std::string> find(const std::string& build_id) override;

 private:
  std::string urls_;
  Lookups& lookups_;
  bool is_given_up_ = false;
};

}  // namespace coretap::probes
