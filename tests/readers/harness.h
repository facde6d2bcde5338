// What a harness of a reader is made of. Each fuzz_NAME.cpp has two things: which sections its reader reads, and how it is
// asked. entry.cpp makes of them what libFuzzer calls, and replay.cpp a test that only goes through the corpus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace readers {

/// Names of sections, or their beginnings. What fuzzing changes is nearly always in them, for a file whose headers are
/// damaged is refused before its contents are read. Empty: all of the file is of interest.
extern const std::vector<std::string_view> kSections;

/// Reads an input. True if the reader found in it what it is for: then an undamaged input was not just refused.
/// Ends the process if the reader breaks a promise.
bool read_input(std::string_view input);

/// Ends the process with a message, which libFuzzer takes for a finding, if a promise does not hold.
void must(bool holds, const char* promise);

/// Bytes as a file without a folder; it has a path as long as it lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view contents);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& path() const { return path_; }
  unsigned long inode() const { return inode_; }

 private:
  int fd_;
  unsigned long inode_ = 0;
  std::string path_;
};

/// An input may be two files, one behind the other: an object, and the separate file with its debug information.
/// The second begins at the second ELF magic; "" if there is none.
struct Parts {
  std::string_view object, separate;
};
Parts parts_of(std::string_view input);

}  // namespace readers
