#include "address_spaces.h"

#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/common/clock.h"

namespace ct {
namespace {

/// Pages of each CPU's buffer: about a thousand mappings.
constexpr size_t kPages = 32;

/// Processes that are remembered at most; those that were forgotten are read anew if they are still there.
constexpr size_t kMostProcesses = 100'000;

/// What follows each record: PERF_SAMPLE_TID and PERF_SAMPLE_TIME.
struct Trailer {
  u32 pid, tid;
  u64 time;
};
struct MapRecord {
  perf_event_header header;
  u32 pid, tid;
  u64 address, length, offset;
  u32 major, minor;
  u64 inode, generation;
  u32 protection, flags;
  char path[];
};
struct CommRecord {
  perf_event_header header;
  u32 pid, tid;
};
struct ForkRecord {
  perf_event_header header;
  u32 pid, parent, tid, parent_tid;
};

std::string without_deleted(std::string path) {
  const std::string mark = " (deleted)";
  if (path.size() > mark.size() && path.compare(path.size() - mark.size(), mark.size(), mark) == 0)
    path.resize(path.size() - mark.size());
  return path;
}

}  // namespace

void put_mapping(AddressSpace& space, u64 start, const Mapping& mapping) {
  auto at = space.lower_bound(start);
  if (at != space.begin()) {
    auto before = std::prev(at);
    if (before->second.end > start) {
      Mapping rest = before->second;
      before->second.end = start;
      if (rest.end > mapping.end) {
        rest.offset += mapping.end - before->first;
        space.emplace(mapping.end, rest);
      }
    }
  }
  while (at != space.end() && at->first < mapping.end) {
    Mapping rest = at->second;
    const u64 was = at->first;
    at = space.erase(at);
    if (rest.end <= mapping.end) continue;
    rest.offset += mapping.end - was;
    space.emplace(mapping.end, rest);
  }
  space[start] = mapping;
}

AddressSpaces::~AddressSpaces() {
  for (const Buffer& buffer : buffers_) {
    munmap(buffer.memory, (kPages + 1) * page_);
    close(buffer.fd);
  }
}

// ------------------------------------------------------------------ events

bool AddressSpaces::open_buffer(int cpu) {
  perf_event_attr attr = {};
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_DUMMY;
  attr.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
  attr.sample_id_all = 1;
  attr.use_clockid = 1;
  attr.clockid = CLOCK_MONOTONIC;
  attr.mmap = attr.mmap2 = attr.comm = attr.comm_exec = attr.task = 1;
  const int fd =
      static_cast<int>(syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
  if (fd < 0) return errno == ENODEV;  // the CPU is off
  void* memory = mmap(nullptr, (kPages + 1) * page_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) {
    const int error = errno;
    close(fd);
    errno = error;
    return false;
  }
  buffers_.push_back({fd, static_cast<char*>(memory)});
  return true;
}

Status AddressSpaces::watch() {
  page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (int cpu = 0; cpu < libbpf_num_possible_cpus(); ++cpu)
    if (!open_buffer(cpu))
      return Status::of_errno(errno, "cannot watch what processes map (perf_event_open): ");
  read_all();
  return {};
}

/// Records may go round the buffer's end, so each is copied.
void AddressSpaces::read(const Buffer& buffer) {
  auto* control = reinterpret_cast<perf_event_mmap_page*>(buffer.memory);
  const char* data = buffer.memory + page_;
  const u64 size = kPages * page_;
  const u64 head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
  u64 tail = control->data_tail;
  while (tail < head) {
    perf_event_header header;
    memcpy(&header, data + tail % size, sizeof header);  // of 8 bytes, and aligned to them
    if (header.size < sizeof header) break;
    scratch_.resize(header.size);
    const u64 first = std::min<u64>(header.size, size - tail % size);
    memcpy(scratch_.data(), data + tail % size, first);
    memcpy(scratch_.data() + first, data, header.size - first);
    take(scratch_.data());
    tail += header.size;
  }
  __atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
}

void AddressSpaces::take(const char* record) {
  const auto& header = *reinterpret_cast<const perf_event_header*>(record);
  if (header.size < sizeof header + sizeof(Trailer)) return;
  const auto& trailer = *reinterpret_cast<const Trailer*>(record + header.size - sizeof(Trailer));
  Event event = {};
  event.time = trailer.time;
  if (header.type == PERF_RECORD_MMAP2 && header.size >= sizeof(MapRecord)) {
    const auto& map = *reinterpret_cast<const MapRecord*>(record);
    event.kind = Event::Map;
    event.pid = map.pid;
    event.start = map.address;
    event.end = map.address + map.length;
    event.offset = map.offset;
    event.inode = map.inode;
    event.path =
        std::string(map.path, strnlen(map.path, header.size - sizeof map - sizeof trailer));
  } else if (header.type == PERF_RECORD_COMM && header.misc & PERF_RECORD_MISC_COMM_EXEC) {
    event.kind = Event::Exec;
    event.pid = reinterpret_cast<const CommRecord*>(record)->pid;
  } else if (header.type == PERF_RECORD_FORK) {
    const auto& fork = *reinterpret_cast<const ForkRecord*>(record);
    if (fork.pid == fork.parent) return;  // a thread
    event.kind = Event::Fork;
    event.pid = fork.pid;
    event.parent = fork.parent;
  } else if (header.type == PERF_RECORD_LOST) {
    event.kind = Event::Lost;
  } else {
    return;
  }
  // They come in order from each CPU.
  auto at = events_.end();
  while (at != events_.begin() && std::prev(at)->time > event.time) --at;
  events_.insert(at, std::move(event));
}

void AddressSpaces::look() {
  for (const Buffer& buffer : buffers_) read(buffer);
  // Nobody asks about the time before that any more: records wait for a fraction of a second.
  const u64 old = now_ns() - 30'000'000'000ull;
  while (!events_.empty() && events_.front().time < old) {
    apply(events_.front());
    events_.pop_front();
  }
}

void AddressSpaces::apply(const Event& event) {
  if (event.kind == Event::Lost) {
    // Whatever was told and did not arrive: what is still there is read anew.
    processes_.clear();
    return;
  }
  Process& process = processes_[event.pid];
  if (event.time < process.known_since) return;
  switch (event.kind) {
    case Event::Exec: process.space = std::make_shared<AddressSpace>(); break;
    case Event::Fork: {
      auto parent = processes_.find(event.parent);
      process.space = parent == processes_.end() ? nullptr : parent->second.space;
      break;
    }
    case Event::Map: {
      if (!process.space) break;  // it is read when somebody asks
      if (process.space.use_count() > 1)
        process.space = std::make_shared<AddressSpace>(*process.space);
      const bool is_file = !event.path.empty() && event.path.compare(0, 2, "//") != 0;
      // The kernel's own mappings have no place in a file.
      const u64 offset = is_file && event.path[0] == '[' ? 0 : event.offset;
      put_mapping(*process.space, event.start,
                  {event.end, offset, event.time,
                   file(is_file ? without_deleted(event.path) : std::string(), event.inode)});
      break;
    }
    case Event::Lost: break;
  }
}

// ------------------------------------------------------------------ /proc

std::shared_ptr<MappedFile> AddressSpaces::file(const std::string& path, u64 inode) {
  std::shared_ptr<MappedFile>& known = files_[{path, inode}];
  if (!known) known = std::make_shared<MappedFile>(path, inode);
  return known;
}

std::shared_ptr<AddressSpace> AddressSpaces::read_maps(u32 pid) {
  FILE* maps = fopen(("/proc/" + std::to_string(pid) + "/maps").c_str(), "re");
  if (!maps) return nullptr;
  auto space = std::make_shared<AddressSpace>();
  char* line = nullptr;
  size_t room = 0;
  while (getline(&line, &room, maps) > 0) {
    unsigned long long start, end, offset, inode;
    char rights[8];
    int name = 0;
    if (sscanf(line, "%llx-%llx %7s %llx %*x:%*x %llu %n", &start, &end, rights, &offset, &inode,
               &name) < 5 ||
        rights[2] != 'x' || name == 0)
      continue;
    std::string path = line + name;
    if (!path.empty() && path.back() == '\n') path.pop_back();
    if (!path.empty() && path[0] == '[') offset = 0;
    space->emplace(start, Mapping{end, offset, 0, file(without_deleted(path), inode)});
  }
  free(line);
  fclose(maps);
  return space;
}

void AddressSpaces::read_all() {
  DIR* processes = opendir("/proc");
  if (!processes) return;
  while (const dirent* entry = readdir(processes)) {
    char* end;
    const unsigned long pid = strtoul(entry->d_name, &end, 10);
    if (*end || pid == 0) continue;
    const u64 before = now_ns();
    auto space = read_maps(static_cast<u32>(pid));
    if (space && !space->empty()) processes_[static_cast<u32>(pid)] = {space, before};
  }
  closedir(processes);
}

const AddressSpace* AddressSpaces::at(u32 pid, u64 time_ns) {
  for (const Buffer& buffer : buffers_) read(buffer);
  while (!events_.empty() && events_.front().time <= time_ns) {
    apply(events_.front());
    events_.pop_front();
  }
  if (processes_.size() > kMostProcesses) processes_.clear();
  Process& process = processes_[pid];
  if (!process.space) {
    const u64 before = now_ns();
    process.space = read_maps(pid);
    process.known_since = before;
  }
  return process.space.get();
}

}  // namespace ct
