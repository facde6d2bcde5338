// Runs a compiled unit as coretap does: runner UNIT.so [options of a built binary].
#include <dlfcn.h>
#include <stdio.h>

#include "runtime/user/run/options.h"

int main(int argc, char** argv) {
  void* unit = argc > 1 ? dlopen(argv[1], RTLD_NOW) : nullptr;
  auto* program = unit ? static_cast<const ct::Program*>(dlsym(unit, "ct_program")) : nullptr;
  if (!program) {
    fprintf(stderr, "runner: %s\n", dlerror());
    return 99;
  }
  ct::RunOptions options;
  int status = 0;
  if (!ct::parse_options(*program, argc - 1, argv + 1, options, status)) return status;
  return ct::exit_status(ct::run(*program, options));
}
