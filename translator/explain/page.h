// A story as one HTML page that needs nothing else: no network, no other file, and no script to be read.
#pragma once

#include <string>

#include "explain/story.h"

namespace coretap::explain {

/// The page. All text of the story is escaped in it: names may be anybody's.
std::string page(const Story& story);

}  // namespace coretap::explain
