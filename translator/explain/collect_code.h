// The stage C: the generated texts, each line with what it was made for.
#pragma once

#include <string>

#include "emit/flavour.h"
#include "explain/places.h"
#include "explain/story.h"
#include "ir/ir.h"

namespace coretap::explain {

/// `kernel_c`, of that flavour (or empty), and `harness_cpp` are what the emitters made of `module`.
void collect_code(const ir::Module& module, const std::string& kernel_c, Flavour flavour,
                  const std::string& harness_cpp, const Places& places, Story& story);

}  // namespace coretap::explain
