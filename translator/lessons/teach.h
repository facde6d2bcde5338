// --lesson: lists the lessons, tells one, checks a script, or writes all as pages.
#pragma once

#include <string>

#include "support/diagnostics.h"

namespace coretap::lessons {

struct Asked {
  std::string number;       ///< "": lists them
  std::string script_path;  ///< or
  std::string script_text;
  bool has_script = false;
  std::string export_folder;  ///< where the pages of all lessons go; "": nowhere
};

/// Returns the exit status: 0 also if a script's answer is right, 1 if it is wrong or after reporting.
int teach(const Asked& asked, Diagnostics& diagnostics);

}  // namespace coretap::lessons
