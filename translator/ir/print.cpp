// The textual form of the IR, for `-d` and golden tests. One instruction a line:
//
//   t7 = add x.0, 1
//   [t3, t4] keys follow the other operands in the order of ops.def
//
// Nested blocks are indented under a word that names them (then/else, while/do/step, …).
#include <span>

#include "ir/ir.h"
#include "ir/words.h"

namespace coretap::ir {

namespace {

std::string quoted(const std::string& text) {
  static const char* const kHex = "0123456789abcdef";
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c >= 0x7f) {
      out += "\\x";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + "\"";
}

std::string type_text(const Type& type) {
  switch (type.ty) {
    case Ty::Void: return "void";
    case Ty::Long: return "long";
    case Ty::Str: return type.cap ? "string<" + std::to_string(type.cap) + ">" : "string";
  }
  return "?";
}

std::string hist_text(const HistSpec& hist) {
  if (!hist.linear) return "log";
  return "linear(" + std::to_string(hist.low) + "," + std::to_string(hist.high) + "," +
         std::to_string(hist.step) + ")";
}

std::string core_text(const CoreAccess& core) {
  std::string out = core.type;
  for (const CoreAccess::Step& step : core.steps)
    out += step.member.empty() ? "[" + std::to_string(step.index) + "]" : "." + step.member;
  if (core.is_bitfield) out += " bitfield";
  return out;
}

std::string format_text(const std::vector<FormatPiece>& pieces) {
  std::string out;
  for (const FormatPiece& piece : pieces) {
    if (piece.kind == FormatPiece::Literal) {
      for (char c : piece.text) out += c == '%' ? std::string("%%") : std::string(1, c);
      continue;
    }
    if (piece.kind == FormatPiece::When) {
      out += "%(" + std::to_string(piece.low) + ":" + std::to_string(piece.high) + ":";
      continue;
    }
    if (piece.kind == FormatPiece::End) {
      out += "%)";
      continue;
    }
    out += '%';
    if (piece.fault_bit >= 0) out += "{" + std::to_string(piece.fault_bit) + "}";
    if (piece.flag_minus) out += '-';
    if (piece.flag_plus) out += '+';
    if (piece.flag_space) out += ' ';
    if (piece.flag_zero) out += '0';
    if (piece.flag_hash) out += '#';
    if (piece.width_kind == FormatPiece::Dynamic) out += '*';
    if (piece.width_kind == FormatPiece::Fixed) out += std::to_string(piece.width);
    if (piece.precision_kind == FormatPiece::Dynamic) out += ".*";
    if (piece.precision_kind == FormatPiece::Fixed) out += "." + std::to_string(piece.precision);
    if (piece.is_quoted) out += 'q';
    out += piece.conversion;
  }
  return quoted(out);
}

/// Prints bodies of one module (or of none, when a single body is dumped in a debugger).
class Printer {
 public:
  explicit Printer(const Module* module) : module_(module) {}

  std::string body(const Body& body, int indent) {
    body_ = &body;
    out_.clear();
    block(body.block, indent);
    return std::move(out_);
  }

  std::string signature(const Body& body, size_t parameters) {
    body_ = &body;
    std::string out = "(";
    for (size_t i = 0; i < parameters; ++i) {
      if (i) out += ", ";
      out += local(static_cast<LocalId>(i)) + ": " + type_text(body.locals[i].type);
    }
    return out + ")";
  }

  std::string locals(const Body& body, size_t from, int indent) {
    body_ = &body;
    std::string out;
    for (size_t i = from; i < body.locals.size(); ++i)
      if (body.locals[i].type.ty == Ty::Str)
        out += std::string(indent * 2, ' ') + "local " + local(static_cast<LocalId>(i)) + ": " +
               type_text(body.locals[i].type) + "\n";
    return out;
  }

 private:
  /// " $dentry of vfs_unlink"
  std::string binding(const Inst& inst) const {
    if (inst.binding == kNone) return "";
    if (!module_ || inst.binding >= module_->bindings.size())
      return " binding#" + std::to_string(inst.binding);
    const Binding& b = module_->bindings[inst.binding];
    return " $" + (b.name.empty() ? "return" : b.name) + " of " + b.owner;
  }

