#include "emit/variants.h"

#include "emit/layout.h"

namespace coretap {

using ir::Mechanism;

std::vector<Variant> variants(const ir::KernelHandler& handler, Flavour flavour) {
  std::string name = layout::identifier(handler.name);
  // fentry and fexit belong to one function each, and to its first instruction.
  bool whole_function = handler.sites.size() == 1 && handler.sites[0].offset == 0;
  switch (handler.mechanism) {
    case Mechanism::Kprobe:
      if (whole_function) return {{name + "_fentry", Mechanism::Fentry}, {name, Mechanism::Kprobe}};
      break;
    case Mechanism::Kretprobe:
      if (flavour == Flavour::Modern && whole_function)
        return {{name + "_fexit", Mechanism::Fexit}, {name, Mechanism::Kretprobe}};
      break;
    case Mechanism::TpBtf: return {{name + "_btf", Mechanism::TpBtf}, {name, Mechanism::RawTp}};
    default: break;
  }
  return {{name, handler.mechanism}};
}

}  // namespace coretap
