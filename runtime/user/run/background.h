// -F: the session goes on in a process of its own when its probes are attached.
#pragma once

namespace ct {

class Background {
 public:
  Background() = default;
  Background(const Background&) = delete;
  ~Background();

  /// Forks. In the new process returns true. In the old one waits until the session there is ready
  /// or has failed, prints its process id if it is ready, and returns false: see status().
  bool begin();
  /// Exit status for the old process.
  int status() const { return status_; }
  /// In the new process: tells the old one, and lets go of the terminal. Messages follow the
  /// output to `output_fd`.
  void ready(int output_fd);

 private:
  int ready_fd_ = -1;
  int status_ = 0;
};

}  // namespace ct
