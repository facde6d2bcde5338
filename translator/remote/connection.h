// One machine of --remote: the process that is connected to it, and how far the run there is.
//
// All goes through one ssh, so that there is one login. What it runs there is a short shell script (connection.cpp), and they
// speak so:
//
//   there                                    here
//   "coretap-remote ready SYSTEM MACHINE"    the binary's bytes, if a program of this machine runs there
//   "coretap-remote run"                     "." when all machines have come so far: the script begins
//   what the script prints                   "." every few seconds, "i" for Ctrl-C
//
// The binary reads the right column as its lifeline (runtime/user/run/lifeline.h): when it ends or is silent for too long, the
// binary ends as by Ctrl-C. The shell removes the folder behind it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "remote/address.h"
#include "runtime/common/result.h"
#include "support/descriptor.h"

namespace coretap::remote {

/// What is run on each machine.
struct Job {
  std::string_view binary;             ///< of --build
  std::string name;                    ///< of the file there, which names the session
  std::vector<std::string> arguments;  ///< of the binary
};

class Connection {
 public:
  enum class Step {
    Connecting,  ///< nothing has come from there
    Copying,
    Ready,    ///< the binary waits for begin()
    Running,  ///< what comes is the script's
    Ended
  };
  /// How a run ended that did not go well.
  enum class Trouble { None, Connect, Machine, Copy, Start, Lost, Failed };

  Connection(Address address, const Job& job) : address_(std::move(address)), job_(job) {}

  /// Starts ssh, or for `direct:` a shell.
  ct::Status start();
  /// Sends what can be sent of the binary without waiting.
  void send();
  /// Takes what has come on standard output (`error`: standard error); what the script wrote is added to `text`. False at the end.
  bool receive(bool error, std::string& text);
  void begin() {
    tell('.');
    step_ = Step::Running;
  }
  /// Sends a byte of the lifeline. A connection that is gone shows elsewhere.
  void tell(char word);
  /// Ends the lifeline: whatever is there ends.
  void let_go() { input_ = Descriptor(); }
  /// The same at once: the process here ends, too, and does not wait for an answer.
  void abandon();
  bool was_started() const { return pid_ > 0; }
  /// Both outputs have ended: waits for the process, and knows how it went.
  void finish();

  const Address& address() const { return address_; }
  Step step() const { return step_; }
  Trouble trouble() const { return trouble_; }
  int exit_status() const { return exit_status_; }
  /// What ssh or the shell there said; "" if nothing.
  const std::string& words() const { return words_; }
  bool wants_to_send() const {
    return step_ == Step::Copying && input_ && sent_ < job_.binary.size();
  }
  int input() const { return input_.get(); }
  int output(bool error) const { return error ? error_.get() : output_.get(); }

 private:
  void on_word(const std::string& line);

  Address address_;
  const Job& job_;
  Step step_ = Step::Connecting;
  Trouble trouble_ = Trouble::None;
  pid_t pid_ = -1;
  Descriptor input_, output_, error_;
  size_t sent_ = 0;
  std::string heard_;  ///< of standard output before the script's: the line that has begun
  std::string words_;
  int exit_status_ = 1;
};

/// `text` as one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace coretap::remote
