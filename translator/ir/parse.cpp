// Reads the IR's own text, as print.cpp writes it.
//
// The text is read by lines: the indentation says which block an instruction is in, and the words of a line are read from
// left to right (Line). What follows the name of an operation depends on it, as in Printer::attributes().
//
// Functions are called by name before their own lines come, so a first look at the text collects their names.
#include "ir/parse.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <utility>

namespace coretap::ir {

namespace {

/// What is wrong with a line; parse() adds its number.
struct Malformed {
  std::string message;
};

[[noreturn]] void fail(const std::string& message) { throw Malformed{message}; }

bool is_name_char(char c) {
  static constexpr std::string_view kNotInNames = " []()\",=";
  return kNotInNames.find(c) == std::string_view::npos;
}

/// Reads a line from left to right. Blanks in front of what is read do not count.
class Line {
 public:
  explicit Line(std::string text) : text_(std::move(text)) {}

  /// Reads `what` if it is next. A word is whole: "by" is not the start of "byte".
  bool take(std::string_view what) {
    skip_blanks();
    if (text_.compare(at_, what.size(), what) != 0) return false;
    size_t end = at_ + what.size();
    if (std::isalnum(static_cast<unsigned char>(what.back())) && end < text_.size() &&
        is_name_char(text_[end]) && text_[end] != ':')
      return false;
    at_ = end;
    return true;
  }

  void expect(std::string_view what) {
    if (!take(what)) fail("'" + std::string(what) + "' is expected at '" + text_.substr(at_) + "'");
  }

  /// Everything up to the next blank, bracket, comma, quote or '='; a ':' at its end does not belong to it.
  std::string word() {
    skip_blanks();
    size_t from = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    if (at_ > from && text_[at_ - 1] == ':') --at_;
    if (at_ == from) fail("a word is expected at '" + text_.substr(at_) + "'");
    return text_.substr(from, at_ - from);
  }

  int64_t number() {
    skip_blanks();
    char* end = nullptr;
    long long value = std::strtoll(text_.c_str() + at_, &end, 10);
    size_t length = static_cast<size_t>(end - (text_.c_str() + at_));
    if (length == 0) fail("a number is expected at '" + text_.substr(at_) + "'");
    at_ += length;
    return value;
  }

  uint32_t count() { return static_cast<uint32_t>(number()); }

  std::string string() {
    expect("\"");
    std::string out;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        out += text_[at_];
        continue;
      }
      char c = ++at_ < text_.size() ? text_[at_] : '\0';
      if (c == 'x') {
        out += static_cast<char>(std::stoi(text_.substr(at_ + 1, 2), nullptr, 16));
        at_ += 2;
      } else {
        out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
      }
    }
    expect("\"");
    return out;
  }

  /// What is left, without the blanks in front of it.
  std::string rest() {
    skip_blanks();
    return text_.substr(std::exchange(at_, text_.size()));
  }

  char next() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool at_end() { return next() == '\0'; }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::string text_;
  size_t at_ = 0;
};

Type read_type(Line& line) {
  std::string word = line.word();
  if (word == "void") return {Ty::Void};
  if (word == "long") return {Ty::Long};
  if (word == "string") return {Ty::Str};
  unsigned cap = 0;
  if (std::sscanf(word.c_str(), "string<%u>", &cap) != 1) fail("'" + word + "' is not a type");
  return {Ty::Str, cap};
}

HistSpec read_hist(Line& line) {
  if (line.take("log")) return {};
  HistSpec hist{.linear = true};
  line.expect("linear(");
  hist.low = line.number();
  line.expect(",");
  hist.high = line.number();
  line.expect(",");
  hist.step = line.number();
  line.expect(")");
  return hist;
}

ast::StatFn read_stat(Line& line) {
  static constexpr std::pair<std::string_view, ast::StatFn> kNames[] = {
      {"@count", ast::StatFn::Count}, {"@sum", ast::StatFn::Sum},
      {"@min", ast::StatFn::Min},     {"@max", ast::StatFn::Max},
      {"@avg", ast::StatFn::Avg},     {"@variance", ast::StatFn::Variance}};
  std::string word = line.word();
  for (const auto& [name, fn] : kNames)
    if (name == word) return fn;
  fail("'" + word + "' is not an extractor of a statistic");
}

