#include "mechanism.h"

namespace ct {

namespace {

enum class Family : u8 { UserProbe, KernelProbe, Tracing, Event, Request };
enum class Return : u8 { AtEntry, Leaving, Left };

struct Row {
  const char* text;
  Family family;
  Return at;
};

constexpr Row kRows[] = {
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  {text, Family::family, Return::returns},
#include "runtime/shared/mechanisms.def"
#undef CORETAP_MECHANISM
};

const Row& row(Mechanism mechanism) { return kRows[static_cast<u8>(mechanism)]; }

}  // namespace

const char* mechanism_name(Mechanism mechanism) { return row(mechanism).text; }

bool is_uprobe(Mechanism mechanism) { return row(mechanism).family == Family::UserProbe; }

bool is_kprobe(Mechanism mechanism) { return row(mechanism).family == Family::KernelProbe; }

bool is_tracing(Mechanism mechanism) { return row(mechanism).family == Family::Tracing; }

bool is_of_many_calls(Mechanism mechanism) {
  return mechanism == Mechanism::SyscallEntry || mechanism == Mechanism::SyscallExit;
}

bool runs_last_first(Mechanism mechanism) {
  return is_uprobe(mechanism) || is_tracing(mechanism) ||
         (is_kprobe(mechanism) && !catches_return(mechanism));
}

bool catches_return(Mechanism mechanism) {
  return row(mechanism).at == Return::Left && !is_tracing(mechanism);
}

}  // namespace ct
