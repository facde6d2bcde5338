// The lessons as pages in Markdown, for a class.
#pragma once

#include <string>
#include <vector>

#include "lessons/lesson.h"
#include "runtime/common/result.h"

namespace coretap::lessons {

/// Writes a page for each lesson, with its task and workload but without its answers, and README.md, a list of them. The folder
/// is made if it is not there. Fails with a sentence; a file that is there already is not overwritten.
ct::Status write_pages(const std::vector<Lesson>& lessons, const std::string& folder);

}  // namespace coretap::lessons
