#include "emit/kernel_body.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "emit/call_text.h"
#include "emit/kernel_embedded.h"
#include "emit/kernel_slots.h"
#include "emit/layout.h"
#include "emit/literals.h"

namespace coretap::kernel {

using ir::Inst;
using ir::kNone;
using ir::LocalId;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

/// End of the scratch memory of every function called from `block`.
uint32_t callee_frames(const Unit& unit, const ir::Block& block) {
  uint32_t end = 0;
  for (const Inst& inst : block) {
    if (inst.op == Op::Call) end = std::max(end, unit.function_frames[inst.function]);
    for (const ir::Block& b : inst.blocks) end = std::max(end, callee_frames(unit, b));
  }
  return end;
}

/// Operations whose operands clang groups anew: reassociation.
bool regroups(Op op) {
  return op == Op::Add || op == Op::Sub || op == Op::Mul || op == Op::And || op == Op::Or ||
         op == Op::Xor;
}

}  // namespace

BodyEmitter::BodyEmitter(Unit& unit, const ir::Body& body, std::string name, uint32_t parameters,
                         ir::Type result, bool is_large)
    : unit_(unit),
      module_(unit.module),
      body_(body),
      name_(std::move(name)),
      parameters_(parameters),
      result_(result),
      plan_(plan_body(body, parameters, is_large, unit.module.max_string)),
      uses_(body),
      costs_(unit.module, unit.flavour),
      callee_frames_(callee_frames(unit, body.block)) {
  const uint64_t steps = costs_.of(body, body.block).steps;
  part_steps_ = std::max(kPartSteps, steps / kMostFullParts);
  is_cut_ = is_large && steps > kPartSteps;
  frame_names_.resize(body_.locals.size());
  for (LocalId i = 0; i < body_.locals.size(); ++i) {
    const LocalPlan& l = plan_.locals[i];
    frame_names_[i] = l.name;
    if (l.home != Home::Frame || !l.used || body_.locals[i].type.ty == Ty::Str) continue;
    frame_members_.push_back((l.is_volatile ? "volatile s64 " : "s64 ") + l.name + ";");
    frame_bytes_ += 8;
  }
  for (const FrameSlot& slot : share_frame(module_, body_, plan_, parameters_)) {
    std::string name = plan_.locals[slot.locals[0]].name, users;
    if (slot.locals.size() > 1) {
      name = "slot_" + num(frame_members_.size());
      for (LocalId id : slot.locals)
        users += (users.empty() ? " /* " : ", ") + plan_.locals[id].name;
      users += " */";
    }
    for (LocalId id : slot.locals) frame_names_[id] = name;
    frame_members_.push_back("char " + name + "[" + num(slot.bytes) + "];" + users);
    frame_bytes_ += slot.bytes;
  }
}

BodyText BodyEmitter::emit() {
  out_.indent(1);
  block(body_.block);
  std::string statements = out_.take();

  if (scratch_bytes_) {
    frame_members_.push_back("char scratch[" + num(scratch_bytes_) + "];");
    frame_bytes_ += scratch_bytes_;
  }
  CodeWriter head;
  std::swap(out_, head);
  out_.indent(1);
  out_.line("int ct_rc = 0;");
  declare_variables(0);
  if (plan_.has_loop) {
    out_.line("struct ct_vars_" + name_ + " ct_vars = {.c = c" +
              (result_.ty == Ty::Void ? "" : ", .ct_ret = ct_ret") + "}, *v = &ct_vars;");
  }
  if (!frame_members_.empty()) point_to_frame();
  if (result_.ty == Ty::Long) out_.line("*ct_ret = 0;");
  if (result_.ty == Ty::Str)
    out_.line(call_text("ct_str_clear", "ct_ret", capacity(module_, result_)) + ";");
  enter_parameters();
  clear_locals();
  out_.append(statements);
  out_.line("ct_out:");
  if (plan_.returns_from_loop) out_.line("if (ct_rc == CT_FLOW_RETURN) ct_rc = 0;");
  out_.line("return ct_rc;");

  BodyText text;
  text.declarations = frame_struct() + vars_struct() + callbacks_;
  text.statements = out_.take();
  text.frame_end = callee_frames_ + frame_bytes_;
  text.has_loop = plan_.has_loop;
  if (plan_.has_loop) text.frame_end = std::max(text.frame_end, 8u);  // the iterations left
  return text;
}

