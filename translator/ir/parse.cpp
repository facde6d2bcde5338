// The items of a module's text, as print() writes them: globals, functions, handlers. parse_body.cpp reads what is in them.
//
// Functions are called by name before their own lines come, so a first look at the text collects their names.
#include "ir/parse.h"

#include <cstdlib>
#include <utility>

#include "ir/parse_body.h"
#include "ir/parse_values.h"

namespace coretap::ir {

namespace {

class Parser {
 public:
  explicit Parser(const SourceFile& file) : text_(file) {}

  Parsed parse() {
    Parsed parsed;
    try {
      collect_functions();
      while (!text_.at_end())
        if (text_.line().empty())
          text_.advance();
        else
          item();
      resolve_late_handlers();
    } catch (const Malformed& malformed) {
      parsed.error = "line " + std::to_string(text_.line_number()) + ": " + malformed.message;
    }
    parsed.module = std::move(module_);
    return parsed;
  }

 private:
  void collect_functions() {
    for (; !text_.at_end(); text_.advance()) {
      LineReader line(text_.line());
      bool in_kernel = line.take("kernel function");
      if (!in_kernel && !line.take("user function")) continue;
      Function function;
      function.side = in_kernel ? Side::Kernel : Side::User;
      function.name = line.word();
      module_.functions.push_back(std::move(function));
    }
    text_.restart();
  }

  void item() {
    LineReader line(text_.line());
    if (line.take("global")) return global(line);
    if (line.take("binding")) return binding(line);
    if (line.take("column")) return column(line);
    if (line.take("core")) return core_type(line);
    if (line.take("kernel function") || line.take("user function")) return function(line);
    if (line.take("kernel handler")) return kernel_handler(line);
    if (line.take("segment")) return segment(line);
    if (line.take("user handler")) return user_handler(line);
    fail("'" + text_.line() + "' does not begin with what a module holds");
  }

  void global(LineReader& line) {
    Global g;
    g.span = text_.span();
    g.name = line.word();
    if (line.take("[")) {
      do g.keys.push_back(read_type(line));
      while (line.take(","));
      line.expect("]");
      if (line.take("max")) g.max_entries = line.count();
      g.wrap = line.take("wrap");
    }
    line.expect(":");
    g.is_stat = line.take("stats");
    g.value = g.is_stat ? Type{Ty::Long} : read_type(line);
    if (line.take("=")) {
      g.init = read_literal(line);
      if (!g.init) fail("a literal is expected at '" + line.rest() + "'");
    }
    g.shared = line.take("shared");
    g.additive = line.take("additive");
    g.need_min_max = line.take("min_max");
    g.need_variance = line.take("variance");
    while (line.take("hist:")) g.hists.push_back(read_hist(line));
    g.displayed_at_end = line.take("display");
    line.expect_end();
    module_.globals.push_back(std::move(g));
    text_.advance();
  }

  void binding(LineReader& line) {
    Binding b;
    b.owner = line.word();
    b.name = line.word().substr(1);
    if (b.name == "return") {
      b.kind = Binding::Result;
      b.name.clear();
    }
    line.expect(": slot");
    b.slot = line.count();
    read_width(line, b.size, b.is_signed);
    b.is_pointer = line.take("*");
    if (b.is_pointer) b.pointee = line.rest();
    module_.bindings.push_back(std::move(b));
    text_.advance();
  }

  void column(LineReader& line) {
    if (line.count() != module_.columns.size()) fail("columns are numbered from 0 on");
    line.expect(":");
    SiteColumn column;
    while (std::optional<Operand> value = read_literal(line)) column.values.push_back(*value);
    line.expect_end();
    if (column.values.empty()) fail("a column has at least one value");
    module_.columns.push_back(std::move(column));
    text_.advance();
  }

  void core_type(LineReader& line) {
    CoreType type{line.rest(), {}};
    for (text_.advance(); text_.begins_with("  "); text_.advance())
      type.members.push_back({"", text_.line().substr(2)});
    module_.core_types.push_back(std::move(type));
  }

  void function(LineReader& line) {
    Function& f = module_.functions[next_function_++];
    line.expect(f.name);
    f.script_name = f.name;
    f.span = text_.span();
    f.parameters = read_parameters(line, f.body);
    line.expect(":");
    f.result = read_type(line);
    bool pure = line.take("pure");
    if (line.take("twin")) f.twin = function_named(module_, line.word(), other(f.side));
    line.expect_end();
    text_.advance();
    if (text_.begins_with("  embedded ")) {
      LineReader c(text_.line());
      c.expect("embedded");
      f.c = EmbeddedC(c.string());
      f.c->pure = pure;
      text_.advance();
      return;
    }
    read_body(text_, module_, f.side, f.body);
  }

  void kernel_handler(LineReader& line) {
    KernelHandler h;
    h.span = text_.span();
    h.name = line.word();
    h.mechanism = mechanism(line.rest());
    for (text_.advance(); text_.begins_with("  site "); text_.advance())
      h.sites.push_back(site(LineReader(text_.line())));
    if (text_.begins_with("  interruptible")) {
      h.is_interruptible = true;
      text_.advance();
    }
    if (text_.begins_with("  question")) {
      h.is_question = true;
      text_.advance();
    }
    if (text_.begins_with("  late for ")) {
      late_for_.emplace_back(module_.kernel_handlers.size(), text_.line().substr(11));
      text_.advance();
    }
    read_body(text_, module_, Side::Kernel, h.body);
    module_.kernel_handlers.push_back(std::move(h));
  }

