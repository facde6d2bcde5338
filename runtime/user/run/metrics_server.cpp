#include "metrics_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace ct {
namespace {

/// Who sends more than this is not a scraper.
constexpr size_t kLongestRequest = 8192;
/// At a time. One more, and one that is already there is given up: clients that say nothing must not keep others out.
constexpr size_t kMostClients = 64;

struct Place {
  sockaddr_storage address = {};
  socklen_t size = 0;
};

/// Takes "ADDR:PORT" apart. Names are not looked up: what is listened on is to be seen in the command.
bool parse_place(const std::string& text, Place& place) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  std::string host = text.substr(0, colon);
  const std::string digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return false;
  const int port = atoi(digits.c_str());
  if (port > 65535) return false;
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  auto* v4 = reinterpret_cast<sockaddr_in*>(&place.address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&place.address);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(port));
    place.size = sizeof *v4;
    return true;
  }
  if (host.size() < 3 || host.front() != '[' || host.back() != ']' ||
      inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6->sin6_addr) != 1)
    return false;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(static_cast<uint16_t>(port));
  place.size = sizeof *v6;
  return true;
}

std::string response(const char* status, const char* type, const std::string& body,
                     bool with_body) {
  return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         (with_body ? body : "");
}

std::string refusal(const char* status) {
  return response(status, "text/plain; charset=utf-8", std::string(status) + "\n", true);
}

/// The answer to a request whose head is whole.
std::string answer_to(const std::string& asked, const std::function<std::string()>& page) {
  const std::string line = asked.substr(0, asked.find_first_of("\r\n"));
  const size_t first = line.find(' '), second = line.rfind(' ');
  if (first == std::string::npos || second <= first || line.compare(second + 1, 5, "HTTP/") != 0)
    return refusal("400 Bad Request");
  const std::string method = line.substr(0, first);
  std::string target = line.substr(first + 1, second - first - 1);
  target.resize(std::min(target.size(), target.find('?')));
  if (method != "GET" && method != "HEAD") return refusal("405 Method Not Allowed");
  if (target != "/metrics") return refusal("404 Not Found");
  return response("200 OK", "text/plain; version=0.0.4; charset=utf-8", page(), method == "GET");
}

bool is_whole(const std::string& asked) {
  return asked.find("\r\n\r\n") != std::string::npos || asked.find("\n\n") != std::string::npos;
}

}  // namespace

Status MetricsServer::open(const std::string& place) {
  Status listening = listen_on(place);
  if (!listening) close();
  return listening;
}

Status MetricsServer::listen_on(const std::string& place) {
  Place where;
  if (!parse_place(place, where))
    return Status(
        "--metrics takes ADDR:PORT or :PORT, where ADDR is an address of this machine, not '" +
        place + "'");
  auto failure = [&] {
    return Status::of_errno(errno, "cannot serve metrics on '" + place + "': ");
  };
  listener_ = socket(where.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  if (listener_ < 0 || setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(listener_, reinterpret_cast<sockaddr*>(&where.address), where.size) != 0 ||
      listen(listener_, 16) != 0)
    return failure();
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = listener_;
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0) return failure();
  return {};
}

void MetricsServer::take_new() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  const bool no_room = client < 0 && (errno == EMFILE || errno == ENFILE);
  if ((no_room && !clients_.empty()) || clients_.size() >= kMostClients)
    drop(clients_.begin()->first);
  if (client < 0) return;
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = client;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, client, &event) != 0) {
    ::close(client);
    return;
  }
  clients_[client];
}

void MetricsServer::drop(int client) {
  ::close(client);
  clients_.erase(client);
}

/// False: the client has gone.
bool MetricsServer::receive(int fd, Client& client) {
  char bytes[4096];
  const ssize_t n = read(fd, bytes, sizeof bytes);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  client.asked.append(bytes, static_cast<size_t>(n));
  return true;
}

/// False: all is sent, or the client has gone.
bool MetricsServer::send(int fd, Client& client) const {
  const ssize_t n = ::send(fd, client.answer.data() + client.sent,
                           client.answer.size() - client.sent, MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  client.sent += static_cast<size_t>(n);
  return client.sent < client.answer.size();
}

void MetricsServer::serve(const std::function<std::string()>& page) {
  epoll_event events[16];
  const int n = epoll_wait(epoll_, events, 16, 0);
  for (int i = 0; i < n; ++i) {
    const int fd = events[i].data.fd;
    if (fd == listener_) {
      take_new();
      continue;
    }
    const auto found = clients_.find(fd);
    if (found == clients_.end()) continue;  // it was dropped just now
    Client& client = found->second;
    if (client.answer.empty()) {
      if (!receive(fd, client)) {
        drop(fd);
        continue;
      }
      if (client.asked.size() > kLongestRequest)
        client.answer = refusal("431 Request Header Fields Too Large");
      else if (is_whole(client.asked))
        client.answer = answer_to(client.asked, page);
      else
        continue;
      epoll_event event = {};
      event.events = EPOLLOUT;
      event.data.fd = fd;
      epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
    }
    if (!send(fd, client)) drop(fd);
  }
}

void MetricsServer::close() {
  while (!clients_.empty()) drop(clients_.begin()->first);
  if (listener_ >= 0) ::close(listener_);
  if (epoll_ >= 0) ::close(epoll_);
  listener_ = epoll_ = -1;
}

}  // namespace ct
