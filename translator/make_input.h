// From the command line, the environment and the running kernel to the CompileInput: the only
// place where these are read for the passes.
#pragma once

#include "options.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"
#include "syntax/parse.h"

namespace coretap {

/// What messages call the text of --why, and the script that is made of it.
inline constexpr const char* kQuestionName = "<question>";

/// Reads the script and all else that decides the result. False after reporting.
bool make_input(const Options& options, CompileInput& input, Diagnostics& diagnostics);

/// What the preprocessor may ask.
PreprocessorFacts facts_of(const CompileInput& input, Lookups& lookups);

/// The tapset folders: ours, then those of -I.
std::vector<std::string> tapset_folders(const Options& options);

}  // namespace coretap
