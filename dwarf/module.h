// One ELF object with its debug information: functions, inlined copies, lines, variables.
// Finds separate debuginfo by build-id, .gnu_debuglink (CRC checked) and dwz's
// .gnu_debugaltlink. Knows nothing of .stp. Built on libdw; libdw types do not leak out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dwarf/data_symbol.h"
#include "dwarf/evidence.h"
#include "dwarf/function_exits.h"
#include "dwarf/kernel_image.h"
#include "dwarf/line_evidence.h"
#include "dwarf/location.h"
#include "dwarf/overloads.h"
#include "dwarf/plt.h"
#include "dwarf/records.h"
#include "dwarf/types.h"
#include "dwarf/usdt.h"
#include "runtime/common/result.h"

namespace coretap::debug {

/// Servers that are asked for debug information which is not on this machine.
class DebugServer {
 public:
  virtual ~DebugServer() = default;
  /// The path of a file that is said to have the debug information with this build-id (lower-case hex). The failure is a
  /// sentence; its category is Missing if the servers have none, or are not asked.
  virtual ct::Result<std::string> find(const std::string& build_id) = 0;
};

/// Where debug information is looked for that is not in an object itself.
struct DebugPlaces {
  std::vector<std::string> roots = {"/usr/lib/debug"};
  DebugServer* server = nullptr;  ///< asked last; null: nobody
  /// What the object is called, if not by the path that it is read from; or "".
  std::string object_path = {};
};

class Module {
 public:
  /// Opens an ELF executable or shared object. `path` must be a file path (the caller searched
  /// $PATH).
  static ct::Result<std::shared_ptr<Module>, LoadError> open(const std::string& path,
                                                             const DebugPlaces& places = {});
  virtual ~Module() = default;

  virtual const std::string& path() const = 0;        ///< canonical path
  virtual const std::string& debug_path() const = 0;  ///< file the DWARF came from, or ""
  virtual std::string build_id() const = 0;           ///< lower-case hex, or ""
  virtual bool has_dwarf() const = 0;
  /// The .dwo files of units made with -gsplit-dwarf that cannot be read, each once, as parts of a sentence: the name, and what is
  /// wrong with it ("'/dir/a.dwo', which is not there").
  virtual const std::vector<std::string>& unread_split_files() const = 0;
  /// The one of the unit whose code contains pc; "" if that unit was not split, or its file was read.
  virtual std::string unread_split_file_at(uint64_t pc) const = 0;
  /// Fails with a clause if the object could not be told from others: it has no build-id, or is not linked dynamically.
  virtual ct::Result<LoadMark> load_mark() const = 0;
  virtual uint16_t machine() const = 0;              ///< EM_*, see registers.h
  virtual bool has_fixed_addresses() const = 0;      ///< linked to be loaded at one place (ET_EXEC)
  virtual const LoadError& dwarf_error() const = 0;  ///< why has_dwarf() is false, with paths
  /// What is amiss, though the object can be used: a server that does not answer, a part of the debug information that
  /// is not there. A sentence each.
  virtual const std::vector<std::string>& notices() const = 0;
  /// Files whose change makes a cached result stale: the object, and each file that its debug information was looked for in,
  /// also those that are not there and may come.
  virtual std::vector<std::string> files() const = 0;

  /// Functions whose name matches the shell pattern `name_glob` (fnmatch; linkage names too), defined in a source
  /// file matching `file_glob` (suffix match on path components; "" = any). From DWARF, and from
  /// the symbol tables for names that DWARF does not have. Sorted by address, one entry per
  /// address. Inlined copies only if `inlines`.
  virtual std::vector<Function> functions(const std::string& name_glob,
                                          const std::string& file_glob, bool inlines) const = 0;

  /// The parameters of a function or inlined copy, by which its overloads differ.
  virtual ParameterTypes parameters(const Function& function) const = 0;

  /// Sites of source lines. `function_glob`/`file_glob` as above; `first`..`last` the absolute
  /// line range (0,0 = every line); `relative`: lines count from the function's decl line.
  /// `nearest`: if the line has no code, the nearest following one of the same file.
  virtual std::vector<LineSite> line_sites(const std::string& function_glob,
                                           const std::string& file_glob, uint32_t first,
                                           uint32_t last, bool relative, bool nearest) const = 0;
  /// What those sites are chosen from: all rows of the absolute lines, each with what it is.
  virtual LineStory line_story(const std::string& function_glob, const std::string& file_glob,
                               uint32_t first, uint32_t last) const = 0;
  /// Lines with code in files matching `file_glob`, for "line 12 has no code; nearest are 11, 14".
  virtual std::vector<SourceLine> code_lines(const std::string& file_glob) const = 0;

  /// The labels of a function or inlined copy, in the order of the source.
  virtual std::vector<Label> labels(const Function& function) const = 0;

