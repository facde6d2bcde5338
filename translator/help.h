// What coretap says of itself.
#pragma once

#include <iosfwd>

namespace coretap {

void print_help(std::ostream& out);
/// For who does not know coretap: what to try first.
void print_first_steps(std::ostream& out);
void print_version(std::ostream& out);

/// The table of options for programs: docs/man/make_pages.py and the shells' completion. One line each, with tabs between
/// group, spellings, value ("-" if there is none), the value's kind, its possible words, and the text.
void dump_options(std::ostream& out);

}  // namespace coretap
