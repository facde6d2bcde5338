// What a compilation asks of the world around it, and the answers it got.
//
// A script's result is decided by its CompileInput, which is known beforehand and is the key of
// the cache, and by what the passes look up on the way: which file `process("prog")` finds in
// $PATH, where a link leads, which files a wildcard matches, what process -x PID runs. Each such
// question goes through here and is recorded with its answer. A cached result may be used if all of its
// questions get the same answers today.
//
// So a pass must not look at the file system, at the environment or at /proc behind the back of this class.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/common/result.h"

namespace coretap {

enum class Question : uint8_t {
  File,           ///< state of a file or folder (links followed): inode, size, times
  Path,           ///< where a path leads once every link on it is followed
  Program,        ///< the executable that a command name finds in $PATH
  Tool,           ///< the same, but only in the absolute folders of $PATH: what coretap itself runs
  Matches,        ///< what a wildcard matches
  Folder,         ///< the names in a folder
  Process,        ///< the executable of process PID
  Library,        ///< "PID NAME": the file of that name that process PID has mapped
  TargetCommand,  ///< the program of -c
  TargetProcess,  ///< the process of -x
};

/// What the command line gives to run or to watch (-c, -x). It is a question, not part of the key of the
/// cache: most scripts never ask, and serve any target.
struct TraceTarget {
  std::string command;  ///< the whole of -c
  int64_t pid = 0;      ///< -x; 0: none
};

struct Lookup {
  Question question;
  std::string subject;
  std::string answer;
};

class Lookups {
 public:
  explicit Lookups(TraceTarget target = {}) : target_(std::move(target)) {}

  /// Records the state of a file that is about to be read; that it is not there is a state as well.
  void file(const std::string& path);
  /// Records a file that a compiler has read since `since` (nanoseconds of the real-time clock). If
  /// it has changed since then, nobody knows what was read, and settled() turns false.
  void file_read(const std::string& path, int64_t since);
  /// The path with every link followed; the path itself if it does not exist. Records it and the file.
  std::string resolved(const std::string& path);
  /// The path at which a shell would find the command `name`: itself if it has a slash, else the first
  /// executable in $PATH, or "".
  std::string program(const std::string& name);
  /// The compiler or linker of this name in $PATH, or "". Folders of $PATH that are relative to the working folder
  /// are passed over: who traces in somebody else's folder must not run his g++.
  std::string tool(const std::string& name);
  /// The paths that match a wildcard of glob(7), sorted.
  std::vector<std::string> matches(const std::string& pattern);
  /// The names in a folder, sorted; none if it cannot be read.
  std::vector<std::string> folder(const std::string& path);
  /// The executable that a process runs, or "".
  std::string process(int64_t pid);
  /// The path of the mapped file with this base name in a process, or "".
  std::string library(int64_t pid, const std::string& name);
  /// The first word of -c, or "".
  std::string target_command();
  /// -x, or 0.
  int64_t target_pid();

  std::vector<Lookup> all() const;
  /// Something was asked that may be answered in another way the next time, and that no question here stands for.
  void unsettle(std::string why);
  /// Has every file that was read stayed as it was recorded, and was nothing unsettled? Asked when the result is
  /// finished. The failure says what was not.
  ct::Status settled() const;
  /// The answer that a question gets now; nothing is recorded.
  std::string answer_today(Question question, const std::string& subject) const;

 private:
  const std::string& record(Question question, const std::string& subject);

  TraceTarget target_;
  std::map<std::pair<Question, std::string>, std::string> answers_;
  ct::Status settled_;  ///< a failure: why what was found may not be kept
};

}  // namespace coretap
