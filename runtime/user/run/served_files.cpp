#include "served_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/user/harness/harness.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

constexpr char kParent[] = "/run/coretap";
constexpr u32 kMinor = 31;             // of the protocol: Linux 5.4; newer kernels speak it
constexpr u32 kWriteBytes = 64 << 10;  // of one request
constexpr int kAtATime = 64;       // requests, before other events of the session have their turn
constexpr int kTick = 20;          // ms
constexpr int kPatience = 50;      // ticks for those who have a file open at the end, at most
constexpr u64 kForever = 1 << 30;  // seconds

/// $value of the handler that runs.
struct FileValue {
  std::string text;
  u64 capacity = 0;
  const char* path = "";
};
FileValue g_value;

void check_size(u64 size) {
  if (size > g_value.capacity)
    failf("$value of procfs file \"%s\" is longer than its %llu bytes; .maxsize(N) gives it more",
          g_value.path, static_cast<unsigned long long>(g_value.capacity));
}

/// A session that was killed leaves a mount without anybody behind it. stat(2) may still have an answer: the kernel keeps
/// attributes that it was told. What a file system has room for it asks each time (fuse_statfs() in fs/fuse/inode.c).
bool is_dead_mount(const std::string& folder) {
  struct statfs status;
  return statfs(folder.c_str(), &status) != 0 && errno == ENOTCONN;
}

Status failure(const std::string& what) {
  return Status::of_errno(errno, "procfs probes: " + what + ": ");
}

}  // namespace

void give_file_value(View text) { g_value.text.assign(text.data, text.size); }

void file_value(Out to) { copy(to, {g_value.text.data(), static_cast<u32>(g_value.text.size())}); }

void set_file_value(View text) {
  check_size(text.size);
  g_value.text.assign(text.data, text.size);
}

void append_file_value(View text) {
  check_size(g_value.text.size() + text.size);
  g_value.text.append(text.data, text.size);
}

struct ServedFiles::Request {
  const fuse_in_header* header;
  const char* body;
  u32 size;  ///< of the body

  /// The body as the structure that the operation has, or null if it is shorter.
  template <typename Body>
  const Body* as() const {
    return size < sizeof(Body) ? nullptr : reinterpret_cast<const Body*>(body);
  }
};

ServedFiles::~ServedFiles() { close(); }

// ------------------------------------------------------------------ the tree

u64 ServedFiles::node(u64 parent, const std::string& name, bool is_folder) {
  for (u64 i = 1; i < nodes_.size(); ++i)
    if (nodes_[i].parent == parent && nodes_[i].name == name) return i + 1;
  nodes_.push_back({name, parent, is_folder, nullptr, {}, is_folder ? S_IFDIR | 0755u : S_IFREG});
  return nodes_.size();
}

void ServedFiles::add(const UserHandler& handler) {
  std::string path = handler.file;
  u64 at = 1;
  for (size_t begin = 0, end; (end = path.find('/', begin)) != std::string::npos; begin = end + 1)
    at = node(at, path.substr(begin, end - begin), true);
  Node& file = nodes_[node(at, path.substr(path.rfind('/') + 1), false) - 1];
  bool is_read = handler.event == UserEvent::FileRead;
  if (is_read)
    file.read = &handler;
  else
    file.writes.push_back(&handler);
  file.mode |= (is_read ? 0444 : 0222) & ~handler.umask;
}

// ------------------------------------------------------------------ the folder

Status ServedFiles::open(const Program& program, const std::string& name) {
  nodes_.assign(1, {"", 1, true, nullptr, {}, S_IFDIR | 0755u});
  for (u32 i = 0; i < program.user_handler_count; ++i) {
    const UserHandler& h = program.user_handlers[i];
    bool serves = h.event == UserEvent::FileRead || h.event == UserEvent::FileWrite;
    if (serves && strcmp(h.file, kStandardInput) != 0) add(h);
  }
  max_string_ = program.max_string;
  return nodes_.size() == 1 ? Status() : mount(std::string(kParent) + "/" + name);
}

Status ServedFiles::mount(const std::string& folder) {
  if (mkdir(kParent, 0755) != 0 && errno != EEXIST)
    return failure(std::string("cannot make the folder '") + kParent + "'");
  if (is_dead_mount(folder)) umount2(folder.c_str(), MNT_DETACH);
  rmdir(folder.c_str());  // if nobody has mounted anything there
  if (mkdir(folder.c_str(), 0755) != 0) {
    if (errno != EEXIST && errno != EBUSY)
      return failure("cannot make the folder '" + folder + "'");
    return Status("procfs probes: another session has the folder '" + folder +
                      "'; give this one another name (-m NAME)",
                  errno);
  }
  Status mounted = mount_fuse(folder);
  if (!mounted) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    rmdir(folder.c_str());
    return mounted;
  }
  folder_ = folder;
  buffer_.resize(kWriteBytes + 4096);
  return {};
}

