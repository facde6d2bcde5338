#include "build/work_folder.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstdlib>

#include "build/trusted_folder.h"

namespace coretap {

ct::Result<std::unique_ptr<WorkFolder>> WorkFolder::make(Descriptor parent,
                                                         const std::string& parent_path,
                                                         const char* prefix) {
  constexpr unsigned long long kNeeded = 1 << 20;  // bytes
  std::unique_ptr<WorkFolder> work(new WorkFolder);
  errno = ENOSPC;
  bool has_room = free_bytes(parent.get()) >= kNeeded;
  if (has_room) work->fd_ = make_fresh_folder(parent.get(), prefix, work->name_);
  if (!work->fd_) return ct::Status::of_errno(errno, "'" + parent_path + "' cannot be written: ");
  work->parent_ = std::move(parent);
  work->path_ = parent_path + "/" + work->name_;
  work->kept_ = false;
  work->guard_ = std::make_unique<Guard>(work->parent(), work->name_);
  return work;
}

ct::Result<std::unique_ptr<WorkFolder>> WorkFolder::make_private() {
  ct::Status first;
  const char* wish = std::getenv("TMPDIR");
  for (const char* place : {wish, "/tmp", "/var/tmp", "/dev/shm"}) {
    if (!place || *place != '/') continue;
    TrustedFolder folder = open_trusted_folder(place, IfMissing::Report, Owner::MayBeShared);
    ct::Status fault(folder.why);
    if (folder.state == FolderState::Trusted) {
      auto work = make(std::move(folder.fd), place, "coretap-");
      if (work) return work;
      fault = work.failure();
    }
    if (first) first = fault;
  }
  return first;
}

WorkFolder::~WorkFolder() {
  if (!kept_) remove_tree(parent(), name_.c_str());
}

void WorkFolder::keep() {
  kept_ = true;
  guard_.reset();
}

void WorkFolder::keep_as(const std::string& name, const std::string& path) {
  keep();
  name_ = name;
  path_ = path;
}

unsigned long long free_bytes(int fd) {
  struct statvfs fs;
  if (fstatvfs(fd, &fs) != 0) return ~0ull;
  return static_cast<unsigned long long>(fs.f_bavail) * fs.f_frsize;
}

}  // namespace coretap