std::string BodyEmitter::parameter(LocalId id) const {
  bool renamed = plan_.locals[id].home != Home::Variable &&
                 !(plan_.locals[id].home == Home::Pointer && !plan_.has_loop);
  if (body_.locals[id].type.ty == Ty::Str && plan_.locals[id].home != Home::Pointer) renamed = true;
  return (body_.locals[id].type.ty == Ty::Str ? "const char *" : "s64 ") +
         std::string(renamed ? "ct_arg_" : "") + plan_.locals[id].name;
}

/// Parameters that do not stay C parameters move to their homes.
void BodyEmitter::enter_parameters() {
  for (LocalId i = 0; i < parameters_; ++i) {
    const LocalPlan& l = plan_.locals[i];
    bool is_str = body_.locals[i].type.ty == Ty::Str;
    if (is_str && l.home != Home::Pointer) {
      if (l.used) copy(string_local(i), {"ct_arg_" + l.name, string_local(i).cap});
    } else if (l.home == Home::Pointer ? plan_.has_loop : l.home != Home::Variable) {
      out_.line((l.home == Home::Frame ? "f->" : "v->") + l.name + " = ct_arg_" + l.name + ";");
    }
  }
}

void BodyEmitter::point_to_frame() {
  out_.line("struct ct_frame_" + name_ + " *f = (void *)(c->frame->mem + " + num(callee_frames_) +
            ");");
}

void BodyEmitter::declare_variables(uint32_t c_function) {
  for (LocalId i = c_function == 0 ? parameters_ : 0; i < body_.locals.size(); ++i) {
    const LocalPlan& l = plan_.locals[i];
    if (l.home != Home::Variable || !l.used || l.c_function != c_function) continue;
    const ir::Type& type = body_.locals[i].type;
    if (type.ty == Ty::Long)
      out_.line("s64 " + l.name + (l.needs_zero ? " = 0;" : ";"));
    else
      out_.line("char " + l.name + "[" + num(capacity(module_, type)) +
                "] __attribute__((aligned(8)))" + (l.needs_zero ? " = {};" : ";"));
  }
  if (c_function != 0) return;
  for (LocalId i = 0; i < parameters_; ++i)
    if (plan_.locals[i].home == Home::Variable && body_.locals[i].type.ty == Ty::Str &&
        plan_.locals[i].used)
      out_.line("char " + plan_.locals[i].name + "[" +
                num(capacity(module_, body_.locals[i].type)) + "] __attribute__((aligned(8)));");
}

/// Frames are not zeroed between events: only what may be read before it is written is.
void BodyEmitter::clear_locals() {
  for (LocalId i = parameters_; i < body_.locals.size(); ++i) {
    const LocalPlan& l = plan_.locals[i];
    if (l.home != Home::Frame || !l.needs_zero) continue;
    if (body_.locals[i].type.ty == Ty::Str)
      out_.line(call_text("ct_str_clear", "f->" + frame_names_[i],
                          capacity(module_, body_.locals[i].type)) +
                ";");
    else
      out_.line("f->" + l.name + " = 0;");
  }
}

std::string BodyEmitter::frame_struct() const {
  if (frame_members_.empty()) return "";
  std::string text = "struct ct_frame_" + name_ + " {\n";
  for (const std::string& member : frame_members_) text += "  " + member + "\n";
  return text + "} __attribute__((aligned(8)));\n";
}

std::string BodyEmitter::vars_struct() const {
  if (!plan_.has_loop) return "";
  std::string text = "struct ct_vars_" + name_ + " {\n  struct ct_ctx *c;\n";
  if (result_.ty != Ty::Void)
    text += std::string("  ") + (result_.ty == Ty::Str ? "char" : "s64") + " *ct_ret;\n";
  for (LocalId i = 0; i < body_.locals.size(); ++i) {
    const LocalPlan& l = plan_.locals[i];
    if (l.home == Home::Pointer) text += "  const char *" + l.name + ";\n";
  }
  return text + "};\n";
}

// ------------------------------------------------------------------ operands

std::string BodyEmitter::local(LocalId id) {
  const LocalPlan& l = plan_.locals[id];
  switch (l.home) {
    case Home::Variable: return l.name;
    case Home::Frame: touches_frame_ = true; return "f->" + frame_names_[id];
    case Home::Pointer: return (plan_.has_loop ? "v->" : "") + l.name;
  }
  return l.name;
}

