#include "ir/ir.h"
#include "support/internal_error.h"

namespace coretap::ir {

namespace {

enum class Sides { Both, Kernel, User };
enum class Flags { None, Pure, CanFail };

constexpr OpInfo row(const char* text, const char* dst, const char* args, Sides sides, Flags flags,
                     GlobalUse global) {
  return {text,
          dst[0],
          args,
          sides != Sides::User,
          sides != Sides::Kernel,
          flags == Flags::Pure,
          flags == Flags::CanFail,
          global};
}

constexpr OpInfo kTable[] = {
#define CORETAP_OP(name, text, dst, args, sides, flags, global) \
  row(text, #dst, args, Sides::sides, Flags::flags, GlobalUse::global),
#include "ir/ops.def"
};

}  // namespace

const OpInfo& info(Op op) { return kTable[static_cast<size_t>(op)]; }

void no_case(Op op, const char* where) {
  internal_error(std::string(where) + " has no case for `" + info(op).text + "`");
}

bool reads_global(const Inst& inst) {
  GlobalUse use = info(inst.op).global;
  return use == GlobalUse::Reads || use == GlobalUse::Updates ||
         (use == GlobalUse::Adds && inst.dst != kNone);
}

bool writes_global(const Inst& inst) {
  GlobalUse use = info(inst.op).global;
  return use == GlobalUse::Writes || use == GlobalUse::Adds || use == GlobalUse::Updates;
}

size_t first_key(const Inst& inst) {
  size_t values = 0;
  for (const char* p = info(inst.op).args; *p && *p != 'K'; ++p)
    values += *p == 'U' ? (inst.steps ? inst.steps->size() : 0) : 1;
  return values;
}

}  // namespace coretap::ir
