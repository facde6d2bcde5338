// One IR instruction becomes one or a few lines of C++. Locals are declared at the top of the
// function, so `goto` to a continue label never jumps over an initialization; anything declared
// for one instruction (packed keys, sinks, cursors) lives in a block of its own.
#include "emit/user_body.h"

#include <algorithm>
#include <utility>

#include "emit/call_text.h"
#include "emit/layout.h"
#include "emit/literals.h"
#include "emit/update_text.h"

namespace coretap {

using ir::Inst;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

const char* stat_fn(StatFn fn) {
  switch (fn) {
    case StatFn::Count: return "ct::StatFn::Count";
    case StatFn::Sum: return "ct::StatFn::Sum";
    case StatFn::Min: return "ct::StatFn::Min";
    case StatFn::Max: return "ct::StatFn::Max";
    case StatFn::Avg: return "ct::StatFn::Avg";
    case StatFn::Variance: return "ct::StatFn::Variance";
  }
  return "ct::StatFn::Count";
}

bool has_any(const Inst& inst, size_t from) {
  return std::any_of(inst.args.begin() + static_cast<long>(from), inst.args.end(),
                     [](const Operand& o) { return o.kind == Operand::None; });
}

}  // namespace

size_t hist_index(const ir::Global& global, const ir::HistSpec& hist) {
  return static_cast<size_t>(std::find(global.hists.begin(), global.hists.end(), hist) -
                             global.hists.begin());
}

size_t pattern_index(const ir::Module& module, const std::string& pattern) {
  return static_cast<size_t>(std::find(module.patterns.begin(), module.patterns.end(), pattern) -
                             module.patterns.begin());
}

// ------------------------------------------------------------------ operands

std::string UserBody::local(ir::LocalId id) const {
  return "l" + std::to_string(id) + "_" + layout::identifier(body_.locals[id].name);
}

bool UserBody::is_str(const Operand& operand) const {
  return operand.kind == Operand::StrLit ||
         (operand.kind == Operand::Local && body_.locals[operand.local].type.ty == Ty::Str);
}

std::string UserBody::value(const Operand& operand) const {
  return operand.kind == Operand::Int ? long_literal(operand.num, "ll") : local(operand.local);
}

std::string UserBody::view(const Operand& operand) const {
  if (operand.kind == Operand::StrLit)
    return view_literal(operand.str.substr(0, module_.max_string - 1));
  return call_text("ct::View", local(operand.local));
}

/// What print writes of it: a literal is written as a whole, however long.
std::string UserBody::printed(const Operand& operand) const {
  return operand.kind == Operand::StrLit ? view_literal(operand.str) : view(operand);
}

std::string UserBody::near(const Inst& inst) const { return near_span(inst.span); }

std::string UserBody::near_span(const Span& span) {
  std::string token = describe_token(span);
  return token.empty() ? "nullptr" : c_string(token);
}

std::string UserBody::take_actions(int64_t count, const Span& at) {
  return call_text("ct::take_actions", count, near_span(at)) + ";";
}

void UserBody::assign(ir::LocalId dst, const std::string& expression) {
  if (dst == ir::kNone)
    out_.line(expression + ";");
  else
    out_.line(local(dst) + " = " + expression + ";");
}

std::string UserBody::key(const Inst& inst, size_t from, size_t count) {
  std::string name = "k";
  out_.line("ct::Key k;");
  for (size_t i = from; i < from + count; ++i) {
    const Operand& o = inst.args[i];
    if (o.kind == Operand::None)
      out_.line("k.any();");
    else if (is_str(o))
      out_.line(call_text("k.add", view(o)) + ";");
    else
      out_.line(call_text("k.add", value(o)) + ";");
  }
  return name;
}

// ------------------------------------------------------------------ arithmetic

