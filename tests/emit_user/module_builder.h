// Hand-built IR modules, and running them through clang++ and the runtime.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string>

#include "emit/user_cpp.h"
#include "ir/builder.h"

namespace coretap::testing {

using ir::Builder;
using ir::LocalId;
using ir::Op;
using ir::Operand;
using ir::Ty;

inline Operand num(int64_t v) { return Operand::integer(v); }
inline Operand str(std::string s) { return Operand::string(std::move(s)); }
inline Operand local(LocalId id) { return Operand::of(id); }

/// "%d", "%s" are conversions of their own; everything else is literal text.
inline std::shared_ptr<std::vector<FormatPiece>> format(std::initializer_list<const char*> pieces) {
  auto list = std::make_shared<std::vector<FormatPiece>>();
  for (const char* text : pieces) {
    FormatPiece piece;
    if (text[0] == '%') {
      piece.kind = FormatPiece::Conversion;
      piece.conversion = text[1];
    } else {
      piece.text = text;
    }
    list->push_back(piece);
  }
  return list;
}

/// printf of `args` with a space behind each, and a newline.
inline void show(Builder& b, std::vector<Operand> args, const std::vector<char>& conversions) {
  auto list = std::make_shared<std::vector<FormatPiece>>();
  for (char c : conversions) {
    FormatPiece piece;
    piece.kind = FormatPiece::Conversion;
    piece.conversion = c;
    list->push_back(piece);
    piece = {};
    piece.text = c == conversions.back() && list->size() + 1 == 2 * conversions.size() ? "\n" : " ";
    list->push_back(piece);
  }
  b.append(Op::Printf, std::move(args)).format = list;
}

inline void print(Builder& b, const char* text) { b.append(Op::Printf).format = format({text}); }

class ModuleBuilder {
 public:
  ModuleBuilder() { module.script_name = "test.stp"; }

  /// Adds a user-side handler and fills its body.
  template <typename Fill>
  ir::UserHandler& on(ir::UserEvent event, const char* pp, Fill&& fill) {
    ir::UserHandler h;
    h.name = "h" + std::to_string(module.user_handlers.size());
    h.event = event;
    h.pp = pp;
    Builder b(h.body, {});
    fill(b);
    module.user_handlers.push_back(std::move(h));
    return module.user_handlers.back();
  }
  template <typename Fill>
  void begin(Fill&& fill) {
    on(ir::UserEvent::Begin, "begin", fill);
  }
  /// A begin probe that also ends the session.
  template <typename Fill>
  void only(Fill&& fill) {
    begin([&](Builder& b) {
      fill(b);
      exit(b);
    });
  }
  static void exit(Builder& b) { b.embedded(EmbeddedC("ct::request_exit();")); }

  ir::GlobalId global(const char* name, Ty value, std::vector<Ty> keys = {}) {
    ir::Global g;
    g.name = name;
    g.value = {value, 64};
    for (Ty key : keys) g.keys.push_back({key, 64});
    module.globals.push_back(g);
    return static_cast<ir::GlobalId>(module.globals.size() - 1);
  }

  ir::Module module;
};

struct Outcome {
  std::string out, err;
  int status;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs a shell command with its output caught.
inline Outcome shell(const std::string& command) {
  char folder[] = "/tmp/ct-emit-XXXXXX";
  std::string base = mkdtemp(folder);
  int status =
      system(("(" + command + ") >" + base + "/out 2>" + base + "/err </dev/null").c_str());
  Outcome o = {read_file(base + "/out"), read_file(base + "/err"),
               WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status)};
  if (system(("rm -r " + base).c_str()) != 0) o.status = 2000;
  return o;
}

/// A compiled unit, removed with its folder.
class Unit {
 public:
  explicit Unit(const ir::Module& module) {
    char folder[] = "/tmp/ct-unit-XXXXXX";
    folder_ = mkdtemp(folder);
    std::ofstream(folder_ + "/unit.cpp") << emit_user_cpp(module);
    // As translator/build does it: nothing is linked in, the runner has it all.
    compiled_ =
        shell("clang++ -std=c++20 -O1 -fPIC -fno-rtti -Wall -Wextra -Werror -iquote" RUNTIME_DIR
              " -shared -nostdlib -fuse-ld=lld " +
              folder_ + "/unit.cpp -o " + folder_ + "/unit.so");
  }
  ~Unit() {
    if (system(("rm -r " + folder_).c_str()) != 0) perror("rm");
  }
  Outcome run(const std::string& options = "", const std::string& redirect = "") {
    if (compiled_.status != 0) return compiled_;
    // --foreground: a signal to timeout is passed on once. Else it goes to the group, too, and that second one can come when
    // the runner has given its signals back, and kill it.
    return shell("exec timeout --foreground 20 " RUNNER " " + folder_ + "/unit.so " + options +
                 redirect);
  }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  Outcome compiled_;
};

inline Outcome run(const ir::Module& module, const std::string& options = "") {
  return Unit(module).run(options);
}

}  // namespace coretap::testing
