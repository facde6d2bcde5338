#include "build/trusted_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace coretap {

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
/// Of a folder on the way: it need not be readable, like a home of mode 0711.
constexpr int kPassFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool others_write(const struct stat& status) { return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0; }

bool is_ours(const struct stat& status) { return status.st_uid == geteuid(); }

std::string owner_text(const struct stat& status) {
  return "belongs to user " + std::to_string(status.st_uid);
}

/// Why a folder on the way may have been changed by others, or "".
std::string fault_on_the_way(const struct stat& status) {
  if (!is_ours(status) && status.st_uid != 0) return owner_text(status);
  if (others_write(status) && !(status.st_mode & S_ISVTX)) return "can be written by others";
  return "";
}

/// The same for what is used itself.
std::string fault_of_own(const struct stat& status) {
  if (!is_ours(status)) return owner_text(status);
  if (others_write(status)) return "can be written by others";
  return "";
}

/// One walk from / along the parts of a path, following the links that root or the caller made.
class Walk {
 public:
  Walk(IfMissing if_missing, Owner owner) : if_missing_(if_missing), owner_(owner) {}

  TrustedFolder go(const std::string& path) {
    add_parts(path);
    if (!enter_root()) return std::move(result_);
    while (!parts_.empty()) {
      std::string part = std::move(parts_.back());
      parts_.pop_back();
      if (!step(part)) return std::move(result_);
    }
    if (owner_ == Owner::Caller && !check(fault_of_own(here_status_))) return std::move(result_);
    Descriptor readable(openat(here_.get(), ".", kFolderFlags));
    if (!readable) {
      fail_errno("cannot be opened");
      return std::move(result_);
    }
    result_.state = FolderState::Trusted;
    result_.fd = std::move(readable);
    return std::move(result_);
  }

 private:
  bool fail(FolderState state, const std::string& why) {
    result_.state = state;
    result_.why = "'" + where_ + "' " + why;
    return false;
  }

  bool fail_errno(const char* what) {
    return fail(errno == ENOENT ? FolderState::Missing : FolderState::Unusable,
                std::string(what) + ": " + std::strerror(errno));
  }

  bool check(const std::string& fault) {
    return fault.empty() || fail(FolderState::Untrusted, fault);
  }

  /// Puts the parts of a path before those that are still to be walked.
  void add_parts(const std::string& path) {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin < path.size();) {
      size_t end = std::min(path.find('/', begin), path.size());
      if (end > begin && path.compare(begin, end - begin, ".") != 0)
        parts.push_back(path.substr(begin, end - begin));
      begin = end + 1;
    }
    parts_.insert(parts_.end(), parts.rbegin(), parts.rend());
  }

  bool enter_root() {
    where_ = "/";
    here_ = Descriptor(open("/", kPassFlags));
    return enter_here();
  }

  bool enter_here() {
    if (!here_ || fstat(here_.get(), &here_status_) != 0) return fail_errno("cannot be opened");
    return check(fault_on_the_way(here_status_));
  }

  bool step(const std::string& part) {
    std::string before = std::exchange(where_, where_ + (where_ == "/" ? "" : "/") + part);
    struct stat status;
    if (fstatat(here_.get(), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT || if_missing_ == IfMissing::Report)
        return fail_errno("cannot be opened");
      if (!make(part)) return false;
    } else if (S_ISLNK(status.st_mode)) {
      return follow(part, status, before);
    }
    here_ = Descriptor(openat(here_.get(), part.c_str(), kPassFlags));
    return enter_here();
  }

  bool make(const std::string& part) {
    mode_t mask = umask(077);
    int made = mkdirat(here_.get(), part.c_str(), 0700);
    umask(mask);
    return made == 0 || errno == EEXIST ||
           fail(FolderState::Unusable, std::string("cannot be created: ") + std::strerror(errno));
  }

  /// A link on the way leads where its owner wants, so he must be one whom we trust.
  bool follow(const std::string& part, const struct stat& status, const std::string& before) {
    if (parts_.empty() && owner_ == Owner::Caller)
      return fail(FolderState::Untrusted, "is a symbolic link");
    if (!is_ours(status) && status.st_uid != 0)
      return fail(FolderState::Untrusted, "is a symbolic link that " + owner_text(status));
    constexpr int kMostLinks = 40;  // as the kernel's (fs/namei.c, MAXSYMLINKS)
    char target[PATH_MAX];
    ssize_t n = readlinkat(here_.get(), part.c_str(), target, sizeof target);
    if (n < 0 || ++links_ > kMostLinks) {
      if (n >= 0) errno = ELOOP;
      return fail_errno("cannot be followed");
    }
    std::string text(target, static_cast<size_t>(n));
    add_parts(text);
    if (text.starts_with('/')) return enter_root();
    where_ = before;
    return true;
  }

  IfMissing if_missing_;
  Owner owner_;
  std::vector<std::string> parts_;  ///< still to be walked, last first
  std::string where_;
  Descriptor here_;
  struct stat here_status_ = {};
  int links_ = 0;
  TrustedFolder result_;
};

}  // namespace

