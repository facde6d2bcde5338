// The client library is loaded when a server is asked and not linked: it brings libcurl with it, and with that two dozen libraries,
// which would cost every run some 20 ms. elfutils' own libdwfl does it in the same way.
//
// Its own limits are made for batch work: a server that says nothing is left after 90 seconds. Here somebody waits for a probe, so
// the silence that is borne is shorter, unless $DEBUGINFOD_TIMEOUT says how long it is to be.
#include "probes/debuginfod.h"

#include <dlfcn.h>
#include <elfutils/debuginfod.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <type_traits>

#include "runtime/common/terminal.h"

namespace coretap::probes {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSilence = 20;  // seconds

/// The functions of the client library.
struct Client {
  decltype(&debuginfod_begin) begin = nullptr;
  decltype(&debuginfod_end) end = nullptr;
  decltype(&debuginfod_find_debuginfo) find_debuginfo = nullptr;
  decltype(&debuginfod_set_progressfn) set_progressfn = nullptr;
  decltype(&debuginfod_set_user_data) set_user_data = nullptr;
  decltype(&debuginfod_get_user_data) get_user_data = nullptr;
  decltype(&debuginfod_get_url) get_url = nullptr;

  bool is_whole() const {
    return begin && end && find_debuginfo && set_progressfn && set_user_data && get_user_data &&
           get_url;
  }
};

/// The library stays loaded until the end: libcurl cannot be unloaded.
const Client& client() {
  static const Client loaded = [] {
    Client client;
    void* library = dlopen(DEBUGINFOD_SONAME, RTLD_LAZY | RTLD_LOCAL);
    if (!library) return client;
    auto load = [&](auto& function, const char* name) {
      function =
          reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    };
    load(client.begin, "debuginfod_begin");
    load(client.end, "debuginfod_end");
    load(client.find_debuginfo, "debuginfod_find_debuginfo");
    load(client.set_progressfn, "debuginfod_set_progressfn");
    load(client.set_user_data, "debuginfod_set_user_data");
    load(client.get_user_data, "debuginfod_get_user_data");
    load(client.get_url, "debuginfod_get_url");
    return client;
  }();
  return loaded;
}

/// One question to the servers, as the library tells of it while it waits.
class Transfer {
 public:
  Transfer() : is_terminal_(isatty(STDERR_FILENO) == 1), last_sign_(Clock::now()) {
    const char* limit = std::getenv(DEBUGINFOD_TIMEOUT_ENV_VAR);
    if (limit && std::atoi(limit) > 0) silence_ = std::chrono::seconds(std::atoi(limit));
  }
  ~Transfer() { clear(); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// `total` is 0 as long as no server has begun to send, or if it does not say how much; `done` then counts how often the library
  /// looked, unless it is bytes. Returns whether to go on.
  bool goes_on(long done, long total, const char* url) {
    constexpr long kBytes = 4096;  // the library looks far less often
    const bool is_sending = total > 0 || done > kBytes;
    const Clock::time_point now = Clock::now();
    if (is_sending && done != done_) {
      done_ = done;
      last_sign_ = now;
    }
    if (now - last_sign_ > silence_) is_given_up_ = true;
    show(is_sending, done, total, url ? url : "");
    return !is_given_up_;
  }

  /// Was the time up?
  bool is_given_up() const { return is_given_up_; }
  long seconds() const { return silence_.count(); }

 private:
  void show(bool is_sending, long done, long total, const std::string& url) {
    constexpr double kMegabyte = 1e6;
    constexpr auto kPause = std::chrono::milliseconds(100);
    const Clock::time_point now = Clock::now();
    if (!is_terminal_ || (is_shown_ && now - last_shown_ < kPause)) return;
    last_shown_ = now;
    is_shown_ = true;
    std::string of = url.empty() ? "" : " from " + ct::terminal_safe(url);
    if (!is_sending)
      std::fprintf(stderr, "\r\033[Kasking for debug information%s", of.c_str());
    else if (total > 0)
      std::fprintf(stderr, "\r\033[Kloading debug information: %.1f of %.1f MB%s",
                   static_cast<double>(done) / kMegabyte, static_cast<double>(total) / kMegabyte,
                   of.c_str());
    else
      std::fprintf(stderr, "\r\033[Kloading debug information: %.1f MB%s",
                   static_cast<double>(done) / kMegabyte, of.c_str());
    std::fflush(stderr);
  }

  void clear() {
    if (is_shown_) std::fprintf(stderr, "\r\033[K");
  }

  bool is_terminal_, is_shown_ = false, is_given_up_ = false;
  long done_ = 0;
  std::chrono::seconds silence_{kSilence};
  Clock::time_point last_sign_, last_shown_;
};

/// Where the client library keeps what it gets: debuginfod_find_debuginfo(3).
std::string cache_folder() {
  auto value = [](const char* name) {
    const char* text = std::getenv(name);
    return std::string(text ? text : "");
  };
  if (std::string own = value(DEBUGINFOD_CACHE_PATH_ENV_VAR); !own.empty()) return own;
  if (std::string old = value("HOME") + "/.debuginfod_client_cache"; access(old.c_str(), F_OK) == 0)
    return old;
  const std::string xdg = value("XDG_CACHE_HOME");
  return (xdg.empty() ? value("HOME") + "/.cache" : xdg) + "/debuginfod_client";
}

/// What is given up here, the library takes for a no of the servers. It notes that with an empty file, and would give the same answer
/// for ten minutes.
void forget_miss(const std::string& build_id) {
  const std::string path = cache_folder() + "/" + build_id + "/debuginfo";
  struct stat status;
  if (lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
    unlink(path.c_str());
}

int on_progress(debuginfod_client* handle, long done, long total) {
  const Client& library = client();
  if (!library.get_user_data || !library.get_url) return 1;
  auto* transfer = static_cast<Transfer*>(library.get_user_data(handle));
  return transfer->goes_on(done, total, library.get_url(handle)) ? 0 : 1;
}

}  // namespace

ct::Result<std::string> Debuginfod::find(const std::string& build_id) {
  if (urls_.empty() || is_given_up_) return ct::Status(ct::Failure::Missing, "");
  auto give_up = [&](const std::string& why) {
    is_given_up_ = true;
    lookups_.unsettle("a debuginfod server could not be asked");
    return ct::Status(why);
  };
  if (!client().is_whole())
    return give_up("DEBUGINFOD_URLS is set, but the library " DEBUGINFOD_SONAME
                   " cannot be loaded (Debian's package libdebuginfod1)");
  std::unique_ptr<debuginfod_client, void (*)(debuginfod_client*)> handle(client().begin(),
                                                                          client().end);
  if (!handle) return give_up("the debuginfod client cannot be started");
  char* path = nullptr;
  int found = 0;
  bool is_late = false;
  long seconds = 0;
  {
    Transfer transfer;
    client().set_user_data(handle.get(), &transfer);
    client().set_progressfn(handle.get(), on_progress);
    found = client().find_debuginfo(
        handle.get(), reinterpret_cast<const unsigned char*>(build_id.c_str()), 0, &path);
    is_late = transfer.is_given_up();
    seconds = transfer.seconds();
  }
  if (found >= 0) {
    close(found);
    std::string at = path ? path : "";
    std::free(path);
    return at;
  }
  const std::string servers = "DEBUGINFOD_URLS, " + urls_;
  if (is_late) forget_miss(build_id);
  if (is_late || found == -ETIME || found == -ETIMEDOUT)
    return give_up("the debuginfod server is silent (" + servers + "); it was waited for " +
                   std::to_string(seconds) + " s, and DEBUGINFOD_TIMEOUT=SECONDS changes that");
  if (found == -ENOENT)
    return ct::Status(ct::Failure::Missing,
                      "no debuginfod server has build-id " + build_id + " (" + servers + ")");
  return give_up("the debuginfod server cannot be asked (" + servers +
                 "): " + std::strerror(-found));
}

}  // namespace coretap::probes
