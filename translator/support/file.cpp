#include "support/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "support/descriptor.h"

namespace coretap {

bool read_all(int fd, std::string& text, std::string& error, size_t most) {
  text.clear();
  char buffer[1 << 16];
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) != 0) {
    if (n > 0) {
      text.append(buffer, static_cast<size_t>(n));
      if (text.size() <= most) continue;
      error = "it is larger than " + std::to_string(most >> 20) + " MiB";
      return false;
    }
    if (errno == EINTR) continue;
    error = std::strerror(errno);
    return false;
  }
  return true;
}

bool read_file(const std::string& path, std::string& text, std::string& error, size_t most) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file) return read_all(file.get(), text, error, most);
  error = std::strerror(errno);
  return false;
}

bool write_all(int fd, const std::string& text, std::string& error) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      error = std::strerror(errno);
      return false;
    }
    done += static_cast<size_t>(n);
  }
  return true;
}

bool write_file_at(int folder, const char* name, const std::string& text, std::string& error) {
  Descriptor file(
      openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    error = std::strerror(errno);
    return false;
  }
  if (write_all(file.get(), text, error)) return true;
  unlinkat(folder, name, 0);
  return false;
}

}  // namespace coretap
