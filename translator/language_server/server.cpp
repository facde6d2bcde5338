// One process answers the requests in their order; what it found is kept, so that it answers fast. A document's diagnostics are found by
// a child of it, because that may take long, and the user goes on writing: a change ends the child of the text before it. What a child's
// compilation takes of memory is given back with it, and an error of the compiler's own ends the child and not the server.
#include "language_server/server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <ostream>

#include "language_server/features.h"
#include "language_server/message_reader.h"
#include "support/descriptor.h"
#include "support/file.h"

namespace coretap::language_server {

namespace {

constexpr size_t kMostText = 16 << 20;  // bytes of a document, as of a script
constexpr size_t kMostDocuments = 500;
constexpr int kMostNesting = 64;  // of JSON
constexpr int kQuiet = 100;       // ms without a message before diagnostics are looked for

// Codes of JSON-RPC and of the protocol.
constexpr int kParseError = -32700, kInvalidRequest = -32600, kMethodNotFound = -32601,
              kInvalidParams = -32602, kNotInitialized = -32002;

/// A failure that is the answer to a request.
struct RequestFailed {
  int code;
  std::string message;
};

struct OpenDocument {
  explicit OpenDocument(std::string text) : document(std::move(text)) {}
  Document document;
  std::string name;
  Json version;
  bool is_changed = true;  ///< since its diagnostics were asked for
  pid_t child = 0;         ///< that looks for them
  Descriptor answer;       ///< where it writes them
  std::string found;       ///< what it wrote
};

class Server {
 public:
  Server(Services services, int in, int out, std::ostream& messages)
      : compiler_(std::move(services)), in_(in), out_(out), messages_(messages) {}

  ~Server() {
    for (auto& [uri, open] : documents_) stop(open);
  }

  int run() {
    while (!is_over_) {
      if (const std::optional<std::string> message = reader_.next()) {
        receive(*message);
        continue;
      }
      if (!reader_.failure().empty()) return fail(reader_.failure());
      if (!wait()) break;
    }
    if (is_broken_) return fail("what is written is not read any more: " + write_problem_);
    return was_shut_down_ ? 0 : 1;
  }

 private:
  // ---------------------------------------------------------------- streams

  int fail(const std::string& what) {
    Diagnostics diagnostics;
    diagnostics.error("language-server", "the language server ends: " + what);
    diagnostics.flush(messages_);
    return 1;
  }

