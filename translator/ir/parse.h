// The other direction of print(): IR text in, a module out. Tests give text to a pass and compare the text that it makes
// of that (tests/passes); a dump of `coretap -d PASS` can be read back too.
#pragma once

#include <string>

#include "ir/ir.h"

namespace coretap::ir {

struct Parsed {
  Module module;
  std::string error;  ///< "line 3: …", or "" if all of the text was understood
};

/// Reads what print() writes. What print() leaves out has its default: statement counts, bytes of the probed
/// functions. A local whose name is `t` and a number is a temporary; one that the text declares nowhere is a long.
/// Spans are the lines of the text; the file must outlive the module.
Parsed parse(const SourceFile& text);

}  // namespace coretap::ir
