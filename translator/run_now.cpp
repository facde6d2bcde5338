#include "run_now.h"

#include <dlfcn.h>

#include <iostream>

#include "pass_timer.h"
#include "runtime/user/output/output.h"
#include "runtime/user/run/session.h"
#include "runtime/user/tell/needs.h"
#include "support/colors.h"

namespace coretap {

namespace {

ct::RunOptions run_options(const Options& o) {
  ct::RunOptions run;
  run.command = o.command;
  run.target_pid = o.target_pid;
  run.namespaces_of = o.namespaces_of;
  run.name = o.module_name.substr(o.module_name.rfind('/') + 1);
  if (run.name.ends_with(".ko")) run.name.resize(run.name.size() - 3);
  run.output_path = o.output;
  run.globals = o.globals;
  run.verbose = o.verbose + o.pass_verbose[4];
  run.no_warnings = o.no_warnings;
  run.buffer_mb = o.buffer_mb;
  run.timeout_s = o.timeout_s;
  run.background = o.background;
  run.file_mb = o.file_mb;
  run.file_count = o.file_count;
  run.timing = o.timing;
  run.accounts_path = o.accounts;
  run.metrics = o.metrics;
  run.output_json = o.output_json;
  return run;
}

void set_object(const MappedFile& file, const void*& data, u64& size) {
  if (!file.is_there()) return;
  data = file.bytes().data();
  size = file.bytes().size();
}

}  // namespace

int run_now(const Artifacts& artifacts, const Options& o, const PassNotes& notes,
            Diagnostics& diagnostics) {
  PassTimer timer;
  notes.say("Pass 5: starting run.");
  // By the descriptor: it is this file that was checked, whatever has its name by now.
  std::string path = "/proc/self/fd/" + std::to_string(artifacts[Artifact::Harness].fd());
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  auto* table = handle ? static_cast<const ct::Program*>(dlsym(handle, "ct_program")) : nullptr;
  if (!table) {
    const char* why = dlerror();
    diagnostics.error("harness-load", std::string("cannot load the compiled script: ") +
                                          (why ? why : "no program in it"));
    diagnostics.flush(std::cerr);
    return 1;
  }
  ct::Program program = *table;
  set_object(artifacts[Artifact::ModernObject], program.object, program.object_size);
  set_object(artifacts[Artifact::BaseObject], program.base_object, program.base_object_size);
  if (o.explain_needs) return ct::explain_needs(program, o.explain_as_json);
  ct::color_messages(color_of(Paint::Error), color_of(Paint::Warning));
  const ct::Ending ending = ct::run(program, run_options(o));
  notes.say("Pass 5: run completed in " + timer.elapsed());
  // `| head` has what it wants, and where nobody reads no more is written. A command that fails was
  // traced all the same.
  if (ending == ct::Ending::Failed && !ct::output_reader_is_gone())
    std::cerr << "Pass 5: run failed.  [man error::pass5]\n";
  return ct::exit_status(ending);
}

}  // namespace coretap
