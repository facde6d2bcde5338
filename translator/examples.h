// `coretap --example`: the scripts that come with coretap.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "support/diagnostics.h"

namespace coretap {

/// The path of the example that is named so: by its file's name, with or without ".stp" and the folders before it. "" after
/// reporting that there is none.
std::string find_example(const std::string& name, Diagnostics& diagnostics);

/// The names of all, sorted.
std::vector<std::string> example_names();

/// Lists all by name, each with the first sentence of its comment. Returns the exit status: 1 if there are none, after a message
/// on `errors`.
int list_examples(std::ostream& out, std::ostream& errors);

}  // namespace coretap
