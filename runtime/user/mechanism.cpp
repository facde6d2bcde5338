#include "mechanism.h"

namespace ct {

const char* mechanism_name(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::Uprobe: return "uprobe";
    case Mechanism::Uretprobe: return "uretprobe";
    case Mechanism::TpBtf: return "tp_btf";
    case Mechanism::RawTp: return "raw_tp";
    case Mechanism::Tracepoint: return "tracepoint";
    case Mechanism::PerfEvent: return "perf_event";
    case Mechanism::Kprobe: return "kprobe";
    case Mechanism::Kretprobe: return "kretprobe";
    case Mechanism::Fentry: return "fentry";
    case Mechanism::Fexit: return "fexit";
    case Mechanism::UprobeAtReturn: return "uprobe at return";
  }
  return "";
}

}  // namespace ct