  std::string local(LocalId id) const {
    if (id >= body_->locals.size()) return "<bad local " + std::to_string(id) + ">";
    const std::string& name = body_->locals[id].name;
    std::string number = std::to_string(id);
    return name == "t" + number ? name : name + "." + number;
  }

  std::string operand(const Operand& o) const {
    switch (o.kind) {
      case Operand::None: return "*";
      case Operand::Int: return std::to_string(o.num);
      case Operand::StrLit: return quoted(o.str);
      case Operand::Local: return local(o.local);
    }
    return "?";
  }

  std::string operands(std::span<const Operand> list) const {
    std::string out;
    for (const Operand& o : list) out += (out.empty() ? " " : ", ") + operand(o);
    return out;
  }

  std::string global(GlobalId id) const {
    if (!module_ || id >= module_->globals.size()) return "global#" + std::to_string(id);
    return module_->globals[id].name;
  }

  static std::string steps_text(const Inst& inst) {
    std::string text;
    for (const UpdateStep& step : *inst.steps)
      text += std::string(text.empty() ? " " : ", ") + (step.reversed ? "reversed " : "") +
              (step.kind == UpdateStep::Arithmetic   ? info(step.op).text
               : step.kind == UpdateStep::KeepLarger ? "larger"
                                                     : "smaller");
    return text + " of";
  }

  /// What the operation refers to besides its operands.
  std::string attributes(const Inst& inst) const {
    switch (inst.op) {
      case Op::GlobalGet:
      case Op::GlobalSet:
      case Op::GlobalAdd:
      case Op::ArrayGet:
      case Op::ArraySet:
      case Op::ArrayAdd:
      case Op::ArrayIn:
      case Op::ArrayDelete:
      case Op::Clear:
      case Op::StatAdd: return " " + global(inst.global);
      case Op::GlobalUpdate:
      case Op::ArrayUpdate: return " " + global(inst.global) + steps_text(inst);
      case Op::StatGet:
        return " " + global(inst.global) + " " + stat_word(inst.stat_fn) +
               (inst.imm ? " shift " + std::to_string(inst.imm) : "");
      case Op::HistGet:
      case Op::StrToHist:
      case Op::PrintHist: return " " + global(inst.global) + " " + hist_text(inst.hist);
      case Op::Sprintf:
      case Op::Printf: return inst.format ? " " + format_text(*inst.format) : "";
      case Op::Load:
        return std::string(inst.space == Space::User ? " user " : " kernel ") +
               (inst.is_signed ? "s" : "u") + std::to_string(inst.size * 8);
      case Op::LoadStr:
      case Op::LoadBytes: return inst.space == Space::User ? " user" : " kernel";
      case Op::PerfRead: return " counter " + std::to_string(inst.imm);
      case Op::KernelAddress: return " _stext + " + std::to_string(inst.imm);
      case Op::Reg: return " dwarf " + std::to_string(inst.imm);
      case Op::CtxRet: return binding(inst);
      case Op::CtxArg:
        if (inst.binding != kNone) return binding(inst);
        return " #" + std::to_string(inst.imm) + (inst.is_signed ? " s" : " u") +
               std::to_string(inst.size * 8);
      case Op::CoreExists:
        if (inst.binding != kNone) return binding(inst);
        [[fallthrough]];
      case Op::CoreOffset:
      case Op::CoreField: return inst.core ? " " + core_text(*inst.core) : "";
      case Op::ColumnNum:
      case Op::ColumnStr: return " " + std::to_string(inst.imm) + " of";
      case Op::SiteStr: return std::string(" ") + site_text_name(inst.site_text);
      case Op::RegexMatch: return " " + quoted(inst.name);
      case Op::EmbeddedC: return " " + quoted(inst.c->text);
      case Op::Call:
        return " " + (module_ && inst.function < module_->functions.size()
                          ? module_->functions[inst.function].name
                          : "function#" + std::to_string(inst.function));
      case Op::RunKernel: return " handler " + std::to_string(inst.imm);
      case Op::Send: return " segment " + std::to_string(inst.imm);
      case Op::Foreach: return inst.foreach ? foreach_text(*inst.foreach) : "";
      default: return "";
    }
  }