/// Opens fd_ and mounts what it serves on the folder.
Status ServedFiles::mount_fuse(const std::string& folder) {
  fd_ = ::open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) return failure("cannot open /dev/fuse");
  std::string options =
      "fd=" + std::to_string(fd_) + ",rootmode=40000,user_id=" + std::to_string(geteuid()) +
      ",group_id=" + std::to_string(getegid()) + ",allow_other,default_permissions";
  if (::mount("coretap", folder.c_str(), "fuse.coretap", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              options.c_str()) == 0)
    return {};
  return failure("cannot mount their files on '" + folder + "'");
}

void ServedFiles::close() {
  if (fd_ < 0) return;
  // First the mount, so that nobody finds a folder without an answer; who has a file open gets the rest of what was made.
  umount2(folder_.c_str(), MNT_DETACH);
  pollfd asked = {fd_, POLLIN, 0};
  auto end = [](const UserHandler&) { return Outcome::NotRun; };
  for (int waits = 0; !handles_.empty() && waits < kPatience; ++waits) {
    if (poll(&asked, 1, kTick) < 0 || (asked.revents & (POLLERR | POLLHUP))) break;
    serve(end);
  }
  ::close(fd_);
  fd_ = -1;
  rmdir(folder_.c_str());
}

// ------------------------------------------------------------------ the protocol

void ServedFiles::serve(const Run& run) {
  for (int i = 0; i < kAtATime; ++i) {
    ssize_t n = ::read(fd_, buffer_.data(), buffer_.size());
    if (n < 0 && (errno == EINTR || errno == ENOENT)) continue;  // ENOENT: it is taken back
    if (n < static_cast<ssize_t>(sizeof(fuse_in_header))) return;
    const auto* header = reinterpret_cast<const fuse_in_header*>(buffer_.data());
    answer({header, buffer_.data() + sizeof *header, static_cast<u32>(n - sizeof *header)}, run);
  }
}

/// `error` is positive. What somebody asked for who has gone meanwhile is nobody's error.
void ServedFiles::reply(const Request& request, int error, const void* data, size_t size) const {
  std::vector<char> message(sizeof(fuse_out_header) + size);
  fuse_out_header header = {static_cast<u32>(message.size()), -error, request.header->unique};
  memcpy(message.data(), &header, sizeof header);
  if (size != 0) memcpy(message.data() + sizeof header, data, size);
  if (::write(fd_, message.data(), message.size()) < 0) return;
}

void ServedFiles::answer(const Request& request, const Run& run) {
  u64 number = request.header->nodeid;
  switch (request.header->opcode) {
    case FUSE_INIT: return initialize(request);
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
    case FUSE_DESTROY: return;  // nobody waits for an answer
    default: break;
  }
  if (number == 0 || number > nodes_.size()) return reply(request, ENOENT);
  switch (request.header->opcode) {
    case FUSE_LOOKUP: return look_up(request);
    case FUSE_GETATTR: return attributes(request);
    case FUSE_SETATTR: {
      // `echo >` cuts the file to no bytes first; owners and permissions stay.
      const auto* change = request.as<fuse_setattr_in>();
      bool only_cuts = change && (change->valid & (FATTR_MODE | FATTR_UID | FATTR_GID)) == 0;
      return only_cuts ? attributes(request) : reply(request, EPERM);
    }
    case FUSE_OPEN:
    case FUSE_OPENDIR: return open_file(request);
    case FUSE_READ: return read(request, run);
    case FUSE_READDIR: return read_folder(request);
    case FUSE_WRITE: return write(request, run);
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
      if (const auto* released = request.as<fuse_release_in>()) handles_.erase(released->fh);
      return reply(request, 0);
    case FUSE_FLUSH:
    case FUSE_FSYNC: return reply(request, 0);
    case FUSE_STATFS: {
      fuse_statfs_out status = {};
      status.st.bsize = status.st.frsize = 4096;
      status.st.namelen = 255;
      return reply(request, 0, &status, sizeof status);
    }
    default: return reply(request, ENOSYS);
  }
}

void ServedFiles::initialize(const Request& request) const {
  const auto* offered = request.as<fuse_init_in>();
  if (!offered || offered->major != FUSE_KERNEL_VERSION) return reply(request, EPROTO);
  fuse_init_out agreed = {};
  agreed.major = FUSE_KERNEL_VERSION;
  agreed.minor = std::min(offered->minor, kMinor);
  agreed.max_readahead = offered->max_readahead;
  agreed.max_write = kWriteBytes;
  agreed.max_background = 16;
  agreed.time_gran = 1;
  reply(request, 0, &agreed, sizeof agreed);
}

namespace {

/// Size 0, as files of /proc have: a reader asks until there is no more.
template <typename Node>
fuse_attr attributes_of(const Node& node, u64 number) {
  fuse_attr attributes = {};
  attributes.ino = number;
  attributes.mode = node.mode;
  attributes.nlink = node.is_folder ? 2 : 1;
  attributes.uid = geteuid();
  attributes.gid = getegid();
  attributes.blksize = 4096;
  return attributes;
}

}  // namespace

