// Asks a module everything there is to ask: for tests with damaged files, where any answer will do, as long as there is one.
#pragma once

#include <cstddef>

#include "dwarf/module.h"

namespace coretap::debug {

/// How much the answers held.
struct Answers {
  size_t functions = 0, sites = 0, variables = 0, locations = 0;
};

/// Functions with their labels, calls, types and code; lines; variables with their locations and types; and what is asked by
/// name. Ends the process with a message if an answer breaks what module.h promises.
Answers ask_everything(const Module& module);

}  // namespace coretap::debug
