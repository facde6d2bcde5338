// Regular expressions of the user side, as constants of type ct::Regex (runtime/user/harness/harness.h).
#include <set>

#include "emit/code_template.h"
#include "emit/regex_table.h"
#include "emit/user_body.h"

namespace coretap {

namespace {

using ir::Op;

/// Which operations on regular expressions the user side has.
struct Uses {
  std::set<std::string> matched;  ///< patterns
  bool groups = false;
};

void note_uses(const ir::Block& block, Uses& uses) {
  for (const ir::Inst& inst : block) {
    if (inst.op == Op::RegexMatch) uses.matched.insert(inst.name);
    uses.groups |= inst.op == Op::RegexGroup || inst.op == Op::RegexGroups;
    for (const ir::Block& child : inst.blocks) note_uses(child, uses);
  }
}

Uses user_side_uses(const ir::Module& module) {
  Uses uses;
  for (const ir::Function& f : module.functions)
    if (f.side == ir::Side::User) note_uses(f.body.block, uses);
  for (const ir::Segment& s : module.segments) note_uses(s.body.block, uses);
  for (const ir::UserHandler& h : module.user_handlers) note_uses(h.body.block, uses);
  return uses;
}

const char* op_name(regex::Step::Op op) {
  switch (op) {
    case regex::Step::Byte: return "Byte";
    case regex::Step::Fork: return "Fork";
    case regex::Step::Jump: return "Jump";
    case regex::Step::Save: return "Save";
    case regex::Step::Begin: return "Begin";
    case regex::Step::End: return "End";
    case regex::Step::Match: return "Match";
  }
  return "";
}

std::string table_text(const std::string& name, const regex::Dfa& dfa) {
  return fill(R"(
      static const u8 ${name}_column[] = ${columns};
      static const u16 ${name}_next[] = ${next};
  )",
              {{"name", name}, {"columns", braced(dfa.column_of)}, {"next", braced(dfa.next)}});
}

std::string program_text(const std::string& name, const regex::Program& program) {
  std::string steps, sets;
  for (const regex::Step& step : program.steps)
    steps += std::string("{ct::RegexOp::") + op_name(step.op) + "," + std::to_string(step.x) + "," +
             std::to_string(step.y) + "},";
  for (const regex::ByteSet& set : program.sets) {
    sets += "{";
    for (unsigned byte = 0; byte < 32; byte++) {
      unsigned bits = 0;
      for (unsigned bit = 0; bit < 8; bit++) bits |= set[byte * 8 + bit] << bit;
      sets += std::to_string(bits) + ",";
    }
    sets += "},";
  }
  return fill(R"(
      static const ct::RegexStep ${name}_steps[] = {${steps}};
      static const u8 ${name}_sets[][32] = {${sets}};
  )",
              {{"name", name}, {"steps", steps}, {"sets", sets.empty() ? "{}" : sets}});
}

/// Definitions go to `text`, the initializer of the pattern's ct::Regex is returned.
std::string regex_text(const std::string& pattern, const std::string& name, const Uses& uses,
                       std::string& text) {
  regex::Program program = regex::compile(regex::parse(pattern)).value();
  std::string table = "nullptr, nullptr, 0, 0";
  if (uses.matched.count(pattern)) {
    regex::Dfa dfa = regex::make_dfa(program).value();
    text += table_text(name, dfa);
    table = name + "_column, " + name + "_next, " + std::to_string(dfa.columns) + ", " +
            std::to_string(dfa.start);
  }
  std::string steps = "nullptr, 0, nullptr";
  if (uses.groups) {
    text += program_text(name, program);
    steps = name + "_steps, " + std::to_string(program.steps.size()) + ", " + name + "_sets";
  }
  return "{" + table + ", " + steps + ", " + std::to_string(program.groups) + "}";
}

}  // namespace

std::string user_regexes(const ir::Module& module) {
  Uses uses = user_side_uses(module);
  if (uses.matched.empty() && !uses.groups) return "";
  std::string text, all;
  for (size_t i = 0; i < module.patterns.size(); i++)
    all +=
        "  " + regex_text(module.patterns[i], "ct_regex_" + std::to_string(i), uses, text) + ",\n";
  if (all.empty()) all = "  {}\n";  // groups are asked for, nothing is ever matched
  return text + "static const ct::Regex ct_regexes[] = {\n" + all + "};\n";
}

}  // namespace coretap
