// A server of debug information for one input.
#pragma once

#include "dwarf/module.h"
#include "harness.h"

namespace readers {

/// Has the same file for every build-id.
class OneFile : public coretap::debug::DebugServer {
 public:
  explicit OneFile(std::string_view contents) : file_(contents) {}
  ct::Result<std::string> find(const std::string&) override { return file_.path(); }

 private:
  MemoryFile file_;
};

}  // namespace readers
