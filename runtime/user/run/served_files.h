// The files of procfs probes: what is asked of them is answered by handlers of the script, while it runs.
//
// They are in a file system of the session's own, /run/coretap/NAME, which the kernel asks by FUSE: so each `cat` sees a whole
// answer that is made at that moment, any number of readers is served, sizes and permissions are real, and all of it is gone
// with the session. stap's /proc/systemtap/NAME needs a kernel module; a FIFO would give one answer to two readers, or half.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

class ServedFiles {
 public:
  ServedFiles() = default;
  ~ServedFiles();
  ServedFiles(const ServedFiles&) = delete;
  ServedFiles& operator=(const ServedFiles&) = delete;

  /// Makes the folder NAME and a file for each procfs probe, if there is one. Readers wait until serve() is called.
  Status open(const Program& program, const std::string& name);
  /// Readable when somebody asks for a file; -1: there are none.
  int fd() const { return fd_; }
  /// What became of a handler. NotRun: the session ends. Failed: it raised an error, which is told.
  enum class Outcome : u8 { Done, NotRun, Failed };
  using Run = std::function<Outcome(const UserHandler&)>;
  /// Answers what is asked now, or the first of much.
  void serve(const Run& run);
  /// What a reader of the file `path` would get now; "" if there is no such file or its handler fails.
  std::string answer_of(const std::string& path, const Run& run);
  /// The folder goes; who still waits for an answer gets an error.
  void close();

 private:
  struct Node {
    std::string name;
    u64 parent = 0;
    bool is_folder = false;
    const UserHandler* read = nullptr;
    std::vector<const UserHandler*> writes;
    u32 mode = 0;
  };
  /// A file that somebody has opened.
  struct Handle {
    std::string answer;
    bool is_made = false, failed = false;
  };
  struct Request;

  u64 node(u64 parent, const std::string& name, bool is_folder);
  void add(const UserHandler& handler);
  Status mount(const std::string& folder);
  Status mount_fuse(const std::string& folder);
  void answer(const Request& request, const Run& run);
  void reply(const Request& request, int error, const void* data = nullptr, size_t size = 0) const;
  void initialize(const Request& request) const;
  void look_up(const Request& request) const;
  void attributes(const Request& request) const;
  void open_file(const Request& request);
  bool make_answer(const UserHandler& handler, const Run& run, std::string& answer) const;
  void read(const Request& request, const Run& run);
  void read_folder(const Request& request) const;
  void write(const Request& request, const Run& run);

  int fd_ = -1;
  u32 max_string_ = 0;
  std::string folder_;
  std::vector<Node> nodes_;  ///< by number - 1; 1 is the folder
  std::map<u64, Handle> handles_;
  u64 next_handle_ = 1;
  std::vector<char> buffer_;
};

/// The path of the file of `prometheus` probes.
constexpr char kMetricsFile[] = "__prometheus";

/// The path of the file whose handlers get the session's standard input.
constexpr char kStandardInput[] = "__stdin";

/// What a .write handler finds in $value.
void give_file_value(View text);

}  // namespace ct
