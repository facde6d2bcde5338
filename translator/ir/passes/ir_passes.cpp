#include "ir/passes/ir_passes.h"

#include "ir/passes/passes.h"

namespace coretap {

namespace {

void dead_code(ir::Module& module, Diagnostics&) { drop_dead_code(module); }
void share(ir::Module& module, Diagnostics&) { share_programs(module); }
void sink(ir::Module& module, Diagnostics&) { sink_into_branches(module); }
void globals(ir::Module& module, Diagnostics&) { place_globals(module); }
void races(ir::Module& module, Diagnostics& to) { warn_of_racing_updates(module, to); }
void late_reads(ir::Module& module, Diagnostics&) { add_late_reads(module); }

}  // namespace

const std::vector<IrPass>& ir_passes() {
  static const std::vector<IrPass> passes = {
      {"dead-code", dead_code},
      {"share-programs", share},
      {"sink", sink},
      {"split", split},
      {"dead-code-2", dead_code},  // what served only what split has moved
      {"place-globals", globals},
      {"racing-updates", races},
      {"late-reads", late_reads},
      {"size-strings", size_strings},
  };
  return passes;
}

}  // namespace coretap
