// Where the kernel's file with debug information, vmlinux, is looked for.
#pragma once

#include <string>
#include <vector>

namespace coretap {

/// Paths in the order in which they are tried: of a build tree if one is named, else of where distributions put the file of
/// a release.
std::vector<std::string> vmlinux_places(const std::string& release, const std::string& build_tree);

}  // namespace coretap
