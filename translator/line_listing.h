// --lines: source text with the lines that can be probed.
#pragma once

#include "analyse/program.h"
#include "listing_output.h"

namespace coretap {

struct LineListing {
  bool with_variables = false;  ///< -v
  bool as_json = false;         ///< --json
};

/// Prints the source files of the sites of `program`, which is one .statement point: the lines that were asked for, each with the
/// number of its sites. Returns the exit status.
int list_lines(Program& program, const LineListing& how, ListingOutput& out);

}  // namespace coretap