/// The width of a number: "s32" or "u8".
void read_width(Line& line, uint32_t& size, bool& is_signed) {
  std::string word = line.word();
  unsigned bits = 0;
  char sign = 0;
  if (std::sscanf(word.c_str(), "%c%u", &sign, &bits) != 2 || (sign != 's' && sign != 'u') ||
      bits % 8)
    fail("'" + word + "' is not the width of a number");
  size = bits / 8;
  is_signed = sign == 's';
}

/// One conversion of a format, behind its '%'.
class FormatReader {
 public:
  explicit FormatReader(const std::string& text) : text_(text) {}

  std::vector<ast::FormatPiece> pieces() {
    std::vector<ast::FormatPiece> all;
    while (at_ < text_.size()) {
      if (text_[at_] == '%' && peek(1) != '%') {
        ++at_;
        all.push_back(conversion());
        continue;
      }
      if (all.empty() || all.back().kind != ast::FormatPiece::Literal) all.emplace_back();
      all.back().text += text_[at_];
      at_ += text_[at_] == '%' ? 2 : 1;
    }
    return all;
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c) { return peek() == c && ++at_; }
  int digits() {
    int value = 0;
    while (std::isdigit(static_cast<unsigned char>(peek())))
      value = value * 10 + (text_[at_++] - '0');
    return value;
  }
  void size(ast::FormatPiece::Size& kind, int& value) {
    kind = take('*') ? ast::FormatPiece::Dynamic : ast::FormatPiece::Fixed;
    if (kind == ast::FormatPiece::Fixed) value = digits();
  }

  ast::FormatPiece conversion() {
    ast::FormatPiece piece;
    piece.kind = ast::FormatPiece::Conversion;
    if (take('{')) {
      piece.fault_bit = digits();
      take('}');
    }
    for (;;) {
      if (take('-'))
        piece.flag_minus = true;
      else if (take('+'))
        piece.flag_plus = true;
      else if (take(' '))
        piece.flag_space = true;
      else if (take('0'))
        piece.flag_zero = true;
      else if (take('#'))
        piece.flag_hash = true;
      else
        break;
    }
    if (peek() == '*' || std::isdigit(static_cast<unsigned char>(peek())))
      size(piece.width_kind, piece.width);
    if (take('.')) size(piece.precision_kind, piece.precision);
    piece.is_quoted = take('q');
    piece.conversion = peek();
    ++at_;
    return piece;
  }

  const std::string& text_;
  size_t at_ = 0;
};

/// "struct task_struct.mm.comm[3] bitfield"
std::shared_ptr<const CoreAccess> read_core(Line& line) {
  auto core = std::make_shared<CoreAccess>();
  for (std::string_view kind : {"struct", "union", "enum"})
    if (line.take(kind)) core->type = std::string(kind) + " ";
  std::string path = line.word();
  size_t dot = path.find('.');
  core->type += path.substr(0, dot);
  auto add_members = [&](std::string members) {
    while (!members.empty()) {
      size_t end = members.find('.', 1);
      core->steps.push_back({members.substr(1, end - 1)});
      members = end == std::string::npos ? "" : members.substr(end);
    }
  };
  if (dot != std::string::npos) add_members(path.substr(dot));
  while (line.take("[")) {
    core->steps.push_back({"", line.number()});
    line.expect("]");
    if (line.next() == '.') add_members(line.word());
  }
  core->is_bitfield = line.take("bitfield");
  return core;
}

bool is_temporary(const std::string& name) {
  return name.size() > 1 && name[0] == 't' &&
         std::all_of(name.begin() + 1, name.end(), [](unsigned char c) { return std::isdigit(c); });
}

class Parser {
 public:
  explicit Parser(const SourceFile& file) : file_(file) {
    const std::string& text = file.text;
    for (size_t from = 0; from < text.size();) {
      size_t end = std::min(text.find('\n', from), text.size());
      starts_.push_back(from);
      lines_.push_back(text.substr(from, end - from));
      from = end + 1;
    }
  }

