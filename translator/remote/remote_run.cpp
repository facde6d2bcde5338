#include "remote/remote_run.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "runtime/common/clock.h"
#include "runtime/user/output/output.h"
#include "runtime/user/run/signals.h"

namespace coretap::remote {

namespace {

/// So often a connection is shown that we are still there; the binary's patience (kPatience of make_job()) is many times that.
constexpr long long kBeatNs = 5'000'000'000;
constexpr int kBeatMs = 5000;
/// A line that is longer is passed on in pieces.
constexpr size_t kLongestLine = 1 << 20;

/// What came from one output and is not passed on yet: a line that has begun.
struct Lines {
  std::string begun;

  /// Whole lines of `text`, each behind `prefix`; at the end of the output also the line that has no end.
  std::string take(const std::string& text, const std::string& prefix, bool at_end) {
    begun += text;
    std::string whole;
    size_t from = 0;
    for (size_t end; (end = begun.find('\n', from)) != std::string::npos; from = end + 1)
      whole += prefix + begun.substr(from, end + 1 - from);
    begun.erase(0, from);
    if (!begun.empty() && (at_end || begun.size() > kLongestLine)) {
      whole += prefix + begun + '\n';
      begun.clear();
    }
    return whole;
  }
};

struct Host {
  Host(const Address& address, const Job& job) : connection(address, job) {}
  Connection connection;
  Lines lines[2];  ///< of standard output and of standard error
  std::string prefix;
};

class Run {
 public:
  Run(const Asked& asked, Diagnostics& diagnostics) : asked_(asked), diagnostics_(diagnostics) {
    for (size_t i = 0; i < asked.addresses.size(); i++) {
      hosts_.push_back(std::make_unique<Host>(asked.addresses[i], asked.job));
      if (asked.prefix) hosts_.back()->prefix = std::to_string(i) + ": ";
    }
  }

  int run() {
    signals_ = ct::open_signals();
    if (!asked_.output.empty())
      if (ct::Status opened = ct::open_output(asked_.output.c_str(), asked_.file_mb * 1048576ull,
                                              asked_.file_count);
          !opened)
        return fail(opened);
    for (const auto& host : hosts_)
      if (ct::Status started = host->connection.start(); !started) {
        abandon();
        report_no_ssh(started);
        for (const auto& each : hosts_)
          if (each->connection.was_started()) each->connection.finish();
        return end();
      }
    // While the reader of our output makes us wait, the other side must not think that we are gone.
    ct::set_output_watch([this] {
      beat();
      return ct::interrupt_count() > 0;
    });
    while (is_any_left()) turn();
    for (const auto& host : hosts_) report(*host);
    return end();
  }

 private:
  int fail(const ct::Status& status) {
    ct::print_error(status.text());
    ct::close_signals();
    return 1;
  }

  int end() {
    ct::flush_output();
    ct::set_output_watch({});
    ct::close_signals();
    diagnostics_.flush(std::cerr);
    const bool all_well = std::all_of(hosts_.begin(), hosts_.end(), [](const auto& host) {
      return host->connection.step() == Connection::Step::Ended &&
             host->connection.exit_status() == 0 &&
             host->connection.trouble() == Connection::Trouble::None;
    });
    return all_well && begun_ && !diagnostics_.has_errors() && !ct::output_failed() ? 0 : 1;
  }

  bool is_any_left() const {
    return std::any_of(hosts_.begin(), hosts_.end(), [](const auto& host) {
      return host->connection.step() != Connection::Step::Ended;
    });
  }

  /// Waits for something to happen, and does what follows of it.
  void turn() {
    std::vector<pollfd> events = {{signals_, POLLIN, 0}};
    struct Of {
      Host* host;
      int what;  ///< the descriptor of the binary's input, of standard output, of standard error
    };
    std::vector<Of> of = {{nullptr, 0}};
    auto watch = [&](Host& host, int what, int fd, short when) {
      if (fd < 0) return;
      events.push_back({fd, when, 0});
      of.push_back({&host, what});
    };
    for (const auto& host : hosts_) {
      Connection& connection = host->connection;
      if (connection.wants_to_send()) watch(*host, 0, connection.input(), POLLOUT);
      watch(*host, 1, connection.output(false), POLLIN);
      watch(*host, 2, connection.output(true), POLLIN);
    }
    if (poll(events.data(), events.size(), kBeatMs) < 0 && errno != EINTR) return;
    if (events[0].revents) on_signal();
    for (size_t i = 1; i < events.size(); i++) {
      if (events[i].revents == 0) continue;
      if (of[i].what == 0)
        of[i].host->connection.send();
      else
        take(*of[i].host, of[i].what == 2);
    }
    for (const auto& host : hosts_) settle(*host);
    begin_if_ready();
    ct::flush_output();
    if (ct::output_failed() && !output_is_lost_) {
      output_is_lost_ = true;
      interrupt();
    }
    beat();
  }

  void take(Host& host, bool error) {
    std::string text;
    const bool goes_on = host.connection.receive(error, text);
    pass_on(host, error, text, !goes_on);
  }

