// Regular expressions of the kernel object: a pattern's table, and for each capacity of a text that
// it is matched with a function that bpf_loop() calls (runtime/bpf/regex.bpf.h).
#include <bit>

#include "emit/kernel_body.h"
#include "emit/kernel_unit.h"
#include "emit/regex_table.h"

namespace coretap {

regex::Dfa regex_table(const std::string& pattern) {
  return regex::make_dfa(regex::compile(regex::parse(pattern)).value()).value();
}

namespace kernel {

namespace {

/// The table in a shape whose index needs no test but a mask: rows and their number are powers of 2.
std::vector<uint16_t> padded_table(const regex::Dfa& dfa) {
  size_t width = std::bit_ceil(dfa.columns), rows = std::bit_ceil(dfa.states);
  std::vector<uint16_t> table(width * rows, regex::Dfa::kNoMatch);
  for (uint32_t row = 0; row < dfa.states; row++)
    for (uint32_t column = 0; column < dfa.columns; column++)
      table[row * width + column] = dfa.next[row * dfa.columns + column];
  return table;
}

}  // namespace

std::string Unit::regex_turn(const std::string& pattern, uint32_t cap, uint32_t& start) {
  regex::Dfa dfa = regex_table(pattern);
  auto [it, is_new] = regexes_.try_emplace(pattern, regexes_.size());
  std::string id = "ct_regex_" + std::to_string(it->second);
  std::vector<uint16_t> table = padded_table(dfa);
  // One struct of both arrays: an array of at most 32 bytes clang puts into a section of mergeable
  // constants, but its BTF says .rodata, and the kernel refuses all of the object's BTF.
  if (is_new)
    regex_tables_ += "static const struct {\n  u8 column[256];\n  u16 next[" +
                     std::to_string(table.size()) + "];\n} " + id + " = {" + braced(dfa.column_of) +
                     ", " + braced(table) + "};\n";
  start = dfa.start;
  std::string name = id + "_turn_" + std::to_string(cap);
  unsigned shift = std::bit_width(std::bit_ceil(dfa.columns)) - 1;
  regex_turns_[name] = "CT_REGEX_TURN(" + name + ", " + id + ", " + std::to_string(shift) + ", " +
                       std::to_string(table.size()) + ", " + std::to_string(cap) + ")\n";
  return name;
}

std::string Unit::regex_text() const {
  std::string out = regex_tables_;
  for (const auto& [name, text] : regex_turns_) out += text;
  return out;
}

void BodyEmitter::regex_match(const ir::Inst& inst) {
  Str text = string(inst.args[0]);
  uint32_t start = 0;
  std::string turn = unit_.regex_turn(inst.name, text.cap, start);
  assign(inst.dst, "ct_regex_match(" + text.pointer + ", " + std::to_string(text.cap) + ", " +
                       std::to_string(start) + ", " + turn + ")");
}

}  // namespace kernel
}  // namespace coretap
