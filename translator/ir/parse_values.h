// Types, formats and other values of the IR's text: what stands in a line besides operands. The opposite functions are at the top
// of print.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ir/ir.h"
#include "ir/text_reader.h"

namespace coretap::ir {

/// "void", "long", "string" or "string<16>"
Type read_type(LineReader& line);
/// "log" or "linear(0,100,10)"
HistSpec read_hist(LineReader& line);
/// "@count"
StatFn read_stat(LineReader& line);
/// The width of a number: "s32" or "u8".
void read_width(LineReader& line, uint32_t& size, bool& is_signed);
/// "struct task_struct.mm.comm[3] bitfield"
std::shared_ptr<const CoreAccess> read_core(LineReader& line);
/// The pieces of a format, of its text without the quotes.
std::vector<FormatPiece> read_format(const std::string& text);

}  // namespace coretap::ir
