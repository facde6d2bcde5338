// The files that uprobes go into, and whether they still hold the code that the script was compiled
// for. A uprobe is a place in a file: in another build of the program it would be the middle of some
// instruction, and kill every process that comes by.
//
// A site is bound by its file's build-id and by a hash of the bytes of the function around it; a file
// without build-id by its segments (see segment_layout) instead. A site at a USDT mark is bound by the
// notes that describe marks, too. A stripped copy has all of these.
// Relocations do not matter: they are applied in memory, and it is the file that is compared.
//
// Code of the kernel that debug information placed is bound by the kernel's build-id, as /sys/kernel/notes has it.
//
// Each file is opened once, and its probes are attached by that descriptor: a file that is replaced
// between the check and the attaching is not touched.
#pragma once

#include <map>
#include <string>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

class ProbedFiles {
 public:
  ProbedFiles() = default;
  ~ProbedFiles();
  ProbedFiles(const ProbedFiles&) = delete;
  ProbedFiles& operator=(const ProbedFiles&) = delete;

  /// Fails if the site's file does not hold the code that the probe was compiled for.
  Status check(const Site& site);
  /// A path by which the kernel finds the file that check() looked at, whatever the site's own path
  /// leads to by now.
  std::string path(const Site& site);

 private:
  struct File {
    int fd = -1;
    Status opened;
    std::string build_id;
    u64 layout = 0, marks = 0;
  };
  File& file(const char* path);
  Status check_kernel(const Site& site);
  static Status compare(const Site& site, const File& file);

  std::map<std::string, std::string> kernel_build_ids_;  ///< by module, "" the kernel's own
  std::map<std::string, File> files_;
  std::map<const FunctionCode*, Status> checked_;
};

}  // namespace ct
