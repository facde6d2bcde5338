// A kernel module as an object with addresses: its .ko is a file that the kernel links when it loads it, so that it is linked
// here, too.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "probes/families.h"

namespace coretap::probes {

/// The modules whose names match `pattern` (fnmatch), and their files.
std::map<std::string, std::vector<std::string>> find_module_files(const std::string& pattern,
                                                                  ResolveContext& context);

/// Links the module with ld.lld, in memory: sections keep their names, functions their code, and debug information tells
/// addresses of the result. What is not in the file (the kernel's functions) is at 0. Its build-id is the module's. The first of
/// the files is taken that has code and debug information. Fails with a sentence about the last.
ct::Result<std::shared_ptr<debug::Module>> link_module(const std::vector<std::string>& files,
                                                       ResolveContext& context);

}  // namespace coretap::probes
