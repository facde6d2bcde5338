#include "dwarf/debug_data.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "dwarf/code_flow.h"
#include "dwarf/coroutines.h"
#include "dwarf/debug_files.h"
#include "dwarf/declared_lines.h"
#include "dwarf/die.h"
#include "dwarf/extent.h"
#include "dwarf/flow_graph.h"
#include "dwarf/functions.h"
#include "dwarf/jump_sources.h"
#include "dwarf/landing_pads.h"
#include "dwarf/lines.h"
#include "dwarf/location_list.h"
#include "dwarf/names.h"
#include "dwarf/no_return.h"
#include "dwarf/scopes.h"
#include "runtime/common/split_unit.h"

namespace coretap::debug {
namespace {

// Codes that came after DWARF 5 (dwarfstd.org, "DWARF Language names"); libdw's header has not got them yet.
constexpr int kLangCpp17 = 0x2a, kLangCpp20 = 0x2b, kLangC17 = 0x2c;

/// Reads DW_AT_producer. gcc records its version and options (-grecord-gcc-switches, the default):
/// "GNU C17 12.2.0 -O2 -g", of which the last -O counts. clang records nothing of the kind.
Producer read_producer(Dwarf_Die* unit) {
  constexpr int kFirstWithFrontiers = 8;
  Producer producer;
  const char* text = die_text(unit, DW_AT_producer);
  if (!text) return producer;
  producer.clang = strstr(text, "clang") != nullptr;
  producer.gcc = !producer.clang && strncmp(text, "GNU ", 4) == 0;
  for (const char* flag = text; (flag = strstr(flag, " -O")); flag += 3)
    producer.optimized = flag[3] != '0';
  const char* version = strchr(producer.gcc ? text + 4 : text, ' ');
  producer.statement_markers = producer.gcc && producer.optimized && version &&
                               atoi(version) >= kFirstWithFrontiers &&
                               !strstr(text, "-gno-statement-frontiers");
  return producer;
}

bool is_c_language(Dwarf_Die* unit) {
  switch (dwarf_srclang(unit)) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case kLangC17:
    case DW_LANG_Mips_Assembler: return true;
    default: return false;
  }
}

}  // namespace

bool is_cpp_language(Dwarf_Die* unit) {
  switch (dwarf_srclang(unit)) {
    case DW_LANG_C_plus_plus:
    case DW_LANG_C_plus_plus_03:
    case DW_LANG_C_plus_plus_11:
    case DW_LANG_C_plus_plus_14:
    case kLangCpp17:
    case kLangCpp20: return true;
    default: return false;
  }
}

Unit::Unit() = default;
Unit::Unit(Unit&&) noexcept = default;
Unit::~Unit() = default;

ct::Result<std::shared_ptr<DebugData>, LoadError> DebugData::open(const std::string& path,
                                                                  const DebugPlaces& places) {
  auto object = ElfFile::open(path);
  if (!object) return object.failure();
  std::shared_ptr<DebugData> data(new DebugData);
  data->object_ = *std::move(object);
  if (!places.object_path.empty()) data->object_->set_path(places.object_path);
  data->find_debug_info(places);
  if (data->dwarf_) data->load_units();
  return data;
}

DebugData::DebugData() : location_lists_(std::make_unique<LocationLists>()) {}

DebugData::~DebugData() {
  if (eh_frame_) dwarf_cfi_end(eh_frame_);
  if (dwarf_) dwarf_end(dwarf_);
  if (alternate_dwarf_) dwarf_end(alternate_dwarf_);
}

std::vector<std::string> DebugData::files() const {
  std::vector<std::string> files{object_->path()};
  files.insert(files.end(), looked_at_.begin(), looked_at_.end());
  return files;
}

void DebugData::find_debug_info(const DebugPlaces& places) {
  DebugFiles files(places);
  if (object_->has_debug_info()) {
    if (ct::Status used = use_dwarf_of(*object_); !used)
      dwarf_error_ = {
          LoadError::Corrupt,
          "the debug information in '" + object_->path() + "' is damaged: " + used.text(),
          {object_->path()},
          {}};
  } else {
    debug_ = files.find(*object_, [this](const ElfFile& file) { return use_dwarf_of(file); });
    if (!debug_) {
      dwarf_error_ = files.error();
      dwarf_error_.message = "'" + object_->path() + "' has no debug information";
      if (!dwarf_error_.tried.empty()) {
        dwarf_error_.message += ", and no separate file with it was found; looked for";
        for (const std::string& path : dwarf_error_.tried)
          dwarf_error_.message += " '" + path + "'";
      }
    }
  }
  std::unique_ptr<ElfFile> alternate;
  if (dwarf_) alternate = files.find_alternate(dwarf_, debug_ ? *debug_ : *object_);
  notices_ = files.notices();
  looked_at_ = files.looked_at();
  use_alternate(std::move(alternate));
}

