// Parameters by name. CO-RE follows the fields of structs from kernel to kernel, but not the
// parameters of functions and tracepoints: `vfs_unlink` has $dentry second in 5.10 and third since
// 5.12, and a program that was built for one of them reads the wrong register of the other without
// noticing. So a program names what it reads (program.h: Binding), and before it is loaded every name
// is looked up in the running kernel's BTF.
#pragma once

#include <vector>

#include "ladder.h"
#include "runtime/common/result.h"

namespace ct {

/// Where each of the program's bindings is on this kernel, by index. A name that is gone, or whose
/// type no longer fits, drops the handlers that read it if their probes are optional. Fails with a
/// text that names probe, owner and parameter if one is not.
Status resolve_bindings(const Program& program, Ladder& ladder, std::vector<ct_binding>& resolved);

/// Does sched_process_exit fire while the task still has its program? Its parameter group_dead came with that, in Linux 6.16.
bool tells_program_at_end();

}  // namespace ct