  std::string foreach_text(const ForeachSpec& spec) const {
    std::string out = " ";
    if (spec.value != kNone) out += local(spec.value) + " = ";
    out += "[";
    for (size_t i = 0; i < spec.keys.size(); ++i) out += (i ? ", " : "") + local(spec.keys[i]);
    out += "] in " + global(spec.array);
    if (spec.over_hist) out += " hist " + hist_text(spec.hist);
    if (spec.sort_direction) {
      out += spec.sort_direction > 0 ? " ascending" : " descending";
      out += spec.sort_column ? " by key " + std::to_string(spec.sort_column)
                              : std::string(" by ") + stat_word(spec.sort_stat);
    }
    if (spec.has_limit) out += " limit";
    return out;
  }

  void block(const Block& block_to_print, int indent) {
    for (const Inst& inst : block_to_print) {
      std::string pad(indent * 2, ' ');
      out_ += pad;
      if (inst.dst != kNone) out_ += local(inst.dst) + " = ";
      out_ += info(inst.op).text + attributes(inst) + operands(inst.args);
      if (inst.declined != kNone) out_ += " declined " + local(inst.declined);
      out_ += "\n";
      const auto words = block_words(inst.op);
      for (size_t i = 0; i < inst.blocks.size(); ++i) {
        if (inst.blocks[i].empty() && i > 0) continue;
        out_ +=
            pad + " " + (i < words.size() ? words[i] : "block") + "\n";  // or it is a broken one
        block(inst.blocks[i], indent + 1);
      }
    }
  }