std::string UserBody::binary(const Inst& inst) const {
  std::string a = value(inst.args[0]), b = value(inst.args[1]);
  auto wrapped = [&](const char* op) {
    return "static_cast<s64>(static_cast<u64>(" + a + ") " + op + " static_cast<u64>(" + b + "))";
  };
  switch (inst.op) {
    case Op::Add: return wrapped("+");
    case Op::Sub: return wrapped("-");
    case Op::Mul: return wrapped("*");
    case Op::And: return wrapped("&");
    case Op::Or: return wrapped("|");
    case Op::Xor: return wrapped("^");
    case Op::Div: return call_text("ct::divide", a, b, near(inst));
    case Op::Mod: return call_text("ct::modulo", a, b, near(inst));
    case Op::Shl: return "static_cast<s64>(static_cast<u64>(" + a + ") << (" + b + " & 63))";
    case Op::Shr: return "static_cast<s64>(static_cast<u64>(" + a + ") >> (" + b + " & 63))";
    case Op::Sar: return a + " >> (" + b + " & 63)";
    case Op::Eq: return a + " == " + b;
    case Op::Ne: return a + " != " + b;
    case Op::Lt: return a + " < " + b;
    case Op::Le: return a + " <= " + b;
    case Op::Ult: return "static_cast<u64>(" + a + ") < static_cast<u64>(" + b + ")";
    default: ir::no_case(inst.op, "UserBody::binary");
  }
}

// ------------------------------------------------------------------ strings and printing

/// Is `number` from `low` to `high`?
std::string within(const std::string& number, int64_t low, int64_t high) {
  std::string text;
  if (low != INT64_MIN) text = number + " >= " + long_literal(low, "ll");
  if (high != INT64_MAX)
    text += (text.empty() ? "" : " && ") + number + " <= " + long_literal(high, "ll");
  return text.empty() ? "true" : text;
}

/// A %m of an address: only kernel code can read memory, and brings the bytes with it.
bool UserBody::wants_memory(const Inst& inst) {
  size_t next = 0;
  for (const FormatPiece& p : *inst.format) {
    if (!p.takes_argument()) continue;
    next += (p.width_kind == FormatPiece::Dynamic);
    next += (p.precision_kind == FormatPiece::Dynamic);
    const Operand& arg = inst.args[next++];
    if ((p.conversion != 'm' && p.conversion != 'M') || is_str(arg)) continue;
    out_.line(call_text("ct::no_memory", value(arg), p.flag_hash, near(inst)) + ";");
    return true;
  }
  return false;
}

void UserBody::format(const Inst& inst, const std::string& sink) {
  if (wants_memory(inst)) return;
  size_t next = 0;
  for (const FormatPiece& p : *inst.format) {
    if (p.kind == FormatPiece::Literal) {
      out_.line(call_text("ct::put", sink, view_literal(p.text)) + ";");
      continue;
    }
    if (p.kind == FormatPiece::End) {
      out_.close();
      continue;
    }
    if (p.kind == FormatPiece::When) {
      out_.open("if (" + within(value(inst.args[next++]), p.low, p.high) + ")");
      continue;
    }
    auto dimension = [&](FormatPiece::Size kind, int fixed) -> std::string {
      if (kind == FormatPiece::Dynamic) return value(inst.args[next++]);
      return kind == FormatPiece::Fixed ? std::to_string(fixed) : "-1";
    };
    std::string width = dimension(p.width_kind, p.width);
    std::string precision = dimension(p.precision_kind, p.precision);
    if (p.precision_kind == FormatPiece::Dynamic)
      precision = "(" + precision + " < 0 ? 0 : " + precision + ")";
    int flags =
        p.flag_minus * 1 + p.flag_plus * 2 + p.flag_space * 4 + p.flag_zero * 8 + p.flag_hash * 16;
    std::string spec = std::string("ct::Spec{'") + p.conversion + "', " + std::to_string(flags) +
                       ", " + width + ", " + precision + "}";
    const Operand& arg = inst.args[next++];
    // The last argument has a bit for each value that could not be read.
    if (p.fault_bit >= 0)
      out_.line(
          "if (!" +
          call_text("ct::put_fault", sink, value(inst.args.back()), p.fault_bit, is_str(arg)) +
          ")");
    if (p.is_quoted && p.precision_kind != FormatPiece::None)
      out_.line("  " +
                call_text("ct::put_quoted", sink, call_text("ct::head", view(arg), precision)) +
                ";");
    else if (p.is_quoted)
      out_.line("  " + call_text("ct::put_quoted", sink, is_str(arg) ? view(arg) : value(arg)) +
                ";");
    else if (p.conversion == 'E')
      put_enum(sink, value(arg), *p.names);
    else if (p.conversion == 'f' || p.conversion == 'g')
      out_.line("  " + call_text("ct::put_float", sink, value(arg), p.conversion == 'g') + ";");
    else if (p.is_wide())
      out_.line("  " +
                call_text("ct::put_wide", sink, value(arg), value(inst.args[next++]),
                          std::string("'") + p.conversion + "'") +
                ";");
    else if (is_str(arg))
      out_.line(call_text("ct::put_str", sink, printed(arg), spec) + ";");
    else
      out_.line(call_text("ct::put_long", sink, value(arg), spec) + ";");
  }
}

