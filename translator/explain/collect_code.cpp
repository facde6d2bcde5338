// The emitters write a #line for each instruction of the IR, which has the script's line and no more. A reader wants to know
// which name in the line it is. So the emitters are asked a second time, for a copy of the module whose instructions have other
// positions: those of a file without text, in which each instruction has a line of its own. Both texts have the same lines but for
// the directives, and the second's say of each line which instruction wrote it.
#include "explain/collect_code.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "emit/kernel_c.h"
#include "emit/user_cpp.h"
#include "explain/collect.h"
#include "support/internal_error.h"

namespace coretap::explain {
namespace {

constexpr const char* kNumbersName = "<instructions>";
/// Lines of that file for each instruction: more than an instruction writes without what its blocks write.
constexpr uint32_t kLinesEach = 256;

/// What lines of code were made for.
struct Origin {
  std::set<Id> ids;
  uint32_t script_line = 0;
};

/// Gives the instructions of a module their numbers.
class Numbering {
 public:
  explicit Numbering(const Places& places) : places_(places) {
    script_.name = library_.name = kNumbersName;
    script_.is_user_script = true;  // what the emitters do may depend on that
  }

  void number(ir::Module& module) {
    for (ir::Function& function : module.functions) number(function.body.block);
    for (ir::KernelHandler& handler : module.kernel_handlers) number(handler.body.block);
    for (ir::Segment& segment : module.segments) number(segment.body.block);
    for (ir::UserHandler& handler : module.user_handlers) number(handler.body.block);
    for (uint32_t line = 0; line <= origins_.size() * kLinesEach; line++) {
      script_.line_starts.push_back(line);
      library_.line_starts.push_back(line);
    }
  }

  const Origin* of_line(uint32_t line) const {
    const uint32_t index = (line - 1) / kLinesEach;
    return index < origins_.size() ? &origins_[index] : nullptr;
  }

 private:
  void number(ir::Block& block) {
    for (ir::Inst& inst : block) {
      if (inst.span) {
        // What holds others was not made of the names in them.
        origins_.push_back(
            {inst.blocks.empty() ? places_.of(inst.span) : places_.line_of(inst.span),
             places_.script_line(inst.span)});
        const auto at = static_cast<uint32_t>(origins_.size() - 1) * kLinesEach;
        inst.span = {inst.span.file->is_user_script ? &script_ : &library_, at, at, nullptr};
      }
      for (ir::Block& child : inst.blocks) number(child);
    }
  }

  const Places& places_;
  SourceFile script_, library_;  ///< without text, of one name
  std::vector<Origin> origins_;
};

/// A line of generated code, and where its directives say that it is from.
struct Written {
  std::string_view text, file;
  uint32_t line = 0;
};

/// Takes `#line N "FILE"` apart. False of any other line.
bool read_directive(std::string_view text, Written& at) {
  constexpr std::string_view kWord = "#line ";
  if (!text.starts_with(kWord)) return false;
  text.remove_prefix(kWord.size());
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data(), end, at.line);
  if (error != std::errc() || behind + 2 >= end || *behind != ' ') return false;
  at.file = text.substr(static_cast<size_t>(behind - text.data()) + 2);
  at.file.remove_suffix(1);
  return true;
}

/// The lines that are code.
std::vector<Written> lines_of(std::string_view text) {
  std::vector<Written> lines;
  Written next;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    next.text = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (read_directive(next.text, next)) continue;
    lines.push_back(next);
    next.line++;
  }
  return lines;
}

Code code_of(const std::string& title, char letter, const std::string& text,
             const std::string& numbered, const Numbering& numbering, const Places& places,
             Links& links) {
  const std::vector<Written> shown = lines_of(text), marked = lines_of(numbered);
  if (shown.size() != marked.size()) internal_error("an emitter's text depends on positions");
  Code code{title, {}};
  for (size_t i = 0; i < shown.size(); i++) {
    CodeLine line{letter + std::to_string(i + 1), std::string(shown[i].text), 0};
    if (marked[i].file == kNumbersName) {
      if (const Origin* origin = numbering.of_line(marked[i].line)) {
        line.script_line = origin->script_line;
        links.add(line.id, origin->ids);
      }
    } else {
      const std::string file(marked[i].file);
      if (file == places.script().name) line.script_line = marked[i].line;
      links.add(line.id, places.of_line(file, marked[i].line));
    }
    code.lines.push_back(std::move(line));
  }
  return code;
}

}  // namespace

void collect_code(const ir::Module& module, const std::string& kernel_c, Flavour flavour,
                  const std::string& harness_cpp, const Places& places, Story& story) {
  Numbering numbering(places);
  ir::Module numbered = module;
  numbering.number(numbered);
  if (!kernel_c.empty())
    story.code.push_back(code_of("The kernel's part, in C", 'k', kernel_c,
                                 emit_kernel_c(numbered, flavour), numbering, places, story.links));
  story.code.push_back(code_of("User space's part, in C++", 'c', harness_cpp,
                               emit_user_cpp(numbered), numbering, places, story.links));
}

}  // namespace coretap::explain
