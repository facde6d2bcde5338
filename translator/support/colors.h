// Colours of messages, as stap's: --color, SYSTEMTAP_COLORS and NO_COLOR.
//
// A message is made with marks around what has a colour, and only when it is written do they become the terminal's sequences,
// or go. So warnings that the cache keeps are coloured as the run that shows them wants it. Marks cannot be mistaken: text of
// others passes through terminal_safe(), which leaves no control characters in it.
#pragma once

#include <string>
#include <string_view>

namespace coretap {

/// What has a colour of its own: the keys of SYSTEMTAP_COLORS.
enum class Paint : char { Error = 1, Warning, Source, Caret, Token };

/// `text` with marks around it.
std::string marked(Paint paint, std::string_view text);

/// A message with marks as it is written: with sequences, or plain if choose_colors() did not choose any.
std::string colored(std::string_view text);

/// --color=WHEN. Auto: if standard error is a terminal that is not dumb, and NO_COLOR is not set (no-color.org).
enum class UseColor { Auto, Never, Always };

/// Chooses for this process, before the first message. As in stap, an empty or wrong SYSTEMTAP_COLORS means no colours.
void choose_colors(UseColor when);

/// The parameters of the sequence (ECMA-48, SGR), "" for none.
const std::string& color_of(Paint paint);

}  // namespace coretap