/// One value of an enum by its name; the table is made where it is used, for a format stands in one place only.
void UserBody::put_enum(const std::string& sink, const std::string& constant_value,
                        const EnumNames& names) {
  std::string rows;
  for (const auto& [constant, name] : names.constants)
    rows += "{" + long_literal(constant, "ll") + ", " + view_literal(name) + "}, ";
  out_.line("  { static const ct::EnumName ct_names[] = {" + rows + "};");
  out_.line("    " +
            call_text("ct::put_enum", sink, constant_value, "ct_names", names.constants.size(),
                      names.is_flags) +
            "; }");
}

void UserBody::string_op(const Inst& inst) {
  std::string to = inst.dst == ir::kNone ? "" : local(inst.dst);
  switch (inst.op) {
    case Op::StrCmp:
      return assign(inst.dst, call_text("ct::compare", view(inst.args[0]), view(inst.args[1])));
    case Op::StrEq:
      return assign(inst.dst, call_text("ct::equal", view(inst.args[0]), view(inst.args[1])));
    case Op::Concat:
      return out_.line(call_text("ct::concat", to, view(inst.args[0]), view(inst.args[1])) + ";");
    case Op::RegexMatch:
      return assign(
          inst.dst,
          call_text("ct::regex_match", view(inst.args[0]),
                    "ct_regexes[" + std::to_string(pattern_index(module_, inst.name)) + "]"));
    case Op::RegexGroup:
      if (to.empty()) {
        out_.open("");
        out_.line("ct::Str ct_unused;");
        to = "ct_unused";
      }
      out_.line(call_text("ct::matched", to, value(inst.args[0]), value(inst.args[1]),
                          view(inst.args[2]), "ct_regexes") +
                ";");
      if (inst.dst == ir::kNone) out_.close();
      return;
    case Op::RegexGroups:
      return assign(inst.dst, call_text("ct::ngroups", value(inst.args[0]), "ct_regexes"));
    case Op::Printf: return format(inst, "ct::output()");
    case Op::Sprintf:
      // Into a string of its own: an argument may be the destination.
      out_.open("");
      out_.line("ct::Str text;");
      out_.line("ct::Sink sink = ct::to_string(text);");
      format(inst, "sink");
      out_.line("ct::finish(sink, text);");
      if (!to.empty()) out_.line(to + " = text;");
      return out_.close();
    default: ir::no_case(inst.op, "UserBody::string_op");
  }
}

// ------------------------------------------------------------------ globals

void UserBody::global_op(const Inst& inst) {
  const ir::Global& g = module_.globals[inst.global];
  bool text = g.value.ty == Ty::Str;
  std::string place = g.shared ? "ct_shared->" + layout::global_member(module_, inst.global)
                               : host_variable(module_, inst.global);
  std::string index = std::to_string(inst.global) + "u";
  bool additive = g.shared && g.additive && !text;
  switch (inst.op) {
    case Op::GlobalGet:
      if (additive) return assign(inst.dst, call_text("ct::additive_get", index, "&" + place));
      if (text) return assign(inst.dst, call_text("ct::text", place, "sizeof " + place));
      return assign(inst.dst, place);
    case Op::GlobalSet:
      if (additive)
        return out_.line(call_text("ct::additive_set", index, "&" + place, value(inst.args[0])) +
                         ";");
      if (text)
        return out_.line(call_text("ct::store", place, "sizeof " + place, view(inst.args[0])) +
                         ";");
      return out_.line(place + " = " + value(inst.args[0]) + ";");
    case Op::GlobalAdd:
      if (additive)
        return assign(inst.dst,
                      call_text("ct::additive_add", index, "&" + place, value(inst.args[0])));
      return assign(inst.dst, call_text("ct::atomic_add", "&" + place, value(inst.args[0])));
    case Op::GlobalUpdate: {
      std::string address = "&" + place, after = updated(inst);
      return assign(inst.dst, additive ? call_text("ct::additive_update", index, address, after)
                                       : call_text("ct::atomic_update", address, after));
    }
    case Op::Clear:
      if (g.is_array() || g.is_stat) return out_.line(call_text("ct::array_clear", index) + ";");
      if (text)
        return out_.line(call_text("ct::store", place, "sizeof " + place, "{\"\", 0}") + ";");
      if (additive) return out_.line(call_text("ct::additive_set", index, "&" + place, "0") + ";");
      return out_.line(place + " = 0;");
    default: ir::no_case(inst.op, "UserBody::global_op");
  }
}

