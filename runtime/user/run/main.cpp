// main() of a built binary: everything about the script is in ct_program.
#include <stdio.h>
#include <string.h>

#include "lifeline.h"
#include "options.h"
#include "runtime/user/tell/needs.h"
#include "startup.h"

extern "C" const ct::Program ct_program;

int main(int argc, char** argv) {
  ct::open_standard_descriptors();
  if (ct::is_set_id()) {
    fprintf(stderr, "ERROR: %s\n", ct::kSetIdRefused);
    return 1;
  }
  ct::RunOptions options;
  int status = 0;
  if (!ct::parse_options(ct_program, argc, argv, options, status)) return status;
  const char* slash = strrchr(argv[0], '/');
  options.name = slash ? slash + 1 : argv[0];
  if (options.explain_needs) return ct::explain_needs(ct_program, options.explain_as_json);
  if (options.check_load) return ct::check_load(ct_program, options);
  if (options.lifeline_s != 0 && !ct::begin_with_lifeline(options.lifeline_s)) return 1;
  return ct::exit_status(ct::run(ct_program, options));
}