  const Module* module_;
  const Body* body_ = nullptr;
  std::string out_;
};

std::string global_text(const Global& g) {
  std::string out = "global " + g.name;
  if (g.is_array()) {
    out += "[";
    for (size_t i = 0; i < g.keys.size(); ++i) out += (i ? ", " : "") + type_text(g.keys[i]);
    out += "]";
    if (g.max_entries) out += " max " + std::to_string(g.max_entries);
    if (g.wrap) out += " wrap";
  }
  out += g.is_stat ? ": stats" : ": " + type_text(g.value);
  if (g.init)
    out +=
        " = " + (g.init->kind == Operand::Int ? std::to_string(g.init->num) : quoted(g.init->str));
  if (g.shared) out += " shared";
  if (g.additive) out += " additive";
  if (g.need_min_max) out += " min_max";
  if (g.need_variance) out += " variance";
  for (const HistSpec& hist : g.hists) out += " hist:" + hist_text(hist);
  if (g.displayed_at_end) out += " display";
  return out + "\n";
}

std::string watch_text(const DataWatch& watch) {
  const char* const spaces[] = {"kernel", "program", "process"};
  std::string out = std::string(" watch ") + spaces[watch.space] + " " +
                    std::to_string(watch.length) + (watch.reads ? " rw" : " write");
  if (watch.space == DataWatch::Program)
    out += " entry " + std::to_string(watch.entry) + ":" + std::to_string(watch.entry_offset);
  return out;
}

std::string site_text(const Site& site) {
  std::string out = "  site " + quoted(site.pp);
  if (!site.target.empty() || site.offset) out += " at " + site.target;
  if (site.offset) out += "+" + std::to_string(site.offset);
  if (!site.function.empty()) out += " in " + site.function;
  if (!site.label.empty()) out += " label " + site.label;
  if (!site.file_line.empty()) out += " (" + site.file_line + ")";
  if (!site.build_id.empty()) out += " build-id " + site.build_id;
  if (site.semaphore) out += " semaphore " + std::to_string(site.semaphore);
  if (site.need == Need::Optional) out += " optional";
  if (site.need == Need::OneOfMany) out += " one-of-many";
  if (site.perf_period || site.perf_is_freq)
    out += " perf " + std::to_string(site.perf_type) + ":" + std::to_string(site.perf_config) +
           (site.perf_is_freq && site.perf_period == 0
                ? " tick"
                : (site.perf_is_freq ? " hz " : " period ") + std::to_string(site.perf_period));
  if (site.watch) out += watch_text(*site.watch);
  return out + "\n";
}

std::string event_text(const UserHandler& handler) {
  switch (handler.event) {
    case UserEvent::Begin: return "begin(" + std::to_string(handler.priority) + ")";
    case UserEvent::End: return "end(" + std::to_string(handler.priority) + ")";
    case UserEvent::Error: return "error(" + std::to_string(handler.priority) + ")";
    case UserEvent::Timer: {
      const std::string unit = handler.in_ticks ? "ticks" : "ns";
      return "timer " + std::to_string(handler.period) + unit +
             (handler.randomize ? " randomize " + std::to_string(handler.randomize) + unit : "");
    }
    case UserEvent::FileRead:
      return "read of " + quoted(handler.file.path) + " umask " +
             std::to_string(handler.file.umask) + " size " + std::to_string(handler.file.capacity);
    case UserEvent::FileWrite:
      return "write of " + quoted(handler.file.path) + " umask " +
             std::to_string(handler.file.umask);
  }
  return "?";
}

}  // namespace

std::string print(const Body& body, int indent) { return Printer(nullptr).body(body, indent); }

std::string print(const Module& module) {
  Printer printer(&module);
  std::string out;
  for (const Global& g : module.globals) out += global_text(g);
  for (const Binding& b : module.bindings)
    out += "binding " + b.owner + " " + (b.name.empty() ? "$return" : "$" + b.name) + ": slot " +
           std::to_string(b.slot) + (b.is_signed ? " s" : " u") + std::to_string(8 * b.size) +
           (b.is_pointer ? " *" + b.pointee : "") + "\n";
  for (size_t i = 0; i < module.columns.size(); ++i) {
    out += "column " + std::to_string(i) + ":";
    for (const Operand& value : module.columns[i].values)
      out += " " + (value.kind == Operand::StrLit ? quoted(value.str) : std::to_string(value.num));
    out += "\n";
  }
  for (const CoreType& type : module.core_types) {
    out += "core " + type.name + "\n";
    for (const CoreType::Member& member : type.members) out += "  " + member.declaration + "\n";
  }
  for (const Function& f : module.functions) {
    out += std::string(f.side == Side::Kernel ? "kernel" : "user") + " function " + f.name +
           printer.signature(f.body, f.parameters) + ": " + type_text(f.result) +
           (f.c && f.c->pure ? " pure" : "") +
           (f.twin != kNone ? " twin " + module.functions[f.twin].name : "") + "\n";
    if (f.c) {
      out += "  embedded " + quoted(f.c->text) + "\n";
      continue;
    }
    out += printer.locals(f.body, f.parameters, 1) + printer.body(f.body, 1);
  }
  for (const KernelHandler& h : module.kernel_handlers) {
    out += "kernel handler " + h.name + " " + info(h.mechanism).text + "\n";
    for (const Site& site : h.sites) out += site_text(site);
    if (h.is_interruptible) out += "  interruptible\n";
    if (h.is_question) out += "  question\n";
    if (h.late_for != kNone) out += "  late for " + module.kernel_handlers[h.late_for].name + "\n";
    out += printer.locals(h.body, 0, 1) + printer.body(h.body, 1);
  }
  for (const Segment& s : module.segments) {
    out += "segment " + std::to_string(s.id) + printer.signature(s.body, s.captures) + "\n";
    out += printer.locals(s.body, s.captures, 1) + printer.body(s.body, 1);
  }
  for (const UserHandler& h : module.user_handlers) {
    out += "user handler " + h.name + " " + event_text(h) + "\n";
    out += printer.locals(h.body, 0, 1) + printer.body(h.body, 1);
  }
  return out;
}

}  // namespace coretap::ir
