// USDT marks: the places that <sys/sdt.h> leaves in an object. Each is an ELF note of the section
// .note.stapsdt (owner "stapsdt", type 3) that holds three addresses (of the mark's instruction, of
// the section .stapsdt.base when the object was linked, of the mark's semaphore or 0) and three
// texts: provider, name, arguments. Format: SystemTap's wiki page "UserSpaceProbeImplementation".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dwarf/location.h"

namespace coretap::debug {

class ElfFile;

/// One argument of a mark.
struct UsdtArgument {
  std::string text;      ///< as the note has it: "-4@%eax"
  VarLocation location;  ///< Value, or Unsupported with the reason
};

/// One place where a mark is. A mark that the compiler copied (inlined, unrolled) is several.
struct UsdtMark {
  std::string provider, name;
  uint64_t pc = 0;         ///< link-time address of its instruction
  uint64_t semaphore = 0;  ///< link-time address of the 16-bit counter of its users, or 0
  std::vector<UsdtArgument> arguments;
};

/// What the notes of an object say.
struct UsdtMarks {
  std::vector<UsdtMark> marks;              ///< in the order of the notes
  size_t damaged = 0;                       ///< notes that are left out because they end too early
  std::map<uint64_t, uint64_t> semaphores;  ///< of marks that have one, by the mark's pc
  uint64_t hash = 0;                        ///< ct::marks_hash
};
UsdtMarks read_usdt_marks(const ElfFile& file);

/// Link-time addresses of the object's symbols of this name.
using SymbolLookup = std::function<std::set<uint64_t>(const std::string&)>;

/// The arguments of a note for a machine (EM_*), whose operands are written in its assembler's syntax:
/// "N@OPERAND" separated by blanks, N bytes wide, negative N if signed, without "N@" a word.
std::vector<UsdtArgument> parse_usdt_arguments(std::string_view text, uint16_t machine,
                                               const SymbolLookup& symbols);

}  // namespace coretap::debug
