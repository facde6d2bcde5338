#include "build/cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace coretap {

namespace fs = std::filesystem;

bool write_file(const std::string& path, const std::string& text, std::string& error) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    error = std::strerror(errno);
    return false;
  }
  size_t done = 0;
  while (done < text.size()) {
    ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  bool ok = done == text.size();
  if (!ok) error = std::strerror(errno);
  if (close(fd) != 0 && ok) {
    error = std::strerror(errno);
    ok = false;
  }
  if (!ok) unlink(path.c_str());
  return ok;
}

bool read_file(const std::string& path, std::string& text, std::string& error) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    error = std::strerror(errno);
    return false;
  }
  text.clear();
  char buffer[1 << 16];
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) != 0) {
    if (n > 0)
      text.append(buffer, static_cast<size_t>(n));
    else if (errno != EINTR)
      break;
  }
  if (n < 0) error = std::strerror(errno);
  close(fd);
  return n == 0;
}

std::string Cache::default_dir() {
  if (const char* dir = std::getenv("CORETAP_CACHE_DIR"); dir && *dir) return dir;
  if (const char* dir = std::getenv("XDG_CACHE_HOME"); dir && *dir)
    return std::string(dir) + "/coretap";
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : "/tmp") + "/.cache/coretap";
}

std::string Cache::key(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) {
    all += std::to_string(part.size()) + ":";
    all += part;
  }
  XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

namespace {

/// "size mtime_ns" of a file, or "-" if it is not there.
std::string fingerprint(const std::string& path) {
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return "-";
  return std::to_string(st.st_size) + " " + std::to_string(st.st_ino) + " " +
         std::to_string(st.st_mtim.tv_sec) + "." + std::to_string(st.st_mtim.tv_nsec);
}

}  // namespace

std::string Cache::find(const std::string& key) const {
  std::string entry = dir_ + "/" + key;
  std::string manifest, error;
  if (!read_file(entry + "/manifest", manifest, error)) return "";
  std::istringstream lines(manifest);
  std::string path, state;
  while (std::getline(lines, path) && std::getline(lines, state))
    if (fingerprint(path) != state) return "";
  return entry;
}

std::string Cache::begin(std::string& error) const {
  std::error_code code;
  fs::create_directories(dir_, code);
  if (code) {
    error = "cannot create the cache folder " + dir_ + ": " + code.message();
    return "";
  }
  std::string path = dir_ + "/new-XXXXXX";
  if (!mkdtemp(path.data())) {
    error = "cannot write to the cache folder " + dir_ + ": " + std::strerror(errno);
    return "";
  }
  return path;
}

std::string Cache::commit(const std::string& work, const std::string& key,
                          const std::set<std::string>& dependencies, std::string& error) const {
  std::string manifest;
  for (const std::string& path : dependencies) manifest += path + "\n" + fingerprint(path) + "\n";
  if (!write_file(work + "/manifest", manifest, error)) {
    error = "cannot write to the cache folder " + dir_ + ": " + error;
    return "";
  }
  std::string entry = dir_ + "/" + key;
  if (rename(work.c_str(), entry.c_str()) == 0) return entry;
  // A stale entry, or one that another coretap has just finished: ours replaces it.
  std::string old = work + ".old";
  if ((rename(entry.c_str(), old.c_str()) != 0 && errno != ENOENT) ||
      rename(work.c_str(), entry.c_str()) != 0) {
    error = "cannot write to the cache folder " + dir_ + ": " + std::strerror(errno);
    discard(old);
    return "";
  }
  discard(old);
  return entry;
}

void Cache::discard(const std::string& work) {
  std::error_code ignored;
  fs::remove_all(work, ignored);
}

}  // namespace coretap
