#include "compiled.h"

#include <stdexcept>

namespace coretap::regex {

Compiled::Compiled(const std::string& pattern) {
  Pattern parsed = parse(pattern);
  if (parsed.error) throw std::runtime_error(pattern + ": " + parsed.error->message);
  Program program = compile(parsed).value();
  dfa_ = make_dfa(program).value();
  for (const Step& step : program.steps)
    steps_.push_back(
        {static_cast<ct::RegexOp>(step.op), static_cast<u16>(step.x), static_cast<u16>(step.y)});
  for (const ByteSet& set : program.sets) {
    Set& packed = sets_.emplace_back();
    for (unsigned b = 0; b < 256; b++)
      if (set[b]) packed.bytes[b >> 3] |= static_cast<u8>(1 << (b & 7));
  }
  regex_ = {dfa_.column_of.data(),
            dfa_.next.data(),
            dfa_.columns,
            dfa_.start,
            steps_.data(),
            static_cast<u32>(steps_.size()),
            reinterpret_cast<const u8(*)[32]>(sets_.data()),
            program.groups};
}

std::string Compiled::group(const std::string& text, unsigned n) const {
  std::string out(text.size() + 1, '\0');
  u32 size = 0;
  ct::matched({out.data(), static_cast<u32>(out.size()), &size}, n, 1, view(text), &regex_);
  out.resize(size);
  return out;
}

}  // namespace coretap::regex
