// What is told is what split() has noted (ir::MovedPart) and what the passes have left: the lines of the instructions on each
// side, the values of each record with the sizes that both emitters take from emit/layout.
#include "why/sides.h"

#include <map>
#include <utility>

#include "emit/layout.h"
#include "ir/walk.h"
#include "runtime/common/terminal.h"
#include "runtime/common/words.h"

namespace coretap::why {
namespace {

using ir::Inst;
using ir::MoveReason;
using ir::Op;

void add_line(const Span& at, std::set<uint32_t>& lines) {
  const Span place = in_user_script(at);
  if (place.file) lines.insert(line_column(*place.file, place.begin).line);
}

std::string source_of(const Span& at) {
  if (!at.file) return "";
  std::string text = at.file->text.substr(at.begin, at.end - at.begin);
  constexpr size_t kLongest = 40;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  return ct::terminal_safe(text);
}

/// What only user space can do, as the end of "because the kernel cannot …".
std::string only_there(const ir::MovedPart& part) {
  const std::string name = ct::terminal_safe(part.name);
  switch (part.op) {
    case Op::Printf: return "print";
    case Op::PrintHist:
    case Op::StrToHist:
    case Op::HistGet:
      return "make the histogram of '" + name + "' from what all processors counted";
    case Op::Foreach: return "go through the array '" + name + "' in an order";
    case Op::StatGet:
      return "read the statistic '" + name + "', which is the sum of what all processors counted";
    case Op::Clear:
    case Op::ArrayDelete: return "delete all of '" + name + "', or a slice of it";
    case Op::ArrayIn: return "look for a slice of '" + name + "'";
    case Op::Call: return "run '" + name + "', whose code is user space's";
    case Op::Sprintf: return "format text in this way";
    case Op::RegexGroup:
    case Op::RegexGroups: return "take the groups of a regular expression apart";
    case Op::EmbeddedC: return "run embedded C that is user space's";
    default: return std::string("do '") + ir::info(part.op).text + "'";
  }
}

std::string reason_of(const ir::MovedPart& part) {
  const std::string name = "'" + ct::terminal_safe(part.name) + "'";
  switch (part.reason) {
    case MoveReason::OnlyThere: return "the kernel cannot " + only_there(part);
    case MoveReason::GlobalThere:
      return "it uses " + name +
             ", which user space keeps: else events would not be seen in their order";
    case MoveReason::ForUser: return "it makes text that only user space uses";
    case MoveReason::NeedsValue: return "it needs what user space computes";
    case MoveReason::SharesValue: return "it sets or holds a variable that user space computes";
    case MoveReason::FollowsGlobal:
      return "user space uses " + name + " before it, and the order must stay";
    case MoveReason::CatchesError: return "it catches errors that are raised in user space";
    case MoveReason::LeftFromThere: return "it is a loop that user space may leave";
    case MoveReason::BehindNext: return "user space may end the handler before it";
    case MoveReason::KeepsOrder:
      return "it would be seen if it ran before the user-space part in front of it";
    case MoveReason::Enclosed: break;
  }
  return "it is a part of a statement that runs there";
}

/// What a handler does that is none of the script's own, but serves one; null of the script's.
const char* service_of(const ir::Module& module, size_t index) {
  const ir::KernelHandler& handler = module.kernel_handlers[index];
  if (handler.late_for != ir::kNone)
    return "Runs the handler of the call's entry again, where the program's memory was not there "
           "before.";
  if (handler.is_question)
    return "Answers a question of the user-space part, in the session's own context.";
  for (const ir::KernelHandler& other : module.kernel_handlers)
    if (other.companion == index)
      return "In the kernel: saves at the entry of the function what a handler inside of it, or "
             "at its return, reads of the entry.";
  return nullptr;
}

const char* kind_of(const ir::Type& type) {
  return type.ty != ir::Ty::Str ? "a number" : type.bytes ? "memory" : "a string";
}

/// A value by the name of its variable, or of a temporary by the text of the script that it is the value of.
RecordField field_of(const ir::Local& local, const ir::Operand& sent,
                     const ir::KernelHandler& handler) {
  RecordField field{layout::size_of(local.type), "", kind_of(local.type), {}};
  for_each_inst(handler.body.block, [&](const Inst& inst) {
    if (inst.dst == sent.local && !field.made_at && !source_of(inst.span).empty())
      field.made_at = inst.span;
  });
  const std::string text = source_of(field.made_at);
  if (local.origin == ir::Local::Origin::Variable)
    field.name = ct::terminal_safe(local.name);
  else
    field.name = text.empty() ? "a value" : "'" + text + "'";
  return field;
}

SegmentSides segment_sides(const ir::Segment& segment, const Inst& send,
                           const ir::KernelHandler& handler) {
  SegmentSides sides;
  sides.segment = &segment;
  for_each_inst(segment.body.block, [&](const Inst& inst) { add_line(inst.span, sides.lines); });
  std::set<std::pair<std::set<uint32_t>, std::string>> told;
  for (const ir::MovedPart& part : segment.moved) {
    MovedBecause because{part.at, {}, reason_of(part)};
    add_line(part.at, because.lines);
    if (told.emplace(because.lines, because.reason).second)
      sides.moved.push_back(std::move(because));
  }
  sides.record_bytes = sides.head_bytes = layout::record_size(segment);
  for (uint32_t i = 0; i < segment.captures; i++) {
    sides.fields.push_back(field_of(segment.body.locals[i], send.args[i], handler));
    sides.head_bytes -= sides.fields.back().bytes;
  }
  return sides;
}

}  // namespace

Span in_user_script(const Span& at) {
  const Span* span = &at;
  while (span->file && !span->file->is_user_script && span->expanded_from)
    span = span->expanded_from;
  return span->file && span->file->is_user_script ? *span : Span{};
}

std::string lines_text(const std::set<uint32_t>& lines) {
  if (lines.empty()) return "";
  std::vector<std::string> texts;
  for (uint32_t line : lines) texts.push_back(std::to_string(line));
  return (lines.size() == 1 ? "line " : "lines ") + ct::join(texts);
}

HandlerSides sides_of(const ir::Module& module, size_t index) {
  HandlerSides sides;
  sides.handler = &module.kernel_handlers[index];
  sides.service = service_of(module, index);
  if (sides.service) return sides;
  std::map<uint32_t, const Inst*> sends;
  for_each_inst(sides.handler->body.block, [&](const Inst& inst) {
    if (inst.op == Op::Send)
      sends[static_cast<uint32_t>(inst.imm)] = &inst;
    else
      add_line(inst.span, sides.lines);
  });
  for (const auto& [id, send] : sends)
    sides.segments.push_back(segment_sides(module.segments[id], *send, *sides.handler));
  return sides;
}

bool has_kernel_part(const ir::UserHandler& handler) {
  bool found = false;
  for_each_inst(handler.body.block, [&](const Inst& inst) { found |= inst.op == Op::RunKernel; });
  return found;
}

static bool kernel_writes(const ir::Module& module, ir::GlobalId id) {
  bool found = false;
  auto look = [&](const ir::Body& body) {
    for_each_inst(body.block,
                  [&](const Inst& inst) { found |= ir::writes_global(inst) && inst.global == id; });
  };
  for (const ir::KernelHandler& handler : module.kernel_handlers) look(handler.body);
  for (const ir::Function& function : module.functions)
    if (function.side == ir::Side::Kernel) look(function.body);
  return found;
}

std::string place_of(const ir::Module& module, ir::GlobalId id) {
  const ir::Global& global = module.globals[id];
  std::string place = global.shared ? "the kernel, where user space reaches it" : "user space";
  if (global.kept_in_order)
    place +=
        ", with all its uses: parts on both sides use it, and each must see what the events "
        "before it did";
  else if (global.shared && !kernel_writes(module, id))
    place += "; kernel code only reads it";
  else if (global.shared && global.additive)
    place += "; kernel code only adds to it, and no count is lost when it is read";
  return place;
}

}  // namespace coretap::why
