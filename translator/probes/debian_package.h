// Where the debug symbols of a file that Debian packaged are.
#pragma once

#include <string>

namespace coretap::probes {

/// A sentence for a hint: the Debian package that the file `path` is from, and the one with its debug symbols. "" if dpkg does not
/// know the file, or there is no dpkg. Starts a process, so it is for messages that are shown.
std::string debug_package_hint(const std::string& path);

}  // namespace coretap::probes
