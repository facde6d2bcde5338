// What is told is what split() has noted (ir::MovedPart) and what the passes have left: the lines of the instructions on each
// side, the values of each record with the sizes that both emitters take from emit/layout.
#include "why/why_script.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "emit/layout.h"
#include "runtime/common/terminal.h"
#include "runtime/common/words.h"
#include "why/text.h"

namespace coretap::why {
namespace {

using ir::Inst;
using ir::MoveReason;
using ir::Op;

constexpr size_t kMostSites = 6;

template <typename Visit>
void for_each(const ir::Block& block, const Visit& visit) {
  for (const Inst& inst : block) {
    visit(inst);
    for (const ir::Block& child : inst.blocks) for_each(child, visit);
  }
}

/// "line 4", "lines 3, 4": of the user's script; "" if a tapset has all of it.
std::string lines_of(const std::set<uint32_t>& lines) {
  if (lines.empty()) return "";
  std::vector<std::string> texts;
  for (uint32_t line : lines) texts.push_back(std::to_string(line));
  return (lines.size() == 1 ? "line " : "lines ") + ct::join(texts);
}

void add_line(const Span& at, std::set<uint32_t>& lines) {
  // Of what an alias or macro put there, the place in the user's script.
  const Span* span = &at;
  while (span->file && !span->file->is_user_script && span->expanded_from)
    span = span->expanded_from;
  if (span->file && span->file->is_user_script)
    lines.insert(line_column(*span->file, span->begin).line);
}

std::string source_of(const Span& at) {
  if (!at) return "";
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

class ScriptAnswer {
 public:
  ScriptAnswer(const ir::Module& module, std::ostream& out) : module_(module), out_(out) {}

  void run() {
    for (size_t i = 0; i < module_.kernel_handlers.size(); i++) tell_kernel_handler(i);
    for (const ir::UserHandler& handler : module_.user_handlers) tell_user_handler(handler);
    for (const ir::Global& global : module_.globals) tell_global(global);
    out_ << "\n";
  }

 private:
  void tell_kernel_handler(size_t index) {
    const ir::KernelHandler& handler = module_.kernel_handlers[index];
    out_ << title(handler) << "\n";
    if (const char* service = service_of(index)) {
      out_ << "  " << service << "\n";
      return;
    }
    std::set<uint32_t> lines;
    std::map<uint32_t, const Inst*> sends;
    for_each(handler.body.block, [&](const Inst& inst) {
      if (inst.op == Op::Send)
        sends[static_cast<uint32_t>(inst.imm)] = &inst;
      else
        add_line(inst.span, lines);
    });
    if (lines.empty())
      out_ << "  In the kernel: only what starts the part in user space.\n";
    else
      out_ << "  In the kernel: " << lines_of(lines) << ".\n";
    if (sends.empty()) out_ << "  In user space: nothing, so no record crosses.\n";
    for (const auto& [id, send] : sends) tell_segment(module_.segments[id], *send, handler);
  }

  std::string title(const ir::KernelHandler& handler) const {
    std::vector<std::string> points;
    for (const ir::Site& site : handler.sites)
      if (points.size() < kMostSites) points.push_back("probe " + ct::terminal_safe(site.pp));
    std::string text = ct::join(points, "\n");
    if (handler.sites.size() > kMostSites)
      text += "\n… and " + count_of(handler.sites.size() - kMostSites, "more site");
    if (text.empty()) text = "handler at " + describe(handler.span);
    return text + " (" + ir::info(handler.mechanism).text + ")";
  }

  /// What a handler does that is none of the script's own, but serves one; null of the script's.
  const char* service_of(size_t index) const {
    const ir::KernelHandler& handler = module_.kernel_handlers[index];
    if (handler.late_for != ir::kNone)
      return "Runs the handler of the call's entry again, where the program's memory was not there "
             "before.";
    if (handler.is_question)
      return "Answers a question of the user-space part, in the session's own context.";
    for (const ir::KernelHandler& other : module_.kernel_handlers)
      if (other.companion == index)
        return "In the kernel: saves at the entry of the function what a handler inside of it, or "
               "at its "
               "return, reads of the entry.";
    return nullptr;
  }

  void tell_segment(const ir::Segment& segment, const Inst& send,
                    const ir::KernelHandler& handler) {
    std::set<uint32_t> lines;
    for_each(segment.body.block, [&](const Inst& inst) { add_line(inst.span, lines); });
    out_ << "  In user space: " << (lines.empty() ? "a part of the tapsets" : lines_of(lines))
         << ".\n";
    std::set<std::string> told;
    for (const ir::MovedPart& part : segment.moved) {
      std::set<uint32_t> at;
      add_line(part.at, at);
      const std::string reason = (at.empty() ? "" : lines_of(at) + ": ") + reason_of(part);
      if (told.insert(reason).second) out_ << "    " << reason << ".\n";
    }
    tell_record(segment, send, handler);
  }

  void tell_record(const ir::Segment& segment, const Inst& send, const ir::KernelHandler& handler) {
    const uint32_t size = layout::record_size(segment);
    uint32_t values = 0;
    for (uint32_t i = 0; i < segment.captures; i++)
      values += layout::size_of(segment.body.locals[i].type);
    out_ << "    Its record has " << size << " bytes: " << size - values << " of its head";
    for (uint32_t i = 0; i < segment.captures; i++) {
      const ir::Local& local = segment.body.locals[i];
      out_ << ", " << layout::size_of(local.type) << " of "
           << value_text(local, send.args[i], handler) << " (" << kind_of(local.type) << ")";
    }
    out_ << ".\n";
  }

  static const char* kind_of(const ir::Type& type) {
    return type.ty != ir::Ty::Str ? "a number" : type.bytes ? "memory" : "a string";
  }

  /// The name of a variable, or of a temporary the text of the script that it is the value of.
  static std::string value_text(const ir::Local& local, const ir::Operand& sent,
                                const ir::KernelHandler& handler) {
    if (local.origin == ir::Local::Origin::Variable) return ct::terminal_safe(local.name);
    std::string text;
    for_each(handler.body.block, [&](const Inst& inst) {
      if (inst.dst == sent.local && text.empty()) text = source_of(inst.span);
    });
    return text.empty() ? "a value" : "'" + text + "'";
  }

  void tell_user_handler(const ir::UserHandler& handler) {
    out_ << "probe " << ct::terminal_safe(handler.pp) << "\n"
         << "  In user space: all of it, because the session itself makes the event.\n";
    bool has_kernel_part = false;
    for_each(handler.body.block,
             [&](const Inst& inst) { has_kernel_part |= inst.op == Op::RunKernel; });
    if (has_kernel_part)
      out_ << "  It reads the kernel's memory: that part is a BPF program, which the session runs "
              "there.\n";
  }

  void tell_global(const ir::Global& global) {
    if (!global.span || !global.span.file->is_user_script) return;
    out_ << "global " << ct::terminal_safe(global.name) << ": in "
         << (global.shared ? "the kernel, where user space reads it" : "user space");
    if (global.kept_in_order)
      out_ << ", with all its uses: parts on both sides use it, and each must see what the events "
              "before it did";
    else if (global.shared && global.additive)
      out_ << "; kernel code only adds to it, and no count is lost when it is read";
    out_ << ".\n";
  }

  const ir::Module& module_;
  std::ostream& out_;
};

}  // namespace

void answer_script(const ir::Module& module, std::ostream& out) { ScriptAnswer(module, out).run(); }

}  // namespace coretap::why
