#include "prepare_program.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <string>

#include "runtime/user/kernel/uprobe_multi.h"

namespace ct {

Status prepare_program(bpf_program* program, const Rung& rung, const KernelHandler& handler) {
  switch (rung.mechanism) {
    case Mechanism::TpBtf:
    case Mechanism::Fentry:
    case Mechanism::Fexit:
      if (bpf_program__set_attach_target(program, 0, handler.sites[0].target) != 0)
        return Status("the kernel's BTF has no '" + std::string(handler.sites[0].target) + "'");
      break;
    case Mechanism::Uprobe:
    case Mechanism::Uretprobe:
    case Mechanism::UprobeAtReturn:
      if (rung.multi)
        bpf_program__set_expected_attach_type(program,
                                              static_cast<bpf_attach_type>(kTraceUprobeMulti));
      break;
    case Mechanism::Kprobe:
    case Mechanism::Kretprobe:
      if (rung.multi) bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
      break;
    case Mechanism::RawTp:
    case Mechanism::Tracepoint:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit:
    case Mechanism::PerfEvent:
    case Mechanism::DataWatch:
    case Mechanism::TestRun: break;
  }
  return {};
}

}  // namespace ct
