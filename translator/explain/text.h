// A story as text for a terminal.
#pragma once

#include <iosfwd>

#include "explain/story.h"

namespace coretap::explain {

void tell(const Story& story, std::ostream& out);

}  // namespace coretap::explain