std::string BodyEmitter::address(LocalId id) {
  if (id == kNone) return "&ct_unused";
  return (plan_.locals[id].is_volatile ? "(s64 *)&" : "&") + local(id);
}

std::string BodyEmitter::value(const Operand& o) {
  if (o.kind == Operand::Local && !plan_.locals[o.local].constant) return local(o.local);
  int64_t number = o.kind == Operand::Local ? *plan_.locals[o.local].constant : o.num;
  return long_literal(number);
}

BodyEmitter::Str BodyEmitter::string_local(LocalId id) {
  return {local(id), capacity(module_, body_.locals[id].type)};
}

BodyEmitter::Str BodyEmitter::string(const Operand& o) {
  if (o.kind == Operand::Local) return string_local(o.local);
  Str literal;
  literal.pointer = unit_.literal(o.str, literal.cap);
  return literal;
}

bool BodyEmitter::is_string(const Operand& o) const {
  return o.kind == Operand::StrLit ||
         (o.kind == Operand::Local && body_.locals[o.local].type.ty == Ty::Str);
}

bool BodyEmitter::reads_local(const Inst& inst, LocalId id, size_t from) const {
  return std::any_of(inst.args.begin() + static_cast<std::ptrdiff_t>(from), inst.args.end(),
                     [&](const Operand& o) { return o.kind == Operand::Local && o.local == id; });
}

BodyEmitter::Str BodyEmitter::scratch(uint32_t cap) {
  Str buffer{"(f->scratch + " + num(scratch_used_) + ")", cap};
  scratch_used_ += cap;
  touches_frame_ = true;
  scratch_bytes_ = std::max(scratch_bytes_, scratch_used_);
  return buffer;
}

void BodyEmitter::copy(const Str& to, const Str& from) {
  if (to.pointer == from.pointer) return;
  out_.line(call_text("ct_str_copy", to, from) + ";");
}

/// Capacities are multiples of 8. Where MAXSTRINGLEN is not, a string that was just made may be longer.
void BodyEmitter::limit_string(LocalId id) {
  if (id == kNone || module_.max_string % 8 == 0) return;
  const ir::Type& type = body_.locals[id].type;
  if (type.ty != Ty::Str || type.bytes || capacity(module_, type) < module_.max_string) return;
  Str text = string_local(id);
  out_.line(call_text("ct_str_limit", text, module_.max_string) + ";");
}

void BodyEmitter::assign(LocalId dst, const std::string& expression) {
  if (dst == kNone)
    out_.line("(void)(" + expression + ");");
  else
    out_.line(local(dst) + " = " + expression + ";");
}

uint32_t BodyEmitter::line_of(const Inst& inst) {
  return inst.span ? line_column(*inst.span.file, inst.span.begin).line : 0;
}

void BodyEmitter::jump_on_error(const Inst& inst) {
  out_.open("if (ct_rc)");
  out_.line("ct_branch();");
  name_place(inst);
  out_.line("goto " + error_label_ + ";");
  out_.close();
}

void BodyEmitter::name_place(const Inst& inst) {
  if (inst.error_place != 0) out_.line(call_text("ct_at_place", "c", inst.error_place) + ";");
}

void BodyEmitter::can_fail(const Inst& inst, const std::string& call) {
  out_.line("ct_rc = " + call + ";");
  jump_on_error(inst);
}

// ------------------------------------------------------------------ control flow

void BodyEmitter::instructions(const ir::Block& b, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    out_.at(b[i].span);
    scratch_used_ = 0;
    if (unit_.has_late && acts(b[i])) leave_to_run_late();
    bool forks = plan_.is_large && !is_condition(uses_, b, i);
    std::string without_branch = forks ? comparison(b[i]) : "";
    if (without_branch.empty())
      inst(b[i]);
    else
      assign(b[i].dst, without_branch);
    if (b[i].op != Op::Try) limit_string(b[i].dst);
    if (plan_.is_large && !b[i].blocks.empty()) out_.line("ct_checkpoint();");
  }
}

/// Can what it does be seen from outside of the handler?
bool BodyEmitter::acts(const Inst& inst) const {
  if (inst.op == Op::Send || writes_global(inst)) return true;
  if (inst.op == Op::EmbeddedC) return !inst.c->at_exit;
  if (inst.op != Op::Call) return false;
  const ir::Function& callee = unit_.module.functions[inst.function];
  return callee.c && !callee.c->pure;
}

