// The locals and instructions of one body of the IR's text.
#pragma once

#include <optional>

#include "ir/ir.h"
#include "ir/text_reader.h"

namespace coretap::ir {

/// A number, a string or the `*` of a slice, if one is next.
std::optional<Operand> read_literal(LineReader& line);

inline Side other(Side side) { return side == Side::Kernel ? Side::User : Side::Kernel; }

/// The function of that name that is made for `side`, or else for the other one: before `split`, kernel bodies call functions
/// of user space too.
FunctionId function_named(const Module& module, const std::string& name, Side side);

/// "(name.0: string<8>, t1: long)": the first locals of `body`. Returns how many.
uint32_t read_parameters(LineReader& line, Body& body);

/// Reads the lines of a body made for `side`, which are indented, into `body`, whose parameters are there. `module` has what it
/// may name: globals, bindings, and all functions at least by their names.
void read_body(TextReader& text, const Module& module, Side side, Body& body);

}  // namespace coretap::ir