ct::Status DebugData::use_dwarf_of(const ElfFile& file) {
  auto dwarf = ct::begin_dwarf(file.elf());
  if (!dwarf) return dwarf.failure();
  dwarf_ = *dwarf;
  return {};
}

void DebugData::use_alternate(std::unique_ptr<ElfFile> file) {
  if (!file) return;
  auto dwarf = ct::begin_dwarf(file->elf());
  if (!dwarf) {
    notices_.push_back("the debug information in '" + file->path() +
                       "' is damaged: " + dwarf.failure().text());
    return;
  }
  alternate_dwarf_ = *dwarf;
  dwarf_setalt(dwarf_, alternate_dwarf_);
  alternate_ = std::move(file);
}

void DebugData::load_units() {
  dwarfs_.push_back(dwarf_);
  if (alternate_dwarf_) dwarfs_.push_back(alternate_dwarf_);
  for (size_t i = 0; i < dwarfs_.size(); i++) dwarf_numbers_.emplace(dwarfs_[i], i);
  Dwarf_CU* cu = nullptr;
  Dwarf_Die die;
  Dwarf_Half version;
  uint8_t type;
  while (dwarf_get_units(dwarf_, cu, &cu, &version, &type, &die, nullptr) == 0) {
    if (!ct::split_name(&die)) {
      add_unit(die, die, dwarf_tag(&die) != DW_TAG_compile_unit);
      continue;
    }
    const std::optional<Dwarf_Die> split = find_split_unit(&die);
    add_unit(split.value_or(die), die, !split);
  }
  std::stable_sort(unit_ranges_.begin(), unit_ranges_.end(),
                   [](const CodeRange& a, const CodeRange& b) { return a.lo < b.lo; });
}

void DebugData::add_unit(Dwarf_Die die, Dwarf_Die skeleton, bool is_partial) {
  Unit unit;
  unit.die = die;
  unit.skeleton = skeleton;
  unit.is_partial = is_partial;
  unit.is_c = is_c_language(&die);
  unit.language = dwarf_srclang(&die);
  unit.is_cpp = is_cpp_language(&die);
  unit.producer = read_producer(&die);
  if (const char* directory = die_text(&die, DW_AT_comp_dir)) unit.comp_dir = directory;
  size_t index = units_.size();
  if (!unit.is_partial)
    for_each_range(&skeleton, [&](uint64_t lo, uint64_t hi) {
      if (object_->file_offset(lo)) unit_ranges_.push_back({lo, hi, index});
    });
  units_.push_back(std::move(unit));
}

/// The unit that a skeleton stands for; nothing, and a note of the file, if it cannot be read.
std::optional<Dwarf_Die> DebugData::find_split_unit(Dwarf_Die* skeleton) {
  const std::string& own_file = debug_file()->path();
  for (std::string& path : ct::split_paths(skeleton, own_file))
    looked_at_.push_back(std::move(path));
  ct::Result<Dwarf_Die> split = ct::split_unit(skeleton, own_file);
  if (split) {
    Dwarf* file = dwarf_cu_getdwarf(split->cu);
    if (dwarf_numbers_.try_emplace(file, dwarfs_.size()).second) {
      dwarfs_.push_back(file);
      add_types_of(file);
    }
    return *split;
  }
  const std::string& text = split.failure().text();
  const auto known = std::find(unread_.begin(), unread_.end(), text);
  const auto index = static_cast<size_t>(known - unread_.begin());
  if (known == unread_.end()) unread_.push_back(text);
  for_each_range(skeleton, [&](uint64_t lo, uint64_t hi) {
    unread_ranges_.push_back({lo, hi, index});
  });
  return std::nullopt;
}

/// Types that are units of their own (-fdebug-types-section).
void DebugData::add_types_of(Dwarf* split_file) {
  Dwarf_CU* cu = nullptr;
  Dwarf_Die die;
  Dwarf_Half version;
  uint8_t type;
  while (dwarf_get_units(split_file, cu, &cu, &version, &type, &die, nullptr) == 0)
    if (dwarf_tag(&die) == DW_TAG_type_unit) add_unit(die, die, true);
}

std::string DebugData::unread_split_file_at(uint64_t pc) const {
  for (const CodeRange& range : unread_ranges_)
    if (range.lo <= pc && pc < range.hi) return unread_[range.unit];
  return "";
}

const Unit* DebugData::unit_at(uint64_t pc) const {
  auto after = std::upper_bound(unit_ranges_.begin(), unit_ranges_.end(), pc,
                                [](uint64_t value, const CodeRange& r) { return value < r.lo; });
  // Ranges of units do not overlap, but a few neighbours are looked at for producers that lie.
  for (int steps = 0; after != unit_ranges_.begin() && steps < 4; steps++) {
    --after;
    if (pc < after->hi) return &units_[after->unit];
  }
  return nullptr;
}

const UnitScopes& DebugData::scopes(const Unit& unit) const {
  if (!unit.scopes) unit.scopes = std::make_unique<UnitScopes>(*object_, unit);
  return *unit.scopes;
}

