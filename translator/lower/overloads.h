// Which versions of a function a call may run where its handler runs.
#pragma once

#include <vector>

#include "ast/ast.h"
#include "ir/ir.h"

namespace coretap {

/// What there is where a body runs.
struct Surroundings {
  ir::Side side = ir::Side::User;
  /// Kernel side: an event has come, with registers and a program whose memory can be read. Not so where the session runs the
  /// kernel part of a begin, end, error, timer or procfs handler.
  bool has_event = true;
};

/// A version of a function that a call may run.
struct Overload {
  ast::FunctionDecl* callee = nullptr;
  bool other_side = false;   ///< it is C, and only for the other side
  bool lacks_event = false;  ///< it is C that asks about an event, and there is none
};

/// In the order in which they are tried: each but the last may decline.
std::vector<Overload> overloads(const ast::Call& call, const Surroundings& here);

/// Does C ask about the event that a handler handles, or the program that it came from?
bool asks_about_event(const EmbeddedC& c);

}  // namespace coretap
