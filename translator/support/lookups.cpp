#include "support/lookups.h"

#include <dirent.h>
#include <glob.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "runtime/common/command_words.h"
#include "runtime/common/regular_file.h"

namespace coretap {

namespace {

/// Lists are kept as one text; a name holds no NUL.
constexpr char kSeparator = '\0';

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& item : list) text += item + kSeparator;
  return text;
}

std::vector<std::string> separated(const std::string& text) {
  std::vector<std::string> list;
  for (size_t begin = 0, end; (end = text.find(kSeparator, begin)) != std::string::npos;
       begin = end + 1)
    list.push_back(text.substr(begin, end - begin));
  return list;
}

std::string time_text(const timespec& time) {
  return std::to_string(time.tv_sec) + "." + std::to_string(time.tv_nsec);
}

/// The files of sysfs, procfs and tracefs get their times whenever the kernel makes an inode for them.
bool has_times(const std::string& path) {
  if (!path.starts_with("/sys/") && !path.starts_with("/proc/")) return true;
  struct statfs fs;
  return statfs(path.c_str(), &fs) != 0 ||
         (fs.f_type != SYSFS_MAGIC && fs.f_type != PROC_SUPER_MAGIC && fs.f_type != TRACEFS_MAGIC &&
          fs.f_type != DEBUGFS_MAGIC);
}

/// The change time is part of it: it cannot be set back, as the modification time can be (cp -p, touch -r).
std::string file_state(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return "absent";
  std::string size = std::to_string(status.st_size);
  if (!has_times(path)) return size;
  return std::to_string(status.st_dev) + " " + std::to_string(status.st_ino) + " " + size + " " +
         time_text(status.st_mtim) + " " + time_text(status.st_ctim);
}

std::string find_in_path(const std::string& name, bool absolute_only) {
  if (name.find('/') != std::string::npos || name.empty()) return name;
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  for (;;) {
    size_t colon = rest.find(':');
    std::string folder = rest.substr(0, colon);
    std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    struct stat status;
    bool wanted = !absolute_only || folder.starts_with('/');
    if (wanted && access(candidate.c_str(), X_OK) == 0 && stat(candidate.c_str(), &status) == 0 &&
        !S_ISDIR(status.st_mode))
      return candidate;
    if (colon == std::string::npos) return "";
    rest = rest.substr(colon + 1);
  }
}

std::string matching(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; i++) paths.emplace_back(found.gl_pathv[i]);
  globfree(&found);
  return joined(paths);
}

std::string names_in(const std::string& path) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  while (folder) {
    const dirent* entry = readdir(folder.get());
    if (!entry) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return joined(names);
}

/// A path by which this process reaches the file that `link`, a magic link below /proc/PID, stands for (proc(5)). `shown`
/// is the kernel's name of it, which holds for the mounts of that process: in a container it is another file here, or none.
std::string reachable(const std::string& shown, const std::string& process,
                      const std::string& link) {
  if (access(link.c_str(), F_OK) != 0 || ct::is_one_file(link, shown)) return shown;
  const std::string below_its_root = process + "/root" + shown;
  return ct::is_one_file(link, below_its_root) ? below_its_root : link;
}

std::string executable_of(const std::string& pid) {
  char target[PATH_MAX];
  const std::string process = "/proc/" + pid, link = process + "/exe";
  ssize_t n = readlink(link.c_str(), target, sizeof target);
  return n < 0 ? "" : reachable(std::string(target, static_cast<size_t>(n)), process, link);
}

/// `subject` is "PID NAME".
std::string mapped_library(const std::string& subject) {
  size_t space = subject.find(' ');
  std::string ending = "/" + subject.substr(space + 1);
  const std::string process = "/proc/" + subject.substr(0, space);
  std::ifstream maps(process + "/maps");
  for (std::string line; std::getline(maps, line);) {
    size_t slash = line.find('/');
    if (slash != std::string::npos && line.ends_with(ending))
      return reachable(line.substr(slash), process,
                       process + "/map_files/" + line.substr(0, line.find(' ')));
  }
  return "";
}

}  // namespace

std::string Lookups::answer_today(Question question, const std::string& subject) const {
  switch (question) {
    case Question::File: return file_state(subject);
    case Question::Path: return ct::canonical_path(subject);
    case Question::Program: return find_in_path(subject, false);
    case Question::Tool: return find_in_path(subject, true);
    case Question::Matches: return matching(subject);
    case Question::Folder: return names_in(subject);
    case Question::Process: return executable_of(subject);
    case Question::Library: return mapped_library(subject);
    case Question::TargetCommand: {
      // Of a command that takes a shell, the first word.
      std::vector<std::string> words;
      if (ct::split_command(target_.command, words)) return words[0];
      return target_.command.substr(0, target_.command.find(' '));
    }
    case Question::TargetProcess: return std::to_string(target_.pid);
  }
  return "";
}

/// The first answer stands: it is from before the thing was read.
const std::string& Lookups::record(Question question, const std::string& subject) {
  auto [known, is_new] = answers_.try_emplace({question, subject});
  if (is_new) known->second = answer_today(question, subject);
  return known->second;
}

namespace {
ct::Status changed_meanwhile() { return ct::Status("a file that was read changed meanwhile"); }
}  // namespace

void Lookups::file(const std::string& path) { record(Question::File, path); }

void Lookups::file_read(const std::string& path, int64_t since) {
  constexpr int64_t kClockTick = 10'000'000;  // file times are that coarse (CONFIG_HZ=100)
  struct stat status;
  if (stat(path.c_str(), &status) == 0 &&
      status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec >= since - kClockTick)
    settled_ = changed_meanwhile();
  record(Question::File, path);
}

std::string Lookups::resolved(const std::string& path) {
  record(Question::File, path);
  return record(Question::Path, path);
}

std::string Lookups::program(const std::string& name) { return record(Question::Program, name); }

std::string Lookups::tool(const std::string& name) {
  std::string path = record(Question::Tool, name);
  if (!path.empty()) file(path);
  return path;
}

std::vector<std::string> Lookups::matches(const std::string& pattern) {
  return separated(record(Question::Matches, pattern));
}

std::vector<std::string> Lookups::folder(const std::string& path) {
  return separated(record(Question::Folder, path));
}

std::string Lookups::process(int64_t pid) { return record(Question::Process, std::to_string(pid)); }

std::string Lookups::library(int64_t pid, const std::string& name) {
  return record(Question::Library, std::to_string(pid) + " " + name);
}

std::string Lookups::target_command() { return record(Question::TargetCommand, ""); }

int64_t Lookups::target_pid() {
  return std::strtoll(record(Question::TargetProcess, "").c_str(), nullptr, 10);
}

std::vector<Lookup> Lookups::all() const {
  std::vector<Lookup> lookups;
  for (const auto& [key, answer] : answers_) lookups.push_back({key.first, key.second, answer});
  return lookups;
}

void Lookups::unsettle(std::string why) { settled_ = ct::Status(std::move(why)); }

ct::Status Lookups::settled() const {
  if (!settled_) return settled_;
  for (const Lookup& lookup : all())
    if (lookup.question == Question::File &&
        answer_today(lookup.question, lookup.subject) != lookup.answer)
      return changed_meanwhile();
  return {};
}

}  // namespace coretap
