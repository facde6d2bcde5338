#include "why/why_script.h"

#include <ostream>
#include <string>
#include <vector>

#include "runtime/common/terminal.h"
#include "runtime/common/words.h"
#include "why/sides.h"
#include "why/text.h"

namespace coretap::why {
namespace {

constexpr size_t kMostSites = 6;

class ScriptAnswer {
 public:
  ScriptAnswer(const ir::Module& module, std::ostream& out) : module_(module), out_(out) {}

  void run() {
    for (size_t i = 0; i < module_.kernel_handlers.size(); i++) tell(sides_of(module_, i));
    for (const ir::UserHandler& handler : module_.user_handlers) tell_user_handler(handler);
    for (ir::GlobalId id = 0; id < module_.globals.size(); id++) {
      const ir::Global& global = module_.globals[id];
      if (global.span && global.span.file->is_user_script)
        out_ << "global " << ct::terminal_safe(global.name) << ": in " << place_of(module_, id)
             << ".\n";
    }
    out_ << "\n";
  }

 private:
  void tell(const HandlerSides& sides) {
    out_ << title(*sides.handler) << "\n";
    if (sides.service) {
      out_ << "  " << sides.service << "\n";
      return;
    }
    if (sides.lines.empty())
      out_ << "  In the kernel: only what starts the part in user space.\n";
    else
      out_ << "  In the kernel: " << lines_text(sides.lines) << ".\n";
    if (sides.segments.empty()) out_ << "  In user space: nothing, so no record crosses.\n";
    for (const SegmentSides& segment : sides.segments) tell_segment(segment);
  }

  static std::string title(const ir::KernelHandler& handler) {
    std::vector<std::string> points;
    for (const ir::Site& site : handler.sites)
      if (points.size() < kMostSites) points.push_back("probe " + ct::terminal_safe(site.pp));
    std::string text = ct::join(points, "\n");
    if (handler.sites.size() > kMostSites)
      text += "\n… and " + count_of(handler.sites.size() - kMostSites, "more site");
    if (text.empty()) text = "handler at " + describe(handler.span);
    return text + " (" + ir::info(handler.mechanism).text + ")";
  }

  void tell_segment(const SegmentSides& segment) {
    out_ << "  In user space: "
         << (segment.lines.empty() ? "a part of the tapsets" : lines_text(segment.lines)) << ".\n";
    for (const MovedBecause& moved : segment.moved)
      out_ << "    " << (moved.lines.empty() ? "" : lines_text(moved.lines) + ": ") << moved.reason
           << ".\n";
    out_ << "    Its record has " << segment.record_bytes << " bytes: " << segment.head_bytes
         << " of its head";
    for (const RecordField& field : segment.fields)
      out_ << ", " << field.bytes << " of " << field.name << " (" << field.kind << ")";
    out_ << ".\n";
  }

  void tell_user_handler(const ir::UserHandler& handler) {
    out_ << "probe " << ct::terminal_safe(handler.pp) << "\n"
         << "  In user space: all of it, because the session itself makes the event.\n";
    if (has_kernel_part(handler))
      out_ << "  It reads the kernel's memory: that part is a BPF program, which the session runs "
              "there.\n";
  }

  const ir::Module& module_;
  std::ostream& out_;
};

}  // namespace

void answer_script(const ir::Module& module, std::ostream& out) { ScriptAnswer(module, out).run(); }

}  // namespace coretap::why