/// See runtime/bpf/late.bpf.h.
void BodyEmitter::leave_to_run_late() {
  out_.open("if (ct_late_acts(c))");
  out_.line("ct_rc = CT_ERR_NEXT;");
  out_.line("goto " + leave_label_ + ";");
  out_.close();
}

void BodyEmitter::inst(const Inst& i) {
  switch (i.op) {
    case Op::If: return if_else(i);
    case Op::Loop: return loop(i);
    case Op::Try: return try_catch(i);
    case Op::Break: return leave("CT_FLOW_DONE");
    case Op::Next:
      if (i.imm) out_.line("CT_COUNT(c->handler, entry_unseen);");
      return leave("CT_ERR_NEXT");
    case Op::Continue:
      if (continue_label_.empty()) return leave("CT_FLOW_CONTINUE");
      out_.line("goto " + continue_label_ + ";");
      return;
    case Op::Return: return return_from(i);
    case Op::Call: return call(i);
    case Op::EmbeddedC: return embedded(i);
    case Op::Error: return raise(i);
    case Op::Exhausted: return can_fail(i, "ct_fail(c, CT_ERR_EXHAUSTED, 0)");
    case Op::Send: return send(i);
    case Op::RunKernel: ir::no_case(i.op, "BodyEmitter::inst");
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
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
    case Op::Ult: return arithmetic(i);
    case Op::Div:
    case Op::Mod:
      out_.line("if (" + value(i.args[1]) + " == 0) ct_rc = ct_fail(c, CT_ERR_DIV_ZERO, 0);");
      jump_on_error(i);
      return assign(i.dst, std::string(i.op == Op::Div ? "ct_div(" : "ct_mod(") + value(i.args[0]) +
                               ", " + value(i.args[1]) + ")");
    case Op::Copy:
    case Op::StrCmp:
    case Op::StrEq:
    case Op::Concat:
    case Op::Sprintf: return string_op(i);
    case Op::RegexMatch: return regex_match(i);
    case Op::GlobalGet:
    case Op::GlobalSet:
    case Op::GlobalAdd:
    case Op::GlobalUpdate:
    case Op::Clear: return global_op(i);
    case Op::ArrayGet:
    case Op::ArraySet:
    case Op::ArrayAdd:
    case Op::ArrayUpdate:
    case Op::ArrayIn:
    case Op::ArrayDelete: return array_op(i);
    case Op::StatAdd:
    case Op::StatGet: return stat_op(i);
    case Op::CoreOffset:
    case Op::CoreExists:
    case Op::CoreField: return core_op(i);
    case Op::Load:
    case Op::LoadStr:
    case Op::LoadBytes:
    case Op::PerfRead:
    case Op::Reg:
    case Op::RegIp:
    case Op::KernelAddress:
    case Op::CtxArg:
    case Op::CtxRet:
    case Op::ThreadId:
    case Op::ProcessId:
    case Op::SiteStr:
    case Op::SiteNum:
    case Op::ColumnNum:
    case Op::ColumnStr: return probe_op(i);
    // Rows of ops.def for the user side: verify() has refused them.
    case Op::RegexGroup:
    case Op::RegexGroups:
    case Op::StrToHist:
    case Op::Printf:
    case Op::PrintHist:
    case Op::HistGet:
    case Op::Decline:
    case Op::Foreach: return;
  }
}

/// A sum that goes through a variable again and again is kept as it is written, and so is a long expression
/// of a large body: clang would read all operands first, onto the stack, and then compute.
void BodyEmitter::arithmetic(const Inst& inst) {
  assign(inst.dst, binary(inst));
  if (inst.dst == kNone || plan_.locals[inst.dst].home != Home::Variable) return;
  bool is_chain = plan_.is_large && inst.args[0].kind == Operand::Local &&
                  inst.args[1].kind == Operand::Local && regroups(inst.op);
  if (uses_.writes[inst.dst] > 1 || is_chain)
    out_.line(call_text("ct_opaque", local(inst.dst)) + ";");
}

void BodyEmitter::if_else(const Inst& inst) {
  out_.open("if (" + value(inst.args[0]) + ")");
  out_.line("ct_branch();");
  block(inst.blocks[0]);
  if (!inst.blocks[1].empty()) {
    out_.middle("} else {");
    out_.line("ct_branch();");
    block(inst.blocks[1]);
  }
  out_.close();
}