  /// The calls that a function or inlined copy makes itself; not those of what is inlined into it.
  virtual std::vector<Call> calls(const Function& caller) const = 0;
  /// Where the return addresses are in memory while the instruction at pc is about to run and `callers` are the values of
  /// the innermost of them: an expression over the registers at pc for each. Fails with the end of a sentence.
  virtual ct::Result<std::vector<LocExprPtr>> return_slots(
      uint64_t pc, const std::vector<uint64_t>& callers) const = 0;

  virtual std::optional<SourceLine> line_at(uint64_t pc) const = 0;
  virtual std::optional<Function> function_at(uint64_t pc, bool innermost_inline) const = 0;
  /// ELF file offset of a link-time address (what uprobes want), or nothing if it is not in an
  /// executable segment.
  virtual std::optional<uint64_t> file_offset(uint64_t pc) const = 0;
  /// The function whose code contains pc, or a few bytes from pc on where none is known. Without
  /// ranges if pc is not code.
  virtual const FunctionCode& code_at(uint64_t pc) const = 0;
  /// A hash of where and how large the file's segments are: tells builds of one program apart that
  /// have no build-id, and does not change with stripping.
  virtual uint64_t layout() const = 0;
  /// How the function that begins at entry_pc is left.
  virtual const FunctionExits& exits(uint64_t entry_pc) const = 0;
  /// What else than returning may look at return addresses in the object's code.
  virtual const StackUse& stack_use() const = 0;
  /// The USDT marks of the object.
  virtual const UsdtMarks& marks() const = 0;
  /// The entries of the object's procedure linkage table, by address.
  virtual const std::vector<PltEntry>& plt() const = 0;
  /// What the object is as a kernel.
  virtual const KernelImage& kernel_image() const = 0;
  /// The symbol whose code contains pc; nothing if there is none.
  virtual std::optional<CodeSymbol> symbol_at(uint64_t pc) const = 0;
  /// Name of the section that pc is in, or "".
  virtual std::string section_at(uint64_t pc) const = 0;
  /// The symbols of data with this name, also those that strip moved to the debug file: several, if files that were linked
  /// have static ones.
  virtual std::vector<DataSymbol> data_symbols(const std::string& name) const = 0;
  /// Link-time address of the program's first instruction; nothing of a library.
  virtual std::optional<uint64_t> entry() const = 0;
  /// ELF file offset of a link-time address in any loaded segment, as a mark's semaphore has one.
  virtual std::optional<uint64_t> data_offset(uint64_t address) const = 0;
  /// Start of the instruction at pc? (line tables of broken producers can lie)
  virtual bool is_code(uint64_t pc) const = 0;

  /// The instruction at pc with up to `around` before and behind it in its function's code. Empty if the code cannot be decoded.
  virtual std::vector<AssemblyLine> assembly(uint64_t pc, size_t around) const = 0;

  /// Variables in scope at pc, innermost scope first (a name that is shadowed is left out);
  /// parameters before locals inside a function; file-level variables only with `globals`.
  /// Inlined code often begins at the very address of the line or function around it: `scope`
  /// (LineSite::scope, Function::die_offset) says whose variables are meant; 0 = the innermost's.
  virtual std::vector<Variable> variables_at(uint64_t pc, bool globals,
                                             uint64_t scope = 0) const = 0;
  virtual std::optional<Variable> global_variable(const std::string& name) const = 0;
  /// The same, or a static one, that a unit defines whose main source file matches `file_glob`.
  virtual std::optional<Variable> variable_of_unit(const std::string& name,
                                                   const std::string& file_glob) const = 0;
  /// Where `variable` is at `point`.
  virtual VarLocation location_at(const Variable& variable, CodePoint point) const = 0;
  /// What there is to show for that: all of the variable's locations, with the one that holds at `point`.
  virtual LocationEvidence evidence(const Variable& variable, CodePoint point) const = 0;
  /// Every variable of the name in the function whose code contains pc, whether pc sees it or not; not the file's.
  virtual std::vector<ScopedVariable> variables_called(const std::string& name,
                                                       uint64_t pc) const = 0;
  /// Return type of the function whose code contains pc (null: void) and where its value is on
  /// return, by the psABI: the register(s) or memory, as a location with registers as of return.
  virtual TypePtr return_type(uint64_t pc) const = 0;
  virtual VarLocation return_location(uint64_t pc) const = 0;
  /// The canonical frame address at pc, which names one activation of the function; or null.
  virtual LocExprPtr cfa_at(uint64_t pc) const = 0;
  /// A type by name: "struct foo", "foo_t", "enum e"; null if there is none.
  virtual TypePtr type_named(const std::string& name) const = 0;
  /// Value of an enumerator of any of the file-level enums.
  virtual std::optional<int64_t> enumerator(const std::string& name) const = 0;
};

}  // namespace coretap::debug
