// Blanks between two tokens of a line.
#pragma once

#include "syntax/layout_state.h"

namespace coretap::syntax {

/// What `piece` is where `state` is. `next` is the type of the token behind it. `is_ambiguous`: in a macro's text, which may be an
/// expression or a part of a probe point.
Role role_of(const Piece& piece, size_t next, const LayoutState& state, bool is_ambiguous);

/// Is a blank between `before` and `piece`, which is of the role?
bool is_blank_between(const Piece& before, const LayoutState& state, const Piece& piece, Role role);

}  // namespace coretap::syntax