  void resolve_late_handlers() {
    for (const auto& [handler, name] : late_for_)
      module_.kernel_handlers[handler].late_for = handler_named(name);
  }

  uint32_t handler_named(const std::string& name) const {
    for (uint32_t i = 0; i < module_.kernel_handlers.size(); ++i)
      if (module_.kernel_handlers[i].name == name) return i;
    fail("there is no handler '" + name + "'");
  }

  static Mechanism mechanism(const std::string& text) {
    static constexpr Mechanism kAll[] = {
#define CORETAP_MECHANISM(name, ...) Mechanism::name,
#include "runtime/shared/mechanisms.def"
#undef CORETAP_MECHANISM
    };
    for (Mechanism m : kAll)
      if (text == info(m).text) return m;
    fail("'" + text + "' is not a mechanism");
  }

  static DataWatch data_watch(LineReader& line) {
    DataWatch watch;
    if (line.take("program"))
      watch.space = DataWatch::Program;
    else if (line.take("process"))
      watch.space = DataWatch::Process;
    else
      line.expect("kernel");
    watch.length = line.count();
    watch.reads = line.take("rw");
    if (!watch.reads) line.expect("write");
    if (line.take("entry")) {
      watch.entry = static_cast<uint64_t>(line.number());
      line.expect(":");
      watch.entry_offset = static_cast<uint64_t>(line.number());
    }
    return watch;
  }

  static Site site(LineReader line) {
    Site s;
    line.expect("site");
    s.pp = line.string();
    if (line.take("at")) s.target = line.word();
    if (size_t plus = s.target.rfind('+'); plus != std::string::npos) {
      s.offset = std::strtoull(s.target.c_str() + plus + 1, nullptr, 10);
      s.target.resize(plus);
    }
    if (line.take("in")) s.function = line.word();
    if (line.take("label")) s.label = line.word();
    if (line.take("(")) {
      s.file_line = line.word();
      line.expect(")");
    }
    if (line.take("build-id")) s.build_id = line.word();
    if (line.take("semaphore")) s.semaphore = static_cast<uint64_t>(line.number());
    if (line.take("optional")) s.need = Need::Optional;
    if (line.take("one-of-many")) s.need = Need::OneOfMany;
    if (line.take("perf")) {
      s.perf_type = line.count();
      line.expect(":");
      s.perf_config = static_cast<uint64_t>(line.number());
      const bool is_each_tick = line.take("tick");
      s.perf_is_freq = is_each_tick || line.take("hz");
      if (!s.perf_is_freq) line.expect("period");
      if (!is_each_tick) s.perf_period = static_cast<uint64_t>(line.number());
    }
    if (line.take("watch")) s.watch = data_watch(line);
    line.expect_end();
    return s;
  }

  void segment(LineReader& line) {
    Segment s;
    s.span = text_.span();
    s.id = line.count();
    s.captures = read_parameters(line, s.body);
    line.expect_end();
    text_.advance();
    read_body(text_, module_, Side::User, s.body);
    module_.segments.push_back(std::move(s));
  }

  void user_handler(LineReader& line) {
    UserHandler h;
    h.span = text_.span();
    h.name = line.word();
    event(line, h);
    line.expect_end();
    text_.advance();
    read_body(text_, module_, Side::User, h.body);
    module_.user_handlers.push_back(std::move(h));
  }

  static void event(LineReader& line, UserHandler& h) {
    if (line.take("timer")) {
      h.event = UserEvent::Timer;
      h.period = period(line, h);
      if (line.take("randomize")) h.randomize = period(line, h);
    } else if (line.take("read of")) {
      h.event = UserEvent::FileRead;
      served_file(line, h.file);
      line.expect("size");
      h.file.capacity = static_cast<uint64_t>(line.number());
    } else if (line.take("write of")) {
      h.event = UserEvent::FileWrite;
      served_file(line, h.file);
    } else {
      h.event = prioritised_event(line.word());
      line.expect("(");
      h.priority = line.number();
      line.expect(")");
    }
  }

  static void served_file(LineReader& line, ServedFile& file) {
    file.path = line.string();
    line.expect("umask");
    file.umask = line.count();
  }

  static UserEvent prioritised_event(const std::string& word) {
    if (word == "begin") return UserEvent::Begin;
    if (word == "end") return UserEvent::End;
    if (word == "error") return UserEvent::Error;
    fail("'" + word + "' is not an event");
  }

  static uint64_t period(LineReader& line, UserHandler& h) {
    auto value = static_cast<uint64_t>(line.number());
    h.in_ticks = line.take("ticks");
    if (!h.in_ticks) line.expect("ns");
    return value;
  }

  TextReader text_;
  Module module_;
  size_t next_function_ = 0;
  std::vector<std::pair<size_t, std::string>> late_for_;
};

}  // namespace

Parsed parse(const SourceFile& text) { return Parser(text).parse(); }

}  // namespace coretap::ir
