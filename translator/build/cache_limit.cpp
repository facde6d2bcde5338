#include "build/cache_limit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "build/trusted_folder.h"
#include "support/descriptor.h"
#include "support/file.h"

namespace coretap {

namespace {

constexpr const char* kLimitFile = "cache_mb_limit";
constexpr const char* kIntervalFile = "cache_clean_interval_s";
constexpr const char* kStamp = "last-clean";  ///< its time says when

constexpr unsigned long long kDefaultLimit = 256;  // MiB
constexpr unsigned long long kDefaultInterval = 300;
constexpr time_t kLeftOverAge = 24 * 60 * 60;

struct Entry {
  std::string name;
  int64_t last_use = 0;         ///< nanoseconds
  unsigned long long size = 0;  ///< bytes on the disk
};

bool to_number(const std::string& text, unsigned long long& value) {
  const char* end = text.data() + text.size();
  while (end > text.data() && (end[-1] == '\n' || end[-1] == ' ')) end--;
  auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stopped == end;
}

unsigned long long number_in(int folder, const char* name, unsigned long long otherwise) {
  constexpr size_t kMost = 64;  // bytes
  ct::Result<Descriptor> file = open_trusted_file(folder, name);
  unsigned long long value = 0;
  return file && to_number(read_all(file->get(), kMost).value_or(""), value) ? value : otherwise;
}

/// In bytes.
unsigned long long limit_of(int folder) {
  unsigned long long limit = 0;
  const char* given = std::getenv("CORETAP_CACHE_MB_LIMIT");
  if (!given || !to_number(given, limit)) limit = number_in(folder, kLimitFile, kDefaultLimit);
  constexpr unsigned long long kMost = 1ull << 40;
  return std::min(limit, kMost) << 20;
}

/// Is it time to clean? Then the next time is a pause from now.
bool is_due(int folder) {
  struct stat status;
  auto interval = static_cast<time_t>(number_in(folder, kIntervalFile, kDefaultInterval));
  time_t now = time(nullptr);
  if (fstatat(folder, kStamp, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mtime <= now &&
      now - status.st_mtime < interval)
    return false;
  return static_cast<bool>(write_file_at(folder, kStamp, ""));
}

bool is_entry_name(const std::string& name) {
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

template <typename Visitor>
void for_each_name(int folder, const Visitor& visit) {
  int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<DIR, int (*)(DIR*)> names(again < 0 ? nullptr : fdopendir(again), closedir);
  while (const dirent* entry = names ? readdir(names.get()) : nullptr) visit(entry->d_name);
}

unsigned long long size_of(int folder, const std::string& name) {
  constexpr unsigned kBlock = 512;  // of st_blocks
  unsigned long long size = 0;
  Descriptor entry(openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!entry) return 0;
  for_each_name(entry.get(), [&](const char* file) {
    struct stat status;
    if (fstatat(entry.get(), file, &status, AT_SYMLINK_NOFOLLOW) == 0)
      size += static_cast<unsigned long long>(status.st_blocks) * kBlock;
  });
  return size;
}

}  // namespace

void limit_cache(int folder) {
  if (!is_due(folder)) return;
  std::vector<Entry> entries;
  unsigned long long total = 0;
  time_t now = time(nullptr);
  for_each_name(folder, [&](const std::string& name) {
    struct stat status;
    bool left_over = name.starts_with("new-");
    if ((!left_over && !is_entry_name(name)) ||
        fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return;
    if (!left_over) {
      int64_t last_use = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
      entries.push_back({name, last_use, size_of(folder, name)});
      total += entries.back().size;
    } else if (now - status.st_mtime > kLeftOverAge) {
      remove_tree(folder, name.c_str());
    }
  });
  unsigned long long limit = limit_of(folder);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.last_use < b.last_use; });
  // The newest is the one that was just made: it stays however small the limit is.
  for (size_t i = 0; i + 1 < entries.size() && total > limit; i++) {
    remove_tree(folder, entries[i].name.c_str());
    total -= entries[i].size;
  }
}

}  // namespace coretap
