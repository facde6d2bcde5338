#include "ir/mechanism.h"

namespace coretap::ir {

namespace {

constexpr MechanismInfo kMechanisms[] = {
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  {#name, "CT_" #id, text, section, MechanismInfo::names, MechanismInfo::Family::family},
#include "runtime/shared/mechanisms.def"
#undef CORETAP_MECHANISM
};

}  // namespace

const MechanismInfo& info(Mechanism mechanism) {
  return kMechanisms[static_cast<size_t>(mechanism)];
}

}  // namespace coretap::ir
