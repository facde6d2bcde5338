// Probe points as they are typed.
#pragma once

#include <string>
#include <vector>

#include "options.h"

namespace coretap {

/// What `text`, the beginning of one or more probe points, can go on with: each is a longer text that begins with the same points.
/// `options` are those of the command line, as -c and -I, which say what there is. The listing of -l answers, from the cache if
/// it was asked before.
std::vector<std::string> complete_points(const std::string& text, const Options& options);

/// The same for the text of a script: only the points behind its last 'probe' are completed.
std::vector<std::string> complete_script(const std::string& text, const Options& options);

}  // namespace coretap