  /// With one machine and no prefix there is nothing to merge, and a line that has begun is shown at once.
  void pass_on(Host& host, bool error, const std::string& text, bool at_end) {
    const bool is_alone = hosts_.size() == 1 && !asked_.prefix;
    const std::string out =
        is_alone ? text : host.lines[error ? 1 : 0].take(text, host.prefix, at_end);
    if (out.empty()) return;
    if (error) {
      ct::flush_output();
      std::cerr << out << std::flush;
    } else {
      ct::put(ct::output(), {out.data(), static_cast<unsigned>(out.size())});
    }
  }

  /// A machine whose outputs have ended is done.
  void settle(Host& host) {
    Connection& connection = host.connection;
    if (connection.step() == Connection::Step::Ended || connection.output(false) >= 0 ||
        connection.output(true) >= 0)
      return;
    connection.finish();
    if (!begun_ && !abandoned_) {
      first_ = &host;
      abandon();
    }
  }

  void begin_if_ready() {
    const bool all = std::all_of(hosts_.begin(), hosts_.end(), [](const auto& host) {
      return host->connection.step() == Connection::Step::Ready;
    });
    if (begun_ || !all) return;
    begun_ = true;
    for (const auto& host : hosts_) host->connection.begin();
  }

  void on_signal() {
    ct::clear_signals();
    for (; interrupts_ < ct::interrupt_count(); interrupts_++) interrupt();
  }

  /// The third Ctrl-C does not wait for anybody: the other side ends when it finds that we are gone.
  void interrupt() {
    if (!begun_ || interrupts_ >= 2) return abandon();
    for (const auto& host : hosts_) host->connection.tell('i');
  }

  void abandon() {
    abandoned_ = true;
    for (const auto& host : hosts_)
      if (host->connection.step() != Connection::Step::Ended) host->connection.abandon();
  }

  void beat() {
    const long long now = static_cast<long long>(ct::clock_ns(CLOCK_MONOTONIC));
    if (!begun_ || now - last_beat_ < kBeatNs) return;
    last_beat_ = now;
    for (const auto& host : hosts_)
      if (host->connection.step() == Connection::Step::Running) host->connection.tell('.');
  }

  // ---------------------------------------------------------------- what went wrong

  void report_no_ssh(const ct::Status& why) {
    diagnostics_
        .error("remote-ssh", "--remote cannot start what connects to a machine: " + why.text())
        .hint("ssh is in the package openssh-client");
  }

  /// ssh says in words only what is wrong; these words are the answer, and its way out holds for all of them.
  void report_no_connection(const Connection& connection) {
    const Address& address = connection.address();
    std::string command = "ssh -o BatchMode=yes ";
    if (!address.port.empty()) command += "-p " + address.port + " ";
    diagnostics_
        .error("remote-connect",
               "cannot run anything on '" + address.text + "': " + said(connection))
        .hint("nobody is asked for a password or about a host's key: '" + command + address.host +
              " true' must succeed without a question")
        .hint(
            "'ssh-copy-id' puts your key there, and ssh-agent keeps its password; 'ssh' by hand "
            "asks whether the host's key is known");
  }

  static std::string said(const Connection& connection) {
    if (!connection.words().empty()) return connection.words();
    return "it ended with status " + std::to_string(connection.exit_status());
  }

  void report(Host& host) {
    const Connection& connection = host.connection;
    const std::string name = "'" + connection.address().text + "'";
    // Before the script has begun the others were only told to stop.
    if (!begun_ && &host != first_) return;
    using Trouble = Connection::Trouble;
    switch (connection.trouble()) {
      case Trouble::None: break;
      case Trouble::Connect: report_no_connection(connection); break;
      case Trouble::Machine:
        diagnostics_
            .error("remote-machine", name + " is another kind of machine: " + connection.words())
            .hint("coretap compiles for the machine that it runs on");
        break;
      case Trouble::Copy:
        diagnostics_
            .error("remote-copy",
                   "the script cannot be copied to " + name + ": " + said(connection))
            .hint("it needs mktemp, head, and some megabytes in $TMPDIR there, else in /tmp");
        break;
      case Trouble::Start:
        diagnostics_.error("remote-start", "the script cannot be started on " + name)
            .hint(
                "what was copied is executed in $TMPDIR there, else in /tmp: is it mounted "
                "noexec?");
        break;
      case Trouble::Lost:
        if (abandoned_) break;
        diagnostics_
            .error("remote-lost",
                   "the connection to " + name + " broke: what it printed last is lost")
            .hint("the script ends there by itself");
        break;
      case Trouble::Failed:
        // A run that fails has said why and ends with 1; another status is of a signal that ended it.
        if (hosts_.size() > 1 || connection.exit_status() != 1)
          diagnostics_.error(
              "remote-failed",
              "the run on " + name + " failed" +
                  (connection.exit_status() == 1
                       ? ""
                       : " with status " + std::to_string(connection.exit_status())));
        break;
    }
  }

  const Asked& asked_;
  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<Host>> hosts_;
  Host* first_ = nullptr;  ///< which ended before the script had begun
  int signals_ = -1, interrupts_ = 0;
  bool begun_ = false, abandoned_ = false, output_is_lost_ = false;
  long long last_beat_ = 0;
};

}  // namespace

int run(const Asked& asked, Diagnostics& diagnostics) { return Run(asked, diagnostics).run(); }

}  // namespace coretap::remote