/// The function from old to new value.
std::string UserBody::updated(const Inst& inst) {
  std::vector<std::string> values;
  for (size_t i = 0; i < inst.steps->size(); ++i) values.push_back(value(inst.args[i]));
  return "[&](s64 ct_old) -> s64 { return " +
         update_text(*inst.steps, "ct_old", values,
                     {"ct::divide", "ct::modulo", "ct::larger", "ct::smaller"}) +
         "; }";
}

void UserBody::array_op(const Inst& inst) {
  const ir::Global& g = module_.globals[inst.global];
  std::string index = std::to_string(inst.global) + "u";
  bool text = g.value.ty == Ty::Str;
  out_.open("");
  std::string k = key(inst, ir::first_key(inst), g.keys.size());
  bool is_slice = has_any(inst, ir::first_key(inst));
  switch (inst.op) {
    case Op::ArrayGet:
      if (text)
        out_.line(call_text("ct::array_get", index, k, local(inst.dst)) + ";");
      else
        assign(inst.dst, call_text("ct::array_get", index, k));
      break;
    case Op::ArraySet:
      out_.line(call_text("ct::array_set", index, k,
                          text ? view(inst.args[0]) : value(inst.args[0]), near(inst)) +
                ";");
      break;
    case Op::ArrayAdd:
      assign(inst.dst, call_text("ct::array_add", index, k, value(inst.args[0]), near(inst)));
      break;
    case Op::ArrayUpdate:
      assign(inst.dst,
             call_text("ct::array_update", index, k, inst.imm == 0, updated(inst), near(inst)));
      break;
    case Op::ArrayIn: assign(inst.dst, call_text("ct::array_in", index, k, is_slice)); break;
    case Op::ArrayDelete: out_.line(call_text("ct::array_delete", index, k, is_slice) + ";"); break;
    default: ir::no_case(inst.op, "UserBody::array_op");
  }
  out_.close();
}

void UserBody::stat_op(const Inst& inst) {
  const ir::Global& g = module_.globals[inst.global];
  std::string index = std::to_string(inst.global) + "u";
  std::string hist = std::to_string(hist_index(g, inst.hist)) + "u";
  bool has_value = inst.op == Op::StatAdd || inst.op == Op::HistGet;
  out_.open("");
  std::string k = key(inst, has_value ? 1 : 0, g.keys.size());
  switch (inst.op) {
    case Op::StatAdd:
      out_.line(call_text("ct::stat_add", index, k, value(inst.args[0]), near(inst)) + ";");
      break;
    case Op::StatGet:
      assign(inst.dst,
             call_text("ct::stat_get", index, k, stat_fn(inst.stat_fn), inst.imm, near(inst)));
      break;
    case Op::HistGet:
      assign(inst.dst, call_text("ct::hist_get", index, k, hist, value(inst.args[0]), near(inst)));
      break;
    case Op::PrintHist:
      out_.line(call_text("ct::put_hist", "ct::output()", index, k, hist, near(inst)) + ";");
      break;
    case Op::StrToHist:
      out_.line("ct::Sink sink = " + call_text("ct::to_string", local(inst.dst)) + ";");
      out_.line(call_text("ct::put_hist", "sink", index, k, hist, near(inst)) + ";");
      out_.line(call_text("ct::finish", "sink", local(inst.dst)) + ";");
      break;
    default: ir::no_case(inst.op, "UserBody::stat_op");
  }
  out_.close();
}

// ------------------------------------------------------------------ calls and embedded C