const UnitLines& DebugData::lines(const Unit& unit) const {
  if (!unit.lines) unit.lines = std::make_unique<UnitLines>(read_lines(*this, unit));
  return *unit.lines;
}

DeclaredLines& DebugData::declared_lines(const Unit& unit) const {
  if (!unit.declared_lines) unit.declared_lines = std::make_unique<DeclaredLines>(scopes(unit));
  return *unit.declared_lines;
}

const FunctionIndex& DebugData::functions() const {
  if (!functions_) functions_ = std::make_unique<FunctionIndex>(*this);
  return *functions_;
}

const NameIndex& DebugData::names() const {
  if (!names_) names_ = std::make_unique<NameIndex>(*this);
  return *names_;
}

const std::vector<FunctionSymbol>& DebugData::symbols() const {
  if (symbols_) return *symbols_;
  symbols_ = symbol_file().function_symbols();
  std::stable_sort(
      symbols_->begin(), symbols_->end(),
      [](const FunctionSymbol& a, const FunctionSymbol& b) { return a.address < b.address; });
  for (const FunctionSymbol& symbol : *symbols_) {
    size_t cold = symbol.name.find(".cold");
    if (cold == std::string_view::npos || symbol.size == 0) continue;
    auto [known, is_new] = cold_parts_.try_emplace(symbol.name.substr(0, cold), &symbol);
    if (!is_new) known->second = nullptr;
  }
  return *symbols_;
}

const FunctionSymbol* DebugData::cold_part(std::string_view name) const {
  symbols();
  auto found = cold_parts_.find(name);
  return found == cold_parts_.end() ? nullptr : found->second;
}

const CodeFlow* DebugData::code_flow(uint64_t pc) const {
  Extent extent = find_extent(*this, pc);
  if (extent.ranges.empty() || extent.source == Extent::Nearby) return nullptr;
  auto [cached, is_new] = code_flows_.try_emplace(extent.entry);
  if (is_new) cached->second = CodeFlow::decode(*object_, extent.ranges, extent.entry);
  return cached->second.get();
}

const FlowGraph* DebugData::flow_graph(uint64_t pc) const {
  const CodeFlow* code = code_flow(pc);
  if (!code) return nullptr;
  std::unique_ptr<FlowGraph>& graph = flow_graphs_[code];
  if (!graph)
    graph = std::make_unique<FlowGraph>(
        *code, [this](const Instruction& call) { return never_returns(call); },
        find_resumptions(*this, *code));
  return graph.get();
}

bool DebugData::never_returns(const Instruction& call) const {
  if (!no_return_) no_return_ = std::make_unique<NoReturnCalls>(*this);
  return no_return_->never_returns(call);
}

const FunctionSymbol* DebugData::symbol_at(uint64_t pc) const {
  const auto& sorted = symbols();
  auto after = std::upper_bound(
      sorted.begin(), sorted.end(), pc,
      [](uint64_t value, const FunctionSymbol& symbol) { return value < symbol.address; });
  if (after == sorted.begin()) return nullptr;
  const FunctionSymbol& symbol = *std::prev(after);
  return pc - symbol.address < std::max<uint64_t>(symbol.size, 1) ? &symbol : nullptr;
}

const LandingPads& DebugData::landing_pads() const {
  if (!landing_pads_) landing_pads_ = std::make_unique<LandingPads>(*object_);
  return *landing_pads_;
}

const JumpSources& DebugData::jump_sources() const {
  if (!jump_sources_) jump_sources_ = std::make_unique<JumpSources>(*object_);
  return *jump_sources_;
}

uint64_t DebugData::die_number(Dwarf_Die* die) const {
  const auto file = dwarf_numbers_.find(dwarf_cu_getdwarf(die->cu));
  const uint64_t number = file == dwarf_numbers_.end() ? 0 : file->second;
  return number << kDieOffsetBits | dwarf_dieoffset(die);
}

std::optional<Dwarf_Die> DebugData::die_at(uint64_t number) const {
  Dwarf_Die die;
  const uint64_t file = number >> kDieOffsetBits;
  if (file >= dwarfs_.size() || !dwarf_offdie(dwarfs_[file], offset_in_file(number), &die))
    return std::nullopt;
  return die;
}

Dwarf_Frame* DebugData::frame_at(uint64_t pc) const {
  if (!eh_frame_tried_) {
    eh_frame_tried_ = true;
    eh_frame_ = dwarf_getcfi_elf(object_->elf());
  }
  Dwarf_Frame* frame = nullptr;
  if (eh_frame_ && dwarf_cfi_addrframe(eh_frame_, pc, &frame) == 0) return frame;
  Dwarf_CFI* debug_frame = dwarf_ ? dwarf_getcfi(dwarf_) : nullptr;
  if (debug_frame && dwarf_cfi_addrframe(debug_frame, pc, &frame) == 0) return frame;
  return nullptr;
}

}  // namespace coretap::debug