/// Leaves the innermost C function with `code`; catch blocks do not see it.
void BodyEmitter::leave(const char* code) {
  out_.line("ct_rc = " + std::string(code) + ";");
  out_.line("goto " + leave_label_ + ";");
}

void BodyEmitter::return_from(const Inst& inst) {
  if (!inst.args.empty()) {
    std::string ret = c_function_ == 0 ? "ct_ret" : "v->ct_ret";
    if (is_string(inst.args[0]))
      copy({ret, capacity(module_, result_)}, string(inst.args[0]));
    else
      out_.line("*" + ret + " = " + value(inst.args[0]) + ";");
  }
  if (c_function_ != 0 || in_part_) {
    plan_.returns_from_loop = true;
    return leave("CT_FLOW_RETURN");
  }
  out_.line("goto ct_out;");
}

void BodyEmitter::loop(const Inst& inst) {
  uint32_t outer_function = std::exchange(c_function_, ++c_functions_made_);
  std::string callback = "ct_loop_" + name_ + "_" + num(c_function_);
  CodeWriter outer;
  std::swap(out_, outer);
  auto outer_labels = std::tuple(error_label_, leave_label_, continue_label_);
  error_label_ = leave_label_ = "ct_leave";
  continue_label_ = "ct_continue";

  bool outer_touches = std::exchange(touches_frame_, false);

  out_.indent(1);
  block(inst.blocks[0]);
  out_.line("if (!" + value(inst.args[0]) + ") {");
  out_.line("  ct_rc = CT_FLOW_DONE;");
  out_.line("  goto ct_leave;");
  out_.line("}");
  can_fail(inst, std::string(unit_.loop_bounds ? "ct_bounded_turn(c, ct_turn, " + turns(inst) + ", "
                                               : "ct_loop_turn(c, ") +
                     num(static_cast<uint64_t>(std::max<int64_t>(1, inst.imm))) + ")");
  block(inst.blocks[1]);
  out_.line("ct_continue:;");
  block(inst.blocks[2]);
  std::string turn = out_.take();

  out_ = CodeWriter();
  out_.open("CT_CALLBACK " + callback + "(u64 ct_turn, struct ct_vars_" + name_ + " *v)");
  out_.line("struct ct_ctx *c = v->c;");
  out_.line("int ct_rc = 0;");
  declare_variables(c_function_);
  if (touches_frame_) point_to_frame();
  out_.append(turn);
  out_.line("ct_leave:");
  out_.line("c->frame->flow = ct_rc;");
  out_.line("return ct_rc != 0;");
  out_.close();
  callbacks_ += out_.take();

  touches_frame_ = outer_touches;
  std::swap(out_, outer);
  std::tie(error_label_, leave_label_, continue_label_) = outer_labels;
  c_function_ = outer_function;
  out_.at(inst.span);
  out_.line(call_text("CT_LOOP", turns(inst), callback, "v") + ";");
  after_loop();
}

std::string BodyEmitter::turns(const Inst& loop) const {
  return unit_.loop_bounds                               ? num(unit_.loop_bounds->turns(loop))
         : unit_.most_actions == unit_.module.max_action ? "CT_MAX_ACTION"
                                                         : std::to_string(unit_.most_actions);
}

/// The loop is over: by its condition, a break, an error, `next` or `return`.
void BodyEmitter::after_loop() {
  out_.line("ct_rc = c->frame->flow ? c->frame->flow : CT_ERR_MAXACTION;");
  if (error_label_ != leave_label_)
    out_.line("if (ct_rc == CT_FLOW_RETURN || ct_rc == CT_ERR_NEXT) goto " + leave_label_ + ";");
  out_.line("if (ct_rc != CT_FLOW_DONE) goto " + error_label_ + ";");
  out_.line("ct_rc = 0;");
}

/// The message of a full array that has a size of its own. One that makes room is never full.
void BodyEmitter::size_limit_text(ir::GlobalId id, const Str& to) {
  const ir::Global& global = module_.globals[id];
  if (global.keys.empty() || !global.shared || global.max_entries == 0 || global.wrap) return;
  out_.line("if (ct_rc == CT_ERR_ARRAY_FULL && c->detail == " + num(id) + ")");
  out_.line("  " + call_text("CT_SIZE_LIMIT_TEXT", num(global.max_entries), to) + ";");
}