void UserBody::call(const Inst& inst) {
  const ir::Function& f = module_.functions[inst.function];
  std::string arguments;
  if (f.result.ty == Ty::Str) {
    out_.open("");
    out_.line("ct::Str result;");
    arguments = "result";
  }
  for (size_t i = 0; i < inst.args.size(); ++i) {
    if (!arguments.empty()) arguments += ", ";
    bool text = f.body.locals[i].type.ty == Ty::Str;
    arguments += text ? view(inst.args[i]) : value(inst.args[i]);
  }
  std::string expression = user_function(f) + "(" + arguments + ")";
  if (f.result.ty == Ty::Str) {
    out_.line(expression + ";");
    if (inst.dst != ir::kNone) out_.line(local(inst.dst) + " = result;");
    out_.close();
  } else {
    assign(f.result.ty == Ty::Void ? ir::kNone : inst.dst, expression);
    if (f.result.ty == Ty::Void && inst.dst != ir::kNone) assign(inst.dst, "0");
  }
  if (inst.declined != ir::kNone) assign(inst.declined, "ct::was_declined()");
}

std::string embedded_macros(Ty result) {
  return std::string(
             "#define MAXSTRINGLEN CT_MAXSTRINGLEN\n#define STAP_RETLEN CT_MAXSTRINGLEN\n"
             "#define STAP_ERROR(...) ct::failf(__VA_ARGS__)\n"
             "#define STAP_PRINTF(...) ct::printf(__VA_ARGS__)\n"
             "#define STAP_NEXT do { ct::decline(); return; } while (0)\n") +
         (result == Ty::Long  ? "#define STAP_RETURN(...) do { __VA_OPT__(STAP_RETVALUE = "
                                "(__VA_ARGS__);) return; } while (0)"
          : result == Ty::Str ? "#define STAP_RETURN(...) do { __VA_OPT__(snprintf(STAP_RETVALUE, "
                                "STAP_RETLEN, \"%s\", __VA_ARGS__);) return; } while (0)"
                              : "#define STAP_RETURN() return");
}

std::string embedded_macros_end() {
  return "#undef MAXSTRINGLEN\n#undef STAP_RETLEN\n#undef STAP_ERROR\n#undef STAP_PRINTF\n#undef "
         "STAP_NEXT\n"
         "#undef STAP_RETURN";
}

/// What the C calls STAP_ARG_…: copies, which it may change.
void UserBody::embedded_parameters(const Inst& inst) {
  for (size_t i = 0; i < inst.args.size(); ++i) {
    std::string name = "STAP_ARG_" + inst.c->arguments[i];
    if (is_str(inst.args[i])) {
      out_.line("ct::Str copy_" + std::to_string(i) + " = " + view(inst.args[i]) + ";");
      out_.line("char* " + name + " = copy_" + std::to_string(i) + ".data;");
    } else {
      out_.line("s64 " + name + " = " + value(inst.args[i]) + ";");
    }
    out_.line("(void)" + name + ";");
  }
}

/// Statements run in a lambda, so that STAP_RETURN and a plain `return` leave only them.
void UserBody::embedded(const Inst& inst) {
  const SourceFile* file = inst.span ? inst.span.file : nullptr;
  uint32_t line = file ? line_column(*file, inst.span.begin).line : 0;
  bool text = inst.dst != ir::kNone && is_str(Operand::of(inst.dst));
  bool is_expression = inst.dst != ir::kNone && inst.c->is_expression;
  out_.open("");
  embedded_parameters(inst);
  if (is_expression) {
    out_.line(local(inst.dst) + " = " + (text ? "ct::text(" : "static_cast<s64>("));
    out_.verbatim(inst.c->text, file, line);
    out_.line(");");
    return out_.close();
  }
  Ty result = inst.dst == ir::kNone ? Ty::Void : text ? Ty::Str : Ty::Long;
  if (result == Ty::Str) out_.line("char STAP_RETVALUE[CT_MAXSTRINGLEN] = {};");
  if (result == Ty::Long) out_.line("s64 STAP_RETVALUE = 0;");
  out_.verbatim(embedded_macros(result), nullptr, 0);
  out_.open("[&]() -> void");
  out_.verbatim(inst.c->text, file, line);
  out_.line(";");  // it may be an expression
  out_.close("}();");
  out_.verbatim(embedded_macros_end(), nullptr, 0);
  if (result != Ty::Void)
    out_.line(local(inst.dst) +
              (text ? " = ct::text(STAP_RETVALUE, sizeof STAP_RETVALUE);" : " = STAP_RETVALUE;"));
  out_.close();
}

