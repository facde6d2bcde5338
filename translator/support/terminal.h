// Text that others wrote, on its way to a terminal.
//
// Names of functions, variables, types and files come from debug information, which anybody may
// have written. Raw, an escape sequence in one of them would be obeyed by the terminal, and a
// newline would make two lines of one. So every such name passes through here before it is shown.
#pragma once

#include <string>
#include <string_view>

namespace coretap {

/// `text` with everything that is not printable as a C escape: \n, \t, \r, others as three octal
/// digits (\033). Not printable are: control characters (C0, DEL, and C1 also as UTF-8), bytes that are not
/// UTF-8, and the marks that change the direction of writing. Other text, UTF-8 too, stays.
std::string terminal_safe(std::string_view text);

/// The same for a line of a script: tabs stay as they are, so that a caret below it fits.
std::string terminal_safe_line(std::string_view text);

}  // namespace coretap