  void send(const Json& message) {
    if (is_broken_) return;
    const std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
    const ct::Status written =
        write_all(out_, "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
    if (written) return;
    is_over_ = is_broken_ = true;
    write_problem_ = written.text();
  }

  void answer(const Json& id, Json result) {
    send({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
  }
  void answer_error(const Json& id, int code, const std::string& message) {
    send({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}});
  }
  void notify(const char* method, Json params) {
    send({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
  }
  void show_error(const std::string& text) {
    notify("window/showMessage", {{"type", 1}, {"message", text}});
  }

  /// Until something is there to be read. False at the end of the input.
  bool wait() {
    bool is_any_changed = false;
    std::vector<pollfd> polled{{in_, POLLIN, 0}};
    std::vector<std::string> uris;
    for (const auto& [uri, open] : documents_) {
      is_any_changed |= open.is_changed;
      if (!open.answer) continue;
      polled.push_back({open.answer.get(), POLLIN, 0});
      uris.push_back(uri);
    }
    const int ready = poll(polled.data(), polled.size(), is_any_changed ? kQuiet : -1);
    if (ready < 0) return errno == EINTR;
    if (ready == 0) {
      for (auto& [uri, open] : documents_)
        if (open.is_changed) start(uri, open);
      return true;
    }
    for (size_t i = 0; i < uris.size(); i++)
      if (polled[i + 1].revents) take(uris[i]);
    if (!polled[0].revents) return true;
    char buffer[64 << 10];
    const ssize_t got = read(in_, buffer, sizeof buffer);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    if (got == 0 && reader_.has_part()) {
      fail("the input ends within a message");
      was_shut_down_ = false;
    }
    reader_.feed(std::string_view(buffer, static_cast<size_t>(got)));
    return got > 0;
  }

  // ---------------------------------------------------------------- diagnostics

  void stop(OpenDocument& open) {
    if (open.child > 0) {
      kill(open.child, SIGKILL);
      waitpid(open.child, nullptr, 0);
    }
    open.child = 0;
    open.answer = Descriptor();
    open.found.clear();
  }

  void start(const std::string& uri, OpenDocument& open) {
    stop(open);
    open.is_changed = false;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      return show_error(std::string("no diagnostics: ") + std::strerror(errno));
    Descriptor reading(ends[0]), writing(ends[1]);
    const pid_t child = fork();
    if (child < 0) return show_error(std::string("no diagnostics: ") + std::strerror(errno));
    if (child == 0) {
      const Json found = {{"uri", uri},
                          {"version", open.version},
                          {"diagnostics", diagnostics_of(view(uri, open), compiler_)}};
      const ct::Status written =
          write_all(writing.get(), found.dump(-1, ' ', false, Json::error_handler_t::replace));
      _exit(written ? 0 : 1);  // nothing of the server's may run twice
    }
    open.child = child;
    open.answer = std::move(reading);
  }

  /// What a child has written; at its end it is published.
  void take(const std::string& uri) {
    OpenDocument& open = documents_.at(uri);
    char buffer[64 << 10];
    const ssize_t got = read(open.answer.get(), buffer, sizeof buffer);
    if (got > 0) {
      open.found.append(buffer, static_cast<size_t>(got));
      return;
    }
    if (got < 0 && errno == EINTR) return;
    int status = 0;
    waitpid(open.child, &status, 0);
    open.child = 0;
    open.answer = Descriptor();
    const Json found = Json::parse(open.found, nullptr, false);
    open.found.clear();
    if (status == 0 && !found.is_discarded())
      notify("textDocument/publishDiagnostics", found);
    else
      show_error("coretap ended while it compiled " + open.name +
                 ": its messages are on the server's standard error");
  }

  // ---------------------------------------------------------------- messages

  void receive(const std::string& text) {
    bool is_too_deep = false;
    const Json message = Json::parse(
        text,
        [&](int depth, Json::parse_event_t, Json&) {
          is_too_deep |= depth > kMostNesting;
          return depth <= kMostNesting;
        },
        false);
    if (message.is_discarded() || is_too_deep)
      return answer_error(
          nullptr, kParseError,
          is_too_deep ? "the message is nested too deep" : "the message is no JSON");
    if (!message.is_object())
      return answer_error(nullptr, kInvalidRequest, "the message is not an object");
    const Json id = message.contains("id") ? message["id"] : Json();
    const bool is_request = id.is_number_integer() || id.is_string();
    if (!message.contains("method")) {
      // An answer to a request that was never made does no harm.
      if (!message.contains("result") && !message.contains("error"))
        answer_error(is_request ? id : Json(), kInvalidRequest, "the message has no method");
      return;
    }
    if (!message["method"].is_string())
      return answer_error(is_request ? id : Json(), kInvalidRequest, "the method is not a string");
    const std::string method = message["method"];
    const Json params = message.contains("params") ? message["params"] : Json::object();
    try {
      if (is_request)
        answer(id, request(method, params));
      else
        notification(method, params);
    } catch (const RequestFailed& failed) {
      if (is_request) answer_error(id, failed.code, failed.message);
    } catch (const Json::exception& wrong) {
      if (is_request)
        answer_error(id, kInvalidParams,
                     "the parameters of " + method + " are wrong: " + wrong.what());
    }
  }

  Json request(const std::string& method, const Json& params) {
    if (method == "initialize") return initialize(params);
    if (!is_initialized_)
      throw RequestFailed{kNotInitialized, "the first request must be initialize"};
    if (was_shut_down_) throw RequestFailed{kInvalidRequest, "the server is shut down"};
    if (method == "shutdown") {
      was_shut_down_ = true;
      return nullptr;
    }
    if (method == "textDocument/completion") return at_position(params, completion);
    if (method == "textDocument/hover") return at_position(params, hover);
    if (method == "textDocument/definition") return at_position(params, definition);
    if (method == "textDocument/documentSymbol") {
      const auto& [uri, open] = document(params);
      return symbols(view(uri, open), compiler_);
    }
    if (method == "textDocument/formatting") {
      const auto& [uri, open] = document(params);
      return formatting(view(uri, open), compiler_);
    }
    throw RequestFailed{kMethodNotFound, "there is no method '" + method + "'"};
  }

  void notification(const std::string& method, const Json& params) {
    if (method == "exit") {
      is_over_ = true;
    } else if (!is_initialized_ || was_shut_down_) {
      // The protocol says that they are dropped.
    } else if (method == "initialized") {
      (void)compiler_.tapset_functions();  // now, so that the first request does not wait for them
    } else if (method == "textDocument/didOpen") {
      open(params.at("textDocument"));
    } else if (method == "textDocument/didChange") {
      change(params);
    } else if (method == "textDocument/didClose") {
      const std::string uri = params.at("textDocument").at("uri");
      const auto found = documents_.find(uri);
      if (found == documents_.end()) return;
      stop(found->second);
      documents_.erase(found);
      notify("textDocument/publishDiagnostics", {{"uri", uri}, {"diagnostics", Json::array()}});
    }
  }

  Json initialize(const Json& params) {
    if (is_initialized_)
      throw RequestFailed{kInvalidRequest, "initialize is the first request, and only that"};
    is_initialized_ = true;
    const Json::json_pointer offered("/capabilities/general/positionEncodings");
    if (params.contains(offered) && params[offered].is_array())
      for (const Json& each : params[offered])
        if (each == "utf-8") encoding_ = Encoding::Utf8;
    return {{"capabilities",
             {{"positionEncoding", encoding_ == Encoding::Utf8 ? "utf-8" : "utf-16"},
              {"textDocumentSync", {{"openClose", true}, {"change", 2}}},  // 2: incremental
              {"completionProvider", {{"triggerCharacters", {".", "\"", "$", "@", ">"}}}},
              {"hoverProvider", true},
              {"definitionProvider", true},
              {"documentSymbolProvider", true},
              {"documentFormattingProvider", true}}},
            {"serverInfo", {{"name", "coretap"}}}};
  }

  // ---------------------------------------------------------------- documents

  static View view_of(const OpenDocument& open, const std::string& uri, Encoding encoding) {
    return {open.document, uri, open.name, encoding};
  }
  View view(const std::string& uri, const OpenDocument& open) const {
    return view_of(open, uri, encoding_);
  }

  std::pair<const std::string, OpenDocument>& document(const Json& params) {
    const std::string uri = params.at("textDocument").at("uri");
    const auto found = documents_.find(uri);
    if (found == documents_.end())
      throw RequestFailed{kInvalidParams, "the document '" + uri + "' is not open"};
    return *found;
  }

  static size_t count(const Json& number) {
    if (!number.is_number_unsigned())
      throw RequestFailed{kInvalidParams, "a position counts from 0"};
    return number.get<size_t>();
  }
  static Position position(const Json& at) {
    return {count(at.at("line")), count(at.at("character"))};
  }

  Json at_position(const Json& params, Json (*feature)(const View&, size_t, Compiler&)) {
    const auto& [uri, open] = document(params);
    return feature(view(uri, open),
                   open.document.offset(position(params.at("position")), encoding_), compiler_);
  }

  void open(const Json& item) {
    const std::string uri = item.at("uri");
    std::string text = item.at("text");
    if (text.size() > kMostText) return show_error(uri + " is too long for a script");
    if (documents_.size() >= kMostDocuments && !documents_.contains(uri))
      return show_error("more than 500 documents are open: " + uri + " is left out");
    if (const auto known = documents_.find(uri); known != documents_.end()) {
      stop(known->second);
      documents_.erase(known);
    }
    OpenDocument& made = documents_.try_emplace(uri, std::move(text)).first->second;
    made.name = path_of(uri);
    if (item.contains("version")) made.version = item["version"];
  }

  void change(const Json& params) {
    auto& [uri, open] = document(params);
    for (const Json& each : params.at("contentChanges")) {
      const std::string text = each.at("text");
      if (text.size() + open.document.text().size() > 2 * kMostText)
        return show_error(uri + " is too long for a script");
      if (each.contains("range")) {
        const size_t begin = open.document.offset(position(each["range"].at("start")), encoding_);
        const size_t end = open.document.offset(position(each["range"].at("end")), encoding_);
        open.document.replace(begin, end, text);
      } else {
        open.document.set(text);
      }
    }
    if (params.at("textDocument").contains("version"))
      open.version = params["textDocument"]["version"];
    stop(open);
    open.is_changed = true;
  }

  Compiler compiler_;
  int in_, out_;
  std::ostream& messages_;
  MessageReader reader_;
  std::map<std::string, OpenDocument> documents_;
  Encoding encoding_ = Encoding::Utf16;
  bool is_initialized_ = false, was_shut_down_ = false, is_over_ = false, is_broken_ = false;
  std::string write_problem_;
};

}  // namespace

int serve(Services services, int in, int out, std::ostream& messages) {
  signal(SIGPIPE, SIG_IGN);  // a client that is gone is told by write()
  return Server(std::move(services), in, out, messages).run();
}

}  // namespace coretap::language_server