void ServedFiles::attributes(const Request& request) const {
  u64 number = request.header->nodeid;
  fuse_attr_out found = {};
  found.attr_valid = kForever;
  found.attr = attributes_of(nodes_[number - 1], number);
  reply(request, 0, &found, sizeof found);
}

void ServedFiles::look_up(const Request& request) const {
  std::string name(request.body, strnlen(request.body, request.size));
  for (u64 i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].parent != request.header->nodeid || nodes_[i].name != name) continue;
    fuse_entry_out found = {};
    found.nodeid = i + 1;
    found.entry_valid = found.attr_valid = kForever;
    found.attr = attributes_of(nodes_[i], i + 1);
    return reply(request, 0, &found, sizeof found);
  }
  reply(request, ENOENT);
}

void ServedFiles::open_file(const Request& request) {
  const Node& file = nodes_[request.header->nodeid - 1];
  const auto* asked = request.as<fuse_open_in>();
  if (!asked) return reply(request, EINVAL);
  u32 mode = asked->flags & O_ACCMODE;
  // root may do what the permissions forbid, but nobody is there to answer.
  if (!file.is_folder &&
      ((mode != O_WRONLY && !file.read) || (mode != O_RDONLY && file.writes.empty())))
    return reply(request, EACCES);
  fuse_open_out opened = {};
  opened.fh = next_handle_++;
  opened.open_flags = file.is_folder ? 0 : FOPEN_DIRECT_IO;
  handles_[opened.fh];
  reply(request, 0, &opened, sizeof opened);
}

void ServedFiles::read_folder(const Request& request) const {
  const auto* asked = request.as<fuse_read_in>();
  if (!asked) return reply(request, EINVAL);
  std::string entries;
  u64 folder = request.header->nodeid, place = 0;
  auto add = [&](const std::string& name, u64 number, u32 mode) {
    if (place++ < asked->offset) return;
    fuse_dirent entry = {};
    entry.ino = number;
    entry.off = place;
    entry.namelen = static_cast<u32>(name.size());
    entry.type = (mode & S_IFMT) >> 12;
    size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + name.size());
    if (entries.size() + size > asked->size) return;
    std::string text(reinterpret_cast<const char*>(&entry), FUSE_NAME_OFFSET);
    entries += text + name;
    entries.resize(FUSE_DIRENT_ALIGN(entries.size()));
  };
  add(".", folder, S_IFDIR);
  add("..", nodes_[folder - 1].parent, S_IFDIR);
  for (u64 i = 1; i < nodes_.size(); ++i)
    if (nodes_[i].parent == folder) add(nodes_[i].name, i + 1, nodes_[i].mode);
  reply(request, 0, entries.data(), entries.size());
}

bool ServedFiles::make_answer(const UserHandler& handler, const Run& run,
                              std::string& answer) const {
  g_value = {"", handler.capacity ? handler.capacity : max_string_ - 1, handler.file};
  const bool is_done = run(handler) == Outcome::Done;
  answer = g_value.text;
  return is_done;
}

std::string ServedFiles::answer_of(const std::string& path, const Run& run) {
  for (const Node& node : nodes_) {
    std::string answer;
    if (node.read && node.read->file == path)
      return make_answer(*node.read, run, answer) ? answer : "";
  }
  return "";
}

/// The answer is made at the first read, and stays what it is for as long as the file is open.
void ServedFiles::read(const Request& request, const Run& run) {
  const auto* asked = request.as<fuse_read_in>();
  const UserHandler* handler = nodes_[request.header->nodeid - 1].read;
  auto opened = asked ? handles_.find(asked->fh) : handles_.end();
  if (opened == handles_.end() || !handler) return reply(request, EINVAL);
  Handle& handle = opened->second;
  if (!handle.is_made) {
    handle.failed = !make_answer(*handler, run, handle.answer);
    handle.is_made = true;
  }
  if (handle.failed) return reply(request, EIO);
  size_t from = std::min<size_t>(asked->offset, handle.answer.size());
  reply(request, 0, handle.answer.data() + from,
        std::min<size_t>(asked->size, handle.answer.size() - from));
}

/// Each write runs the handlers with as much of it as a string holds; the writer comes again with the rest.
void ServedFiles::write(const Request& request, const Run& run) {
  const auto* asked = request.as<fuse_write_in>();
  const Node& file = nodes_[request.header->nodeid - 1];
  if (!asked || request.size - sizeof *asked < asked->size || file.writes.empty())
    return reply(request, EINVAL);
  fuse_write_out taken = {std::min(asked->size, max_string_ - 1), 0};
  View text = {request.body + sizeof *asked, taken.size};
  bool taken_by_one = false, failed = false;
  for (const UserHandler* handler : file.writes) {
    give_file_value(text);
    Outcome outcome = run(*handler);
    taken_by_one |= outcome == Outcome::Done;
    failed |= outcome == Outcome::Failed;
  }
  if (failed || !taken_by_one) return reply(request, EIO);
  reply(request, 0, &taken, sizeof taken);
}

}  // namespace ct