void BodyEmitter::try_catch(const Inst& inst) {
  std::string number = num(++labels_), caught = "ct_catch_" + number, done = "ct_tried_" + number;
  std::string outer = std::exchange(error_label_, caught);
  block(inst.blocks[0]);
  error_label_ = outer;
  out_.line("goto " + done + ";");
  out_.line(caught + ":;");
  out_.line("ct_branch();");
  // A function's `next` comes as an error code, and is not an error.
  out_.line("if (ct_rc == CT_ERR_NEXT) goto " + leave_label_ + ";");
  out_.at(inst.span);
  if (inst.dst != kNone) {
    Str to = string_local(inst.dst);
    out_.line(call_text("ct_error_text", "c", "ct_rc", to) + ";");
    for (ir::GlobalId id = 0; id < module_.globals.size(); ++id) size_limit_text(id, to);
    limit_string(inst.dst);
  }
  out_.line("ct_rc = ct_caught(c);");
  block(inst.blocks[1]);
  out_.line(done + ":;");
}

// ------------------------------------------------------------------ calls

void BodyEmitter::call(const Inst& inst) {
  const ir::Function& f = module_.functions[inst.function];
  std::string args = "c";
  out_.open("");
  Str result;
  bool direct = true;
  if (f.result.ty == Ty::Str) {
    uint32_t cap = capacity(module_, f.result);
    // The callee may write its result before it has read its arguments.
    direct = inst.dst != kNone && string_local(inst.dst).cap >= cap && !reads_local(inst, inst.dst);
    result = direct ? string_local(inst.dst) : scratch(cap);
    args += ", " + result.pointer;
    result.cap = cap;
  } else if (f.result.ty == Ty::Long) {
    if (inst.dst == kNone) out_.line("s64 ct_unused;");
    args += ", " + address(inst.dst);
  }
  for (size_t i = 0; i < inst.args.size(); ++i) {
    if (!is_string(inst.args[i])) {
      args += ", " + value(inst.args[i]);
      continue;
    }
    // The callee reads as many bytes as its parameter is wide.
    Str given = string(inst.args[i]);
    uint32_t cap = capacity(module_, f.body.locals[i].type);
    if (given.cap < cap) {
      Str wide = scratch(cap);
      copy(wide, given);
      given = wide;
    }
    args += ", " + given.pointer;
  }
  can_fail(inst, function_name(f) + "(" + args + ")");
  if (inst.declined != kNone) {
    out_.line(local(inst.declined) + " = c->declined;");
    out_.line("c->declined = 0;");
  }
  if (f.result.ty == Ty::Str && inst.dst != kNone) {
    Str to = string_local(inst.dst);
    if (!direct)
      copy(to, result);
    else if (to.cap > result.cap)
      out_.line(
          call_text("ct_str_clear", to.pointer + " + " + num(result.cap), to.cap - result.cap) +
          ";");
  }
  out_.close();
}

/// Embedded C in a handler: a function of its own, so that its STAP_RETURN and STAP_ERROR leave
/// it and nothing else.
void BodyEmitter::embedded(const Inst& inst) {
  std::string name = "ct_embedded_" + name_ + "_" + num(++labels_);
  ir::Type result;
  std::string code = inst.c->text;
  if (inst.dst != kNone) {
    result = body_.locals[inst.dst].type;
    if (result.ty == Ty::Str) result.cap = capacity(module_, result);
    const bool is_expression = inst.c->is_expression;
    if (is_expression && result.ty == Ty::Str)
      code = call_text("bpf_probe_read_kernel_str", "ct_ret", "STAP_RETLEN",
                       "(const void *)(" + code + "\n)") +
             ";";
    else if (is_expression)
      code = "STAP_RETVALUE = (s64)(" + code + "\n);";
  }
  std::string args = "c";
  if (result.ty == Ty::Str) args += ", " + local(inst.dst);
  if (result.ty == Ty::Long) args += ", " + address(inst.dst);
  std::vector<EmbeddedParameter> parameters;
  for (size_t i = 0; i < inst.args.size(); ++i) {
    bool is_text = is_string(inst.args[i]);
    Str text = is_text ? string(inst.args[i]) : Str{};
    parameters.push_back({inst.c->arguments[i], is_text, text.cap});
    args += ", " + (is_text ? text.pointer : value(inst.args[i]));
  }
  callbacks_ += embedded_function(name, result, parameters, code, inst.span.file, line_of(inst));
  can_fail(inst, name + "(" + args + ")");
}

}  // namespace coretap::kernel
