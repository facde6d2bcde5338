// What an object's debug information says, as plain records: its functions and their copies, variables, lines, labels and calls.
// Addresses are link-time (ELF vaddr) of the object. Module (module.h) answers questions with them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dwarf/location.h"
#include "dwarf/types.h"

namespace coretap::debug {

/// Why an object or its debug information could not be used: the failure of a Result here. `tried` lists the
/// paths that were looked for, so that the message can name them.
struct LoadError {
  enum Kind : uint8_t { NotFound, NotElf, WrongArch, NoDebugInfo, Corrupt } kind = NotFound;
  std::string message;
  std::vector<std::string> tried;
  /// Of what was tried, what was there and does not fit, and what servers have not: a sentence each.
  std::vector<std::string> rejected;
};

/// Variables and functions are told apart by a number of their DIE: its offset in its file, and above these bits the number of the
/// file, which is 0 for the object's own. Files of their own are dwz's and those of -gsplit-dwarf.
constexpr unsigned kDieOffsetBits = 40;
constexpr uint64_t offset_in_file(uint64_t die_number) {
  return die_number & ((uint64_t{1} << kDieOffsetBits) - 1);
}

/// How an object is known in a process that has loaded it: by what its memory holds, wherever that is.
struct LoadMark {
  uint64_t dynamic = 0;          ///< link-time address of its dynamic section
  uint64_t id_address = 0;       ///< and of the bytes of its build-id
  std::array<uint64_t, 2> id{};  ///< the first 16 of them
};

/// A place in source text.
struct SourceLine {
  std::string file;  ///< as DWARF gives it, made absolute with the compilation directory
  uint32_t line = 0;
  uint32_t column = 0;
};

/// A variable or parameter visible at some pc.
struct Variable {
  std::string name;
  TypePtr type;
  bool is_parameter = false;
  bool is_global = false;
  uint32_t decl_line = 0;
  uint64_t die_offset = 0;  ///< the number of its DIE; identity for location_at
};

/// A function, or one inlined copy of it. Addresses are link-time (ELF vaddr) of the object.
struct Function {
  std::string name;          ///< source name; C++: without parameters, qualified "ns::cls::f"
  std::string linkage_name;  ///< mangled, or equal to name
  SourceLine decl;
  uint64_t entry_pc = 0;  ///< first instruction (of the inlined copy too)
  uint32_t entry_view =
      0;  ///< CodePoint::view there: statements around an inlined copy may come first
  uint64_t prologue_end = 0;  ///< where .function probes with DWARF variables go: after the
                              ///< prologue for unoptimised code, else entry_pc
  bool is_inlined_copy = false;
  bool is_external = false;
  bool from_symbol_table = false;  ///< no DWARF: only name and address are known
  std::string inlined_into;        ///< outermost real function, for an inlined copy
  /// Go code, whose stack may be moved while it runs: frames have no lasting address.
  bool is_go = false;
  uint64_t die_offset = 0;  ///< the number of its DIE; also the `scope` for Module::variables_at
};

/// A symbol of code, and whether it alone has its name.
struct CodeSymbol {
  std::string name;
  uint64_t address = 0;
  bool is_only = false;
};

/// A machine instruction, for a reader.
struct AssemblyLine {
  uint64_t address = 0;
  std::string bytes;  ///< as they are in the file
  std::string text;   ///< as InstructionSet::text() writes it
};

/// The code of a function as it is in the file.
struct FunctionCode {
  std::string name;  ///< "" if the code belongs to no function that is known
  std::vector<std::pair<uint64_t, uint64_t>> ranges;  ///< file offset and size of each part
  uint64_t hash = 0;                                  ///< ct::CodeHash of the bytes of all parts
};

/// One place where execution of a source line begins. See lines.cpp for which rows count.
struct LineSite {
  uint64_t pc = 0;
  uint32_t view = CodePoint::kInstruction;  ///< of the row, for location_at
  SourceLine source;
  std::string function;         ///< innermost (possibly inlined) function that the line belongs to
  uint64_t function_entry = 0;  ///< entry of the innermost real function
  uint64_t scope = 0;     ///< innermost scope that the line belongs to, for Module::variables_at
  bool may_miss = false;  ///< the line may run without passing any of its sites
  /// The site may be passed again in one execution of the line: by a coroutine that is resumed.
  bool may_repeat = false;
};

/// A label of a function, in the function itself or in one inlined copy.
struct Label {
  std::string name;
  SourceLine source;
  uint64_t pc = 0;        ///< 0: the compiler left no code that begins there
  bool may_miss = false;  ///< it may be passed without passing pc
};

/// A call of a function whose target is known before the program runs, or the place where it was inlined.
struct Call {
  Function callee;              ///< or one inlined copy of it
  uint64_t return_address = 0;  ///< behind the call; 0 for an inlined copy and for a tail call
  bool is_tail_call = false;    ///< a jump: the callee returns to the caller's caller
};

}  // namespace coretap::debug
