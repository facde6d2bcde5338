// What code each process has mapped, at the time of an event. A process may have ended when its record is read, so this is
// not asked of /proc then: at the start of the session the mappings of all processes are read there, and from then on the
// kernel tells of each new one, of each execve() and of each fork (perf events of the kinds MMAP2, COMM and FORK). Both the
// events and the records have times of CLOCK_MONOTONIC: an event counts for the records behind it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "mapped_file.h"
#include "runtime/common/result.h"

namespace ct {

struct Mapping {
  u64 end;
  u64 offset;  ///< in the file
  u64 since;   ///< CLOCK_MONOTONIC; 0: before the session
  std::shared_ptr<MappedFile> file;
};

/// The mappings with code of one process, by their start.
using AddressSpace = std::map<u64, Mapping>;

class AddressSpaces {
 public:
  AddressSpaces() = default;
  ~AddressSpaces();
  AddressSpaces(const AddressSpaces&) = delete;
  AddressSpaces& operator=(const AddressSpaces&) = delete;

  /// Begins to watch.
  Status watch();
  /// Takes what the kernel has told, before its buffers are full.
  void look();
  /// The mappings of a process at a time. Null: nothing is known of it.
  const AddressSpace* at(u32 pid, u64 time_ns);

 private:
  struct Event {
    enum Kind { Map, Exec, Fork, Lost } kind;
    u32 pid, parent;
    u64 time, start, end, offset, inode;
    std::string path;
  };
  struct Process {
    std::shared_ptr<AddressSpace> space;  ///< null: not known
    u64 known_since = 0;                  ///< events before that are in it
  };
  struct Buffer {
    int fd;
    char* memory;
  };

  bool open_buffer(int cpu);
  void read(const Buffer& buffer);
  void take(const char* record);
  void apply(const Event& event);
  void read_all();
  std::shared_ptr<AddressSpace> read_maps(u32 pid);
  std::shared_ptr<MappedFile> file(const std::string& path, u64 inode);

  std::vector<Buffer> buffers_;
  size_t page_ = 4096;
  std::vector<char> scratch_;
  std::deque<Event> events_;  ///< not yet applied, in the order of their times
  std::unordered_map<u32, Process> processes_;
  std::map<std::pair<std::string, u64>, std::shared_ptr<MappedFile>> files_;
};

/// Puts a mapping into a space: what it covers of older ones is gone.
void put_mapping(AddressSpace& space, u64 start, const Mapping& mapping);

}  // namespace ct