TrustedFolder open_trusted_folder(const std::string& path, IfMissing if_missing, Owner owner) {
  char folder[PATH_MAX];
  bool relative = !path.starts_with('/');
  if (relative && !getcwd(folder, sizeof folder)) folder[0] = 0;
  return Walk(if_missing, owner).go(relative ? std::string(folder) + "/" + path : path);
}

ct::Result<Descriptor> open_trusted_file(int folder, const char* name) {
  // O_NONBLOCK: somebody's FIFO must not stop us before we have seen that it is one.
  Descriptor file(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status;
  if (!file || fstat(file.get(), &status) != 0)
    return ct::Status::of_errno(errno, std::string("'") + name + "' cannot be opened: ");
  std::string fault = !S_ISREG(status.st_mode) ? "is not a regular file" : fault_of_own(status);
  if (fault.empty() && status.st_nlink != 1) fault = "has several names (hard links)";
  if (!fault.empty()) return ct::Status(std::string("'") + name + "' " + fault);
  return file;
}

TrustedFolder open_trusted_subfolder(int folder, const char* name) {
  TrustedFolder result;
  result.fd = Descriptor(openat(folder, name, kFolderFlags));
  struct stat status;
  if (!result.fd || fstat(result.fd.get(), &status) != 0) {
    // What is there and is not a folder, or is a link to one (ENOTDIR, ELOOP), is not our work.
    result.state = errno == ENOENT                      ? FolderState::Missing
                   : errno == ENOTDIR || errno == ELOOP ? FolderState::Untrusted
                                                        : FolderState::Unusable;
    result.why =
        std::string("'") + name + "' " +
        (result.state == FolderState::Untrusted ? "is not a folder" : std::strerror(errno));
    return result;
  }
  std::string fault = fault_of_own(status);
  result.state = fault.empty() ? FolderState::Trusted : FolderState::Untrusted;
  if (!fault.empty()) result.why = std::string("'") + name + "' " + fault;
  return result;
}

Descriptor make_fresh_folder(int folder, const char* prefix, std::string& name) {
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz234567";
  for (int tries = 0; tries < 100; tries++) {
    unsigned char random[12];
    if (getrandom(random, sizeof random, 0) != sizeof random) return {};
    name = prefix;
    for (unsigned char byte : random) name += kLetters[byte % 32];
    mode_t mask = umask(077);
    int made = mkdirat(folder, name.c_str(), 0700);
    int error = errno;
    umask(mask);
    errno = error;
    if (made == 0) return Descriptor(openat(folder, name.c_str(), kFolderFlags));
    if (errno != EEXIST) return {};
  }
  return {};
}

void remove_tree(int folder, const char* name) {
  if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) return;
  Descriptor inner(openat(folder, name, kFolderFlags));
  if (inner) {
    std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(fcntl(inner.get(), F_DUPFD_CLOEXEC, 0)),
                                                closedir);
    while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) {
      std::string inside = entry->d_name;
      if (inside != "." && inside != "..") remove_tree(inner.get(), inside.c_str());
    }
  }
  unlinkat(folder, name, AT_REMOVEDIR);
}

}  // namespace coretap
