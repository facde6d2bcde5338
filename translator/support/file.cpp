#include "support/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "support/descriptor.h"

namespace coretap {

ct::Result<std::string> read_all(int fd, size_t most) {
  std::string text;
  char buffer[1 << 16];
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) != 0) {
    if (n > 0) {
      text.append(buffer, static_cast<size_t>(n));
      if (text.size() <= most) continue;
      return ct::Status("it is larger than " + std::to_string(most >> 20) + " MiB");
    }
    if (errno != EINTR) return ct::Status::of_errno(errno);
  }
  return text;
}

ct::Result<std::string> read_file(const std::string& path, size_t most) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return ct::Status::of_errno(errno);
  return read_all(file.get(), most);
}

ct::Status write_all(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ct::Status::of_errno(errno);
    done += static_cast<size_t>(n);
  }
  return {};
}

ct::Status write_file_at(int folder, const char* name, const std::string& text) {
  Descriptor file(
      openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return ct::Status::of_errno(errno);
  ct::Status written = write_all(file.get(), text);
  if (!written) unlinkat(folder, name, 0);
  return written;
}

}  // namespace coretap
