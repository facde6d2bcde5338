// --metrics=ADDR:PORT: answers GET /metrics by HTTP, for Prometheus and its like.
//
// It lives in the session's loop, as the files of procfs probes do, so that an answer sees no handler half done, and no lock is
// needed. So much of HTTP/1.1 (RFC 9112) is here as this takes: one request a connection, no body, no encoding, no TLS; docs/remote.md
// says who does the rest, and docs/architecture.md why this is not a library.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "runtime/common/result.h"

namespace ct {

class MetricsServer {
 public:
  MetricsServer() = default;
  ~MetricsServer() { close(); }
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// Listens on `place`: "ADDR:PORT" with an IPv4 address, an IPv6 address in brackets or "localhost"; without ADDR on loopback. Fails
  /// with a sentence for the user.
  Status open(const std::string& place);
  /// Readable when serve() has something to do; -1: it is not open.
  int fd() const { return epoll_; }
  /// Does what can be done without waiting. `page` makes the answer to GET /metrics.
  void serve(const std::function<std::string()>& page);
  void close();

 private:
  struct Client {
    std::string asked, answer;
    size_t sent = 0;
  };

  Status listen_on(const std::string& place);
  void take_new();
  void drop(int client);
  bool receive(int fd, Client& client);
  bool send(int fd, Client& client) const;

  int epoll_ = -1, listener_ = -1;
  std::map<int, Client> clients_;  ///< by descriptor
};

}  // namespace ct