  Parsed parse() {
    Parsed parsed;
    try {
      collect_functions();
      while (at_ < lines_.size())
        if (lines_[at_].empty())
          ++at_;
        else
          item();
      resolve_late_handlers();
    } catch (const Malformed& malformed) {
      parsed.error = "line " + std::to_string(at_ + 1) + ": " + malformed.message;
    }
    parsed.module = std::move(module_);
    return parsed;
  }

 private:
  // ----------------------------------------------------------------------------------------- items of a module

  void collect_functions() {
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      Line line(lines_[at_]);
      bool in_kernel = line.take("kernel function");
      if (!in_kernel && !line.take("user function")) continue;
      Function function;
      function.side = in_kernel ? Side::Kernel : Side::User;
      function.name = line.word();
      module_.functions.push_back(std::move(function));
    }
    at_ = 0;
  }

  void item() {
    Line line(lines_[at_]);
    if (line.take("global")) return global(line);
    if (line.take("binding")) return binding(line);
    if (line.take("core")) return core_type(line);
    if (line.take("kernel function") || line.take("user function")) return function(line);
    if (line.take("kernel handler")) return kernel_handler(line);
    if (line.take("segment")) return segment(line);
    if (line.take("user handler")) return user_handler(line);
    fail("'" + lines_[at_] + "' does not begin with what a module holds");
  }

  void global(Line& line) {
    Global g;
    g.span = span();
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
    if (line.take("=")) g.init = operand_of(line, nullptr);
    g.shared = line.take("shared");
    g.additive = line.take("additive");
    g.need_min_max = line.take("min_max");
    g.need_variance = line.take("variance");
    while (line.take("hist:")) g.hists.push_back(read_hist(line));
    g.displayed_at_end = line.take("display");
    end_of(line);
    module_.globals.push_back(std::move(g));
    ++at_;
  }

  void binding(Line& line) {
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
    ++at_;
  }

  void core_type(Line& line) {
    CoreType type{line.rest(), {}};
    for (++at_; at_ < lines_.size() && lines_[at_].starts_with("  "); ++at_)
      type.members.push_back({"", lines_[at_].substr(2)});
    module_.core_types.push_back(std::move(type));
  }

  void function(Line& line) {
    Function& f = module_.functions[next_function_++];
    line.expect(f.name);
    f.script_name = f.name;
    f.span = span();
    begin_body(f.body, f.side);
    f.parameters = parameters(line);
    line.expect(":");
    f.result = read_type(line);
    bool pure = line.take("pure");
    if (line.take("twin")) f.twin = function_named(line.word(), other(f.side));
    end_of(line);
    ++at_;
    if (at_ < lines_.size() && lines_[at_].starts_with("  embedded ")) {
      Line c(lines_[at_]);
      c.expect("embedded");
      f.c = EmbeddedC(c.string());
      f.c->pure = pure;
      ++at_;
      return;
    }
    rest_of_body();
  }

  void kernel_handler(Line& line) {
    KernelHandler h;
    h.span = span();
    h.name = line.word();
    h.mechanism = mechanism(line.rest());
    for (++at_; at_ < lines_.size() && lines_[at_].starts_with("  site "); ++at_)
      h.sites.push_back(site(Line(lines_[at_])));
    if (at_ < lines_.size() && lines_[at_].starts_with("  late for ")) {
      late_for_.emplace_back(module_.kernel_handlers.size(), lines_[at_].substr(11));
      ++at_;
    }
    begin_body(h.body, Side::Kernel);
    rest_of_body();
    module_.kernel_handlers.push_back(std::move(h));
  }

  void resolve_late_handlers() {
    for (const auto& [handler, name] : late_for_)
      for (uint32_t i = 0; i < module_.kernel_handlers.size(); ++i)
        if (module_.kernel_handlers[i].name == name) module_.kernel_handlers[handler].late_for = i;
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

  static Site site(Line line) {
    Site s;
    line.expect("site");
    s.pp = line.string();
    if (line.take("at")) s.target = line.word();
    if (size_t plus = s.target.rfind('+'); plus != std::string::npos) {
      s.offset = std::strtoull(s.target.c_str() + plus + 1, nullptr, 10);
      s.target.resize(plus);
    }
    if (line.take("in")) s.function = line.word();
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
      s.perf_is_freq = line.take("hz");
      if (!s.perf_is_freq) line.expect("period");
      s.perf_period = static_cast<uint64_t>(line.number());
    }
    end_of(line);
    return s;
  }

  void segment(Line& line) {
    Segment s;
    s.span = span();
    s.id = line.count();
    begin_body(s.body, Side::User);
    s.captures = parameters(line);
    end_of(line);
    ++at_;
    rest_of_body();
    module_.segments.push_back(std::move(s));
  }

  void user_handler(Line& line) {
    UserHandler h;
    h.span = span();
    h.name = line.word();
    std::string event = line.word();
    if (event == "timer") {
      h.event = UserEvent::Timer;
      h.period_ns = nanoseconds(line);
      if (line.take("randomize")) h.randomize_ns = nanoseconds(line);
    } else {
      static const std::map<std::string, UserEvent> kEvents = {
          {"begin", UserEvent::Begin}, {"end", UserEvent::End}, {"error", UserEvent::Error}};
      auto found = kEvents.find(event);
      if (found == kEvents.end()) fail("'" + event + "' is not an event");
      h.event = found->second;
      line.expect("(");
      h.priority = line.number();
      line.expect(")");
    }
    end_of(line);
    ++at_;
    begin_body(h.body, Side::User);
    rest_of_body();
    module_.user_handlers.push_back(std::move(h));
  }

  static uint64_t nanoseconds(Line& line) {
    auto value = static_cast<uint64_t>(line.number());
    line.expect("ns");
    return value;
  }

  // ------------------------------------------------------------------------------------------------ bodies

  /// The present line.
  Span span() const {
    auto begin = static_cast<uint32_t>(starts_[at_] + indentation());
    return {&file_, begin, static_cast<uint32_t>(starts_[at_] + lines_[at_].size()), nullptr};
  }

  void begin_body(Body& body, Side side) {
    body_ = &body;
    side_ = side;
  }

  uint32_t parameters(Line& line) {
    line.expect("(");
    uint32_t number = 0;
    while (!line.take(")")) {
      if (number) line.expect(",");
      declare(line);
      ++number;
    }
    return number;
  }

  /// "name.3: string<8>"
  void declare(Line& line) {
    LocalId id = local(line.word());
    line.expect(":");
    body_->locals[id].type = read_type(line);
  }

  void rest_of_body() {
    for (; at_ < lines_.size() && lines_[at_].starts_with("  local "); ++at_) {
      Line line(lines_[at_]);
      line.expect("local");
      declare(line);
      end_of(line);
    }
    body_->block = block(1);
  }

  size_t indentation() const {
    return std::min(lines_[at_].find_first_not_of(' '), lines_[at_].size());
  }

  Block block(size_t depth) {
    Block out;
    while (at_ < lines_.size() && indentation() == depth * 2 && !lines_[at_].empty()) {
      Inst inst = instruction(Line(lines_[at_]));
      ++at_;
      // A word that names a block stands one column to the right of its instruction.
      while (at_ < lines_.size() && indentation() == depth * 2 + 1) {
        size_t index = block_index(inst.op, lines_[at_].substr(depth * 2 + 1));
        if (inst.blocks.size() <= index) inst.blocks.resize(index + 1);
        ++at_;
        inst.blocks[index] = block(depth + 1);
      }
      inst.blocks.resize(std::max(inst.blocks.size(), block_count(inst.op)));
      out.push_back(std::move(inst));
    }
    return out;
  }

  static size_t block_count(Op op) {
    return op == Op::If || op == Op::Try ? 2 : op == Op::Loop ? 3 : op == Op::Foreach ? 1 : 0;
  }

  static size_t block_index(Op op, const std::string& word) {
    static const std::map<std::string, size_t> kOfLoop = {{"while", 0}, {"do", 1}, {"step", 2}},
                                               kOthers = {{"then", 0},
                                                          {"else", 1},
                                                          {"body", 0},
                                                          {"catch", 1},
                                                          {"do", 0}};
    const auto& words = op == Op::Loop ? kOfLoop : kOthers;
    auto found = words.find(word);
    if (found == words.end() || found->second >= block_count(op))
      fail("'" + word + "' is not a block of '" + info(op).text + "'");
    return found->second;
  }

  /// The local that "name.3" or "t3" names; it may be new.
  LocalId local(const std::string& text) {
    size_t dot = text.rfind('.');
    std::string name = text.substr(0, dot);
    std::string number = dot == std::string::npos ? text.substr(1) : text.substr(dot + 1);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos ||
        (dot == std::string::npos && !is_temporary(text)))
      fail("'" + text + "' is not a local");
    auto id = static_cast<LocalId>(std::stoul(number));
    while (body_->locals.size() <= id)
      body_->locals.push_back(
          {"t" + std::to_string(body_->locals.size()), {Ty::Long}, Local::Origin::Temporary});
    Local& l = body_->locals[id];
    l.name = name;
    l.origin = is_temporary(name) ? Local::Origin::Temporary : Local::Origin::Variable;
    return id;
  }

  // ------------------------------------------------------------------------------------------ instructions

  static Op operation(const std::string& text) {
    static const std::map<std::string, Op> kByText = {
#define CORETAP_OP(name, text, ...) {text, Op::name},
#include "ir/ops.def"
    };
    auto found = kByText.find(text);
    if (found == kByText.end()) fail("'" + text + "' is not an operation");
    return found->second;
  }

  Inst instruction(Line line) {
    Inst inst;
    inst.span = span();
    std::string first = line.word();
    if (line.take("=")) {
      inst.dst = local(first);
      first = line.word();
    }
    inst.op = operation(first);
    attributes(inst, line);
    while (!line.at_end() && !line.take("declined")) {
      inst.args.push_back(operand_of(line, this));
      if (line.take(",")) continue;
      if (!line.at_end()) line.expect("declined");
      if (!line.at_end()) inst.declined = local(line.word());
      break;
    }
    end_of(line);
    return inst;
  }

  static Operand operand_of(Line& line, Parser* parser) {
    if (line.take("*")) return {};
    char next = line.next();
    if (next == '"') return Operand::string(line.string());
    if (next == '-' || std::isdigit(static_cast<unsigned char>(next)))
      return Operand::integer(line.number());
    if (!parser) fail("a literal is expected");
    return Operand::of(parser->local(line.word()));
  }

  GlobalId global_named(const std::string& name) {
    for (GlobalId id = 0; id < module_.globals.size(); ++id)
      if (module_.globals[id].name == name) return id;
    fail("there is no global '" + name + "'");
  }

  static Side other(Side side) { return side == Side::Kernel ? Side::User : Side::Kernel; }

  /// Before `split`, kernel bodies call functions of user space too.
  FunctionId function_named(const std::string& name, Side side) {
    for (Side made_for : {side, other(side)})
      for (FunctionId id = 0; id < module_.functions.size(); ++id)
        if (module_.functions[id].name == name && module_.functions[id].side == made_for) return id;
    fail("there is no function '" + name + "'");
  }

  /// "$dentry of vfs_unlink"
  uint32_t bound(Line& line) {
    std::string name = line.word().substr(1);
    if (name == "return") name.clear();
    line.expect("of");
    std::string owner = line.word();
    for (uint32_t i = 0; i < module_.bindings.size(); ++i)
      if (module_.bindings[i].name == name && module_.bindings[i].owner == owner) return i;
    fail("there is no binding of '" + name + "' of " + owner);
  }

  std::shared_ptr<const std::vector<UpdateStep>> steps(Line& line) {
    auto all = std::make_shared<std::vector<UpdateStep>>();
    do {
      UpdateStep step;
      step.reversed = line.take("reversed");
      if (line.take("larger"))
        step.kind = UpdateStep::KeepLarger;
      else if (line.take("smaller"))
        step.kind = UpdateStep::KeepSmaller;
      else
        step.op = operation(line.word());
      all->push_back(step);
    } while (line.take(","));
    line.expect("of");
    return all;
  }

  std::shared_ptr<const ForeachSpec> foreach (Line& line) {
    auto spec = std::make_shared<ForeachSpec>();
    if (line.next() != '[') {
      spec->value = local(line.word());
      line.expect("=");
    }
    line.expect("[");
    while (!line.take("]")) {
      spec->keys.push_back(local(line.word()));
      line.take(",");
    }
    line.expect("in");
    spec->array = global_named(line.word());
    spec->over_hist = line.take("hist");
    if (spec->over_hist) spec->hist = read_hist(line);
    spec->sort_direction = line.take("ascending") ? 1 : line.take("descending") ? -1 : 0;
    if (spec->sort_direction) {
      line.expect("by");
      if (line.take("key"))
        spec->sort_column = line.count();
      else
        spec->sort_stat = read_stat(line);
    }
    spec->has_limit = line.take("limit");
    spec->slice_from = spec->has_limit ? 1 : 0;
    return spec;
  }

  static Space space(Line& line) {
    if (line.take("user")) return Space::User;
    line.expect("kernel");
    return Space::Kernel;
  }

  static SiteText site_text(const std::string& word) {
    for (SiteText text : {SiteText::File, SiteText::Pp, SiteText::PpFunc, SiteText::ProbeFunc})
      if (word == site_text_name(text)) return text;
    fail("'" + word + "' is not a text of a site");
  }

  /// What the operation refers to besides its operands: as Printer::attributes() writes it.
  void attributes(Inst& inst, Line& line) {
    if (info(inst.op).names_global() && inst.op != Op::Foreach)
      inst.global = global_named(line.word());
    switch (inst.op) {
      case Op::GlobalUpdate:
      case Op::ArrayUpdate: inst.steps = steps(line); break;
      case Op::StatGet:
        inst.stat_fn = read_stat(line);
        if (line.take("shift")) inst.imm = line.number();
        break;
      case Op::HistGet:
      case Op::StrToHist:
      case Op::PrintHist: inst.hist = read_hist(line); break;
      case Op::Sprintf:
      case Op::Printf: {
        std::string format = line.string();
        inst.format =
            std::make_shared<const std::vector<ast::FormatPiece>>(FormatReader(format).pieces());
        break;
      }
      case Op::Load:
        inst.space = space(line);
        read_width(line, inst.size, inst.is_signed);
        break;
      case Op::LoadStr:
      case Op::LoadBytes: inst.space = space(line); break;
      case Op::PerfRead: line.expect("counter"), inst.imm = line.number(); break;
      case Op::Reg: line.expect("dwarf"), inst.imm = line.number(); break;
      case Op::CtxRet:
        if (line.next() == '$') inst.binding = bound(line);
        break;
      case Op::CtxArg:
        if (line.take("#")) {
          inst.imm = line.number();
          read_width(line, inst.size, inst.is_signed);
        } else {
          inst.binding = bound(line);
        }
        break;
      case Op::CoreExists:
        if (line.next() == '$')
          inst.binding = bound(line);
        else
          inst.core = read_core(line);
        break;
      case Op::CoreOffset:
      case Op::CoreField: inst.core = read_core(line); break;
      case Op::SiteStr: inst.site_text = site_text(line.word()); break;
      case Op::RegexMatch: inst.name = line.string(); break;
      case Op::EmbeddedC: inst.c = std::make_shared<const EmbeddedC>(line.string()); break;
      case Op::Call: inst.function = function_named(line.word(), side_); break;
      case Op::Send: line.expect("segment"), inst.imm = line.number(); break;
      case Op::Foreach: inst.foreach = foreach (line); break;
      default: break;  // the others have operands only
    }
  }

  static void end_of(Line& line) {
    if (!line.at_end()) fail("'" + line.rest() + "' is left over");
  }

  const SourceFile& file_;
  std::vector<size_t> starts_;  ///< of the lines, in the text
  std::vector<std::string> lines_;
  size_t at_ = 0;
  Module module_;
  size_t next_function_ = 0;
  std::vector<std::pair<size_t, std::string>> late_for_;
  Body* body_ = nullptr;
  Side side_ = Side::User;
};

}  // namespace

Parsed parse(const SourceFile& text) { return Parser(text).parse(); }

}  // namespace coretap::ir