void UserBody::run_kernel(const Inst& inst) {
  const auto index = static_cast<size_t>(inst.imm);
  const std::string number = std::to_string(index) + "u";
  if (!module_.kernel_handlers[index].is_question)
    return out_.line(call_text("ct::run_kernel_part", number) + ";");
  std::string arguments;
  for (const Operand& arg : inst.args) arguments += (arguments.empty() ? "" : ", ") + value(arg);
  out_.open("");
  if (!arguments.empty()) out_.line("const s64 ct_arguments[] = {" + arguments + "};");
  out_.line(call_text("ct::ask_kernel", number, arguments.empty() ? "nullptr" : "ct_arguments",
                      std::to_string(inst.args.size()) + "u") +
            ";");
  out_.close();
}

// ------------------------------------------------------------------ control

void UserBody::foreach_loop(const Inst& inst) {
  const ir::ForeachSpec& spec = *inst.foreach;
  const ir::Global& g = module_.globals[spec.array];
  std::string index = std::to_string(spec.array) + "u";
  std::string limit = spec.has_limit ? value(inst.args[0]) : "ct::kNoLimit";
  std::string order = "ct::Order{" + std::to_string(spec.sort_direction) + ", " +
                      std::to_string(spec.sort_column) + ", " + stat_fn(spec.sort_stat) + "}";
  out_.open("");
  size_t keys = inst.args.size() - spec.slice_from;
  std::string k = key(inst, spec.slice_from, keys);
  if (spec.over_hist)
    out_.line(call_text("ct::Cursor cursor", index, k,
                        std::to_string(hist_index(g, spec.hist)) + "u", limit) +
              ";");
  else
    out_.line(call_text("ct::Cursor cursor", index, order, limit, k) + ";");
  out_.open("while (cursor.next())");
  out_.line(take_actions(inst.imm, inst.span));
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    bool text = body_.locals[spec.keys[i]].type.ty == Ty::Str;
    out_.line(local(spec.keys[i]) + " = " +
              call_text(text ? "cursor.key_str" : "cursor.key_long", i) + ";");
  }
  if (spec.value != ir::kNone) {
    bool text = body_.locals[spec.value].type.ty == Ty::Str;
    out_.line(local(spec.value) + " = cursor.value_" + (text ? "str();" : "long();"));
  }
  std::string outer = std::exchange(continue_label_, "");
  block(inst.blocks[0]);
  continue_label_ = outer;
  out_.close();
  out_.close();
}

void UserBody::control(const Inst& inst) {
  switch (inst.op) {
    case Op::If:
      out_.open("if (" + value(inst.args[0]) + ")");
      block(inst.blocks[0]);
      if (inst.blocks.size() > 1 && !inst.blocks[1].empty()) {
        out_.middle("} else {");
        block(inst.blocks[1]);
      }
      return out_.close();
    case Op::Loop: {
      std::string label = "ct_continue_" + std::to_string(labels_++);
      out_.open("for (;;)");
      out_.line("ct::check_interrupt();");
      block(inst.blocks[0]);
      out_.line("if (!" + value(inst.args[0]) + ") break;");
      out_.line(take_actions(inst.imm, inst.span));
      std::string outer = std::exchange(continue_label_, label);
      out_.open("");
      block(inst.blocks[1]);
      out_.close();
      continue_label_ = outer;
      out_.line(label + ": __attribute__((unused));");
      if (inst.blocks.size() > 2) block(inst.blocks[2]);
      return out_.close();
    }
    case Op::Foreach: return foreach_loop(inst);
    case Op::Try:
      out_.open("try");
      block(inst.blocks[0]);
      out_.middle("} catch (const ct::Error& caught) {");
      if (inst.dst != ir::kNone)
        out_.line(local(inst.dst) + " = ct::message(caught);");
      else
        out_.line("(void)caught;");
      block(inst.blocks[1]);
      return out_.close();
    case Op::Break: return out_.line("break;");
    case Op::Continue:
      return out_.line(continue_label_.empty() ? "continue;" : "goto " + continue_label_ + ";");
    case Op::Next: return out_.line(inst.imm ? "ct::entry_unseen();" : "ct::next_handler();");
    case Op::Decline:
      out_.line("ct::decline();");
      return out_.line(result_ == Ty::Long ? "return 0;" : "return;");
    case Op::Return:
      if (inst.args.empty() || result_ == Ty::Void)
        return out_.line(result_ == Ty::Long ? "return 0;" : "return;");
      if (result_ == Ty::Long) return out_.line("return " + value(inst.args[0]) + ";");
      out_.line(call_text("ct::copy", "ct_result", view(inst.args[0])) + ";");
      return out_.line("return;");
    default: ir::no_case(inst.op, "UserBody::control");
  }
}

