// The opened files of one object and the indexes over them that more than one part of the box
// needs: units by address, scopes, line rows, names. Everything but the unit table is built when
// it is first asked for. Types and modules share ownership of it. Not thread-safe (libdw is not).
#pragma once

#include <elfutils/libdw.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dwarf/elf_file.h"

namespace coretap::debug {

class CodeFlow;
class UnitScopes;
struct UnitLines;
class FunctionIndex;
class NameIndex;
class FlowGraph;
struct Instruction;
class NoReturnCalls;
class LandingPads;
class JumpSources;
class LocationLists;
class DeclaredLines;

/// The compiler of a unit, as far as it changes how its tables are to be read.
struct Producer {
  bool gcc = false;
  bool clang = false;
  bool optimized = false;  ///< gcc only: an -O flag above -O0 is recorded; unknown for clang
  bool statement_markers = false;  ///< is_stmt rows are gcc's statement frontiers (gcc 8)
};

/// Is the unit, a DIE, written in C++?
bool is_cpp_language(Dwarf_Die* unit);

struct Unit {
  Dwarf_Die die{};
  Dwarf_Die
      skeleton{};  ///< with the unit's addresses and line table: `die`, unless -gsplit-dwarf took them apart
  /// DW_TAG_partial_unit (dwz), a type unit, or a skeleton whose file cannot be read: no code that is described.
  bool is_partial = false;
  bool is_c = true;  ///< no namespaces or classes to look into
  int language = 0;  ///< DW_LANG_*
  bool is_cpp = false;
  Producer producer;
  std::string comp_dir;
  mutable std::unique_ptr<UnitScopes> scopes;
  mutable std::unique_ptr<UnitLines> lines;
  mutable std::unique_ptr<DeclaredLines> declared_lines;
  Unit();
  Unit(Unit&&) noexcept;
  ~Unit();
};

class DebugData : public std::enable_shared_from_this<DebugData> {
 public:
  static ct::Result<std::shared_ptr<DebugData>, LoadError> open(const std::string& path,
                                                                const DebugPlaces& places);
  ~DebugData();

  const ElfFile& object() const { return *object_; }
  /// The one with the full symbol table: the separate file keeps what strip took out of the object.
  const ElfFile& symbol_file() const { return debug_ && debug_->has_symtab() ? *debug_ : *object_; }
  const ElfFile* debug_file() const {
    return debug_ ? debug_.get() : has_dwarf() ? object_.get() : nullptr;
  }
  bool has_dwarf() const { return dwarf_ != nullptr; }
  const LoadError& dwarf_error() const { return dwarf_error_; }
  const std::vector<std::string>& notices() const { return notices_; }
  Dwarf* dwarf() const { return dwarf_; }
  Dwarf* alternate_dwarf() const { return alternate_dwarf_; }  ///< dwz, or null
  std::vector<std::string> files() const;

  const std::vector<Unit>& units() const { return units_; }
  /// See Module.
  const std::vector<std::string>& unread_split_files() const { return unread_; }
  std::string unread_split_file_at(uint64_t pc) const;
  /// The unit whose code contains pc, or null.
  const Unit* unit_at(uint64_t pc) const;
  const UnitScopes& scopes(const Unit& unit) const;
  const UnitLines& lines(const Unit& unit) const;
  DeclaredLines& declared_lines(const Unit& unit) const;
  const FunctionIndex& functions() const;
  const NameIndex& names() const;
  /// Function symbols sorted by address.
  const std::vector<FunctionSymbol>& symbols() const;
  const FunctionSymbol* symbol_at(uint64_t pc) const;  ///< the symbol whose code contains pc

  /// What gcc and clang moved away of a function, since it hardly ever runs, and called NAME.cold; null
  /// if there is no such part, or several functions have the name.
  const FunctionSymbol* cold_part(std::string_view name) const;

  /// The code of the function around pc (by DWARF, else by symbol); null if it cannot be decoded.
  const CodeFlow* code_flow(uint64_t pc) const;
  /// The same as a graph that knows which calls do not return, and not the ways in the middle of a coroutine.
  const FlowGraph* flow_graph(uint64_t pc) const;
  /// Does the call never come back? No for what is not known.
  bool never_returns(const Instruction& call) const;

  LocationLists& location_lists() const { return *location_lists_; }
  const LandingPads& landing_pads() const;
  const JumpSources& jump_sources() const;

  /// The number that tells a DIE from all others of the object, in whichever file it is (records.h), and the DIE of a number.
  uint64_t die_number(Dwarf_Die* die) const;
  std::optional<Dwarf_Die> die_at(uint64_t number) const;
  /// CFI rows for pc: .eh_frame of the object, else .debug_frame. Caller frees with free().
  Dwarf_Frame* frame_at(uint64_t pc) const;

 private:
  DebugData();
  void find_debug_info(const DebugPlaces& places);
  ct::Status use_dwarf_of(const ElfFile& file);
  void use_alternate(std::unique_ptr<ElfFile> file);
  void load_units();
  void add_unit(Dwarf_Die die, Dwarf_Die skeleton, bool is_partial);
  std::optional<Dwarf_Die> find_split_unit(Dwarf_Die* skeleton);
  void add_types_of(Dwarf* split_file);

  std::unique_ptr<ElfFile> object_, debug_, alternate_;
  Dwarf* dwarf_ = nullptr;
  Dwarf* alternate_dwarf_ = nullptr;
  LoadError dwarf_error_;
  std::vector<std::string> notices_;
  std::vector<std::string> looked_at_;  ///< where its debug information was looked for
  std::vector<Unit> units_;
  struct CodeRange {
    uint64_t lo, hi;
    size_t unit;
  };
  std::vector<CodeRange> unit_ranges_;
  std::vector<Dwarf*> dwarfs_;  ///< by the number of the file in die_number()
  std::unordered_map<Dwarf*, uint64_t> dwarf_numbers_;
  std::vector<std::string> unread_;
  std::vector<CodeRange> unread_ranges_;  ///< `unit` is an index into unread_
  mutable std::unique_ptr<FunctionIndex> functions_;
  mutable std::unique_ptr<NameIndex> names_;
  mutable std::optional<std::vector<FunctionSymbol>> symbols_;
  mutable std::unordered_map<std::string_view, const FunctionSymbol*> cold_parts_;  ///< by owner
  mutable std::map<uint64_t, std::unique_ptr<CodeFlow>> code_flows_;  ///< by function entry
  mutable std::unique_ptr<LandingPads> landing_pads_;
  mutable std::unique_ptr<JumpSources> jump_sources_;
  mutable std::map<const CodeFlow*, std::unique_ptr<FlowGraph>> flow_graphs_;
  mutable std::unique_ptr<NoReturnCalls> no_return_;
  std::unique_ptr<LocationLists> location_lists_;
  mutable Dwarf_CFI* eh_frame_ = nullptr;
  mutable bool eh_frame_tried_ = false;
};

using DebugDataPtr = std::shared_ptr<const DebugData>;

}  // namespace coretap::debug
