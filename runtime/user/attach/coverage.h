// Did the script get the probes that it asks for?
//
// A site that the script names must be attached, or nothing is (attach.cpp). What a wildcard stands
// for was found out on the machine of the build, and a kernel may refuse some of it: SystemTap warns
// of each such probe and goes on, and so do we, with one warning for each point that the script has.
// But a point of which nothing is left, and that is not marked `?` or `!`, is an error: the script
// would wait for ever for what it was written to see. What this kernel does not have at all is no loss
// as long as something is left.
#pragma once

#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

/// A site that could not be attached.
struct Unattached {
  const Site* site;
  Mechanism mechanism;  ///< a way that was tried
  std::string why;
};

/// Fails for the first point of which nothing is attached though the script needs it.
Status check_coverage(const Program& program, const std::vector<Unattached>& unattached);

/// A warning for each point of which a part is not attached.
void warn_of_gaps(const Program& program, const std::vector<Unattached>& unattached);

}  // namespace ct