void UserBody::inst(const Inst& inst) {
  out_.at(inst.span);
  switch (inst.op) {
    case Op::Copy:
      return assign(inst.dst, is_str(inst.args[0]) ? view(inst.args[0]) : value(inst.args[0]));
    case Op::ColumnNum:
    case Op::ColumnStr:
      return assign(inst.dst, call_text("ct::row", column_table(static_cast<size_t>(inst.imm)),
                                        value(inst.args[0])));
    case Op::StrCmp:
    case Op::StrEq:
    case Op::Concat:
    case Op::Sprintf:
    case Op::RegexMatch:
    case Op::RegexGroup:
    case Op::RegexGroups:
    case Op::Printf: return string_op(inst);
    case Op::GlobalGet:
    case Op::GlobalSet:
    case Op::GlobalAdd:
    case Op::GlobalUpdate:
    case Op::Clear: return global_op(inst);
    case Op::ArrayGet:
    case Op::ArraySet:
    case Op::ArrayAdd:
    case Op::ArrayUpdate:
    case Op::ArrayIn:
    case Op::ArrayDelete: return array_op(inst);
    case Op::StatAdd:
    case Op::StatGet:
    case Op::HistGet:
    case Op::PrintHist:
    case Op::StrToHist: return stat_op(inst);
    case Op::Call: return call(inst);
    case Op::EmbeddedC: return embedded(inst);
    case Op::RunKernel: return run_kernel(inst);
    case Op::Error: return out_.line(call_text("ct::fail", view(inst.args[0])) + ";");
    case Op::Exhausted:
      return out_.line(call_text("ct::fail", near(inst), "\"all functions exhausted\"") + ";");
    case Op::If:
    case Op::Loop:
    case Op::Foreach:
    case Op::Try:
    case Op::Break:
    case Op::Continue:
    case Op::Return:
    case Op::Decline:
    case Op::Next: return control(inst);
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Div:
    case Op::Mod:
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Shl:
    case Op::Sar:
    case Op::Shr:
    case Op::Eq:
    case Op::Ne:
    case Op::Lt:
    case Op::Le:
    case Op::Ult: return assign(inst.dst, binary(inst));
    // Rows of ops.def for the kernel side.
    case Op::Load:
    case Op::LoadStr:
    case Op::LoadBytes:
    case Op::Reg:
    case Op::RegIp:
    case Op::KernelAddress:
    case Op::CtxArg:
    case Op::PerfRead:
    case Op::CtxRet:
    case Op::CoreOffset:
    case Op::CoreExists:
    case Op::CoreField:
    case Op::ThreadId:
    case Op::ProcessId:
    case Op::SiteStr:
    case Op::SiteNum:
    case Op::Send: ir::no_case(inst.op, "UserBody::inst");
  }
}

void UserBody::declare_locals(size_t first) {
  for (size_t i = first; i < body_.locals.size(); ++i) {
    std::string name = local(static_cast<ir::LocalId>(i));
    if (body_.locals[i].type.ty == Ty::Void) continue;
    const char* type = body_.locals[i].type.bytes           ? "ct::View "
                       : body_.locals[i].type.ty == Ty::Str ? "ct::Str "
                                                            : "s64 ";
    const char* start = body_.locals[i].type.bytes ? " = {};" : *type == 's' ? " = 0;" : ";";
    out_.line(type + name + start);
    out_.line("(void)" + name + ";");
  }
}

void UserBody::block(const ir::Block& block) {
  for (const Inst& each : block) inst(each);
}

}  // namespace coretap
