// What -l, -L, -p2 and the --dump options print.
#pragma once

#include "analyse/program.h"
#include "listing_output.h"
#include "options.h"

namespace coretap {

/// Lines of -l, or of -L with the variables at each place; the probes of `program` are elaborated. A place is printed when its
/// variables are found, and then forgotten. Returns the exit status: 1 if there is nothing.
int list_probes(Program& program, probes::ResolveContext& context, bool with_variables,
                ListingOutput& out);

/// Functions, globals and probes after pass 2, in stap's layout.
void print_elaborated(const Program& program);

/// --dump-functions, --dump-probe-aliases, --dump-probe-types. Returns the exit status.
int dump_names(const Options& options);

}  // namespace coretap
