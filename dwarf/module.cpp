#include "dwarf/module.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "dwarf/caller_frames.h"
#include "dwarf/calls.h"
#include "dwarf/code_flow.h"
#include "dwarf/coroutines.h"
#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/extent.h"
#include "dwarf/functions.h"
#include "dwarf/labels.h"
#include "dwarf/lines.h"
#include "dwarf/load_mark.h"
#include "dwarf/location_compile.h"
#include "dwarf/names.h"
#include "dwarf/scopes.h"
#include "dwarf/types_dwarf.h"
#include "runtime/shared/code_hash.h"

namespace coretap::debug {
namespace {

/// Module over DebugData: each method hands on to the file that knows.
class DwarfModule : public Module {
 public:
  explicit DwarfModule(DebugDataPtr data) : data_(std::move(data)) {
    if (const ElfFile* file = data_->debug_file()) debug_path_ = file->path();
  }

  const std::string& path() const override { return data_->object().path(); }
  const std::string& debug_path() const override { return debug_path_; }
  std::string build_id() const override { return data_->object().build_id(); }
  bool has_dwarf() const override { return data_->has_dwarf(); }
  const std::vector<std::string>& unread_split_files() const override {
    return data_->unread_split_files();
  }
  std::string unread_split_file_at(uint64_t pc) const override {
    return data_->unread_split_file_at(pc);
  }
  ct::Result<LoadMark> load_mark() const override { return read_load_mark(data_->object()); }
  uint16_t machine() const override { return data_->object().machine(); }
  bool has_fixed_addresses() const override { return data_->object().has_fixed_addresses(); }
  const LoadError& dwarf_error() const override { return data_->dwarf_error(); }
  const std::vector<std::string>& notices() const override { return data_->notices(); }
  std::vector<std::string> files() const override { return data_->files(); }

  std::vector<Function> functions(const std::string& name_glob, const std::string& file_glob,
                                  bool inlines) const override {
    return find_functions(*data_, name_glob, file_glob, inlines);
  }
  std::vector<LineSite> line_sites(const std::string& function_glob, const std::string& file_glob,
                                   uint32_t first, uint32_t last, bool relative,
                                   bool nearest) const override {
    return find_line_sites(*data_, {function_glob, file_glob, first, last, relative, nearest});
  }
  LineStory line_story(const std::string& function_glob, const std::string& file_glob,
                       uint32_t first, uint32_t last) const override {
    return find_line_story(*data_, {function_glob, file_glob, first, last});
  }
  std::vector<SourceLine> code_lines(const std::string& file_glob) const override {
    return find_code_lines(*data_, file_glob);
  }
  ParameterTypes parameters(const Function& function) const override {
    if (function.die_offset != 0)
      if (std::optional<Dwarf_Die> die = data_->die_at(function.die_offset))
        return parameters_of(*data_, *die);
    ParameterTypes types;
    if (const FunctionSymbol* symbol = data_->symbol_at(function.entry_pc))
      types.demangled = demangled_parameters(std::string(symbol->name));
    return types;
  }
  std::vector<Label> labels(const Function& function) const override {
    return find_labels(*data_, function);
  }
  std::vector<Call> calls(const Function& caller) const override {
    return find_calls(*data_, caller);
  }
  ct::Result<std::vector<LocExprPtr>> return_slots(
      uint64_t pc, const std::vector<uint64_t>& callers) const override {
    return find_return_slots(*data_, pc, callers);
  }
  std::optional<SourceLine> line_at(uint64_t pc) const override { return find_line_at(*data_, pc); }
  /// The last answer is kept: what makes a probe of an address asks for its function again and again.
  std::optional<Function> function_at(uint64_t pc, bool innermost_inline) const override {
    FunctionAt& last = innermost_inline ? last_innermost_ : last_real_;
    if (!last.is_known || last.pc != pc)
      last = {true, pc, find_function_at(*data_, pc, innermost_inline)};
    return last.function;
  }
  std::optional<uint64_t> file_offset(uint64_t pc) const override {
    return data_->object().file_offset(pc);
  }
  const FunctionCode& code_at(uint64_t pc) const override {
    const ElfFile& object = data_->object();
    Extent extent = find_extent(*data_, pc);
    auto [cached, is_new] = codes_.try_emplace(extent.entry);
    FunctionCode& code = cached->second;
    if (!is_new) return code;
    ct::CodeHash hash;
    for (auto [lo, hi] : extent.ranges) {
      std::string_view bytes = object.code_bytes(lo, hi - lo);
      std::optional<uint64_t> offset = object.file_offset(lo);
      if (!offset || bytes.empty()) continue;
      hash.add(bytes.data(), bytes.size());
      code.ranges.emplace_back(*offset, bytes.size());
    }
    code.hash = hash.value();
    std::optional<Function> function = function_at(pc, false);
    if (function) code.name = function->name;
    return code;
  }
  const FunctionExits& exits(uint64_t entry) const override {
    auto [cached, is_new] = exits_.try_emplace(entry);
    if (is_new) cached->second = find_exits(*data_, entry);
    return cached->second;
  }
  const StackUse& stack_use() const override {
    if (!stack_use_) stack_use_ = find_stack_use(*data_);
    return *stack_use_;
  }
  uint64_t layout() const override { return data_->object().layout(); }
  std::vector<DataSymbol> data_symbols(const std::string& name) const override {
    return data_->symbol_file().data_symbols(name);
  }
  std::optional<uint64_t> entry() const override { return data_->object().entry(); }
  const UsdtMarks& marks() const override {
    if (!marks_) marks_ = read_usdt_marks(data_->object());
    return *marks_;
  }
  const std::vector<PltEntry>& plt() const override {
    if (!plt_) plt_ = read_plt(data_->object());
    return *plt_;
  }
  const KernelImage& kernel_image() const override {
    if (!kernel_image_) kernel_image_ = read_kernel_image(data_->object());
    return *kernel_image_;
  }
  std::optional<CodeSymbol> symbol_at(uint64_t pc) const override {
    const FunctionSymbol* symbol = data_->symbol_at(pc);
    if (!symbol) return std::nullopt;
    const auto same_name = [&](const FunctionSymbol& each) {
      return each.name == symbol->name && each.address != symbol->address;
    };
    const std::vector<FunctionSymbol>& all = data_->symbols();
    return CodeSymbol{std::string(symbol->name), symbol->address,
                      std::none_of(all.begin(), all.end(), same_name)};
  }
  std::string section_at(uint64_t pc) const override { return data_->object().section_at(pc); }
  std::optional<uint64_t> data_offset(uint64_t address) const override {
    return data_->object().data_offset(address);
  }
  bool is_code(uint64_t pc) const override {
    if (!data_->object().file_offset(pc)) return false;
    const CodeFlow* flow = data_->code_flow(pc);
    return !flow || flow->is_instruction(pc);
  }

  std::vector<AssemblyLine> assembly(uint64_t pc, size_t around) const override {
    const CodeFlow* flow = data_->code_flow(pc);
    const std::optional<size_t> index = flow ? flow->index_of(pc) : std::nullopt;
    std::vector<AssemblyLine> lines;
    if (!index) return lines;
    const InstructionSet& set = *InstructionSet::of(machine());
    const std::vector<Instruction>& all = flow->instructions();
    for (size_t i = *index - std::min(around, *index); i < all.size() && i <= *index + around;
         i++) {
      const std::string_view bytes = data_->object().code_bytes(all[i].address, all[i].length);
      lines.push_back({all[i].address, std::string(bytes), set.text(bytes, all[i].address)});
    }
    return lines;
  }

  std::vector<Variable> variables_at(uint64_t pc, bool globals, uint64_t scope) const override {
    return find_variables(*data_, pc, globals, scope);
  }
  std::optional<Variable> global_variable(const std::string& name) const override {
    if (!data_->has_dwarf()) return std::nullopt;
    auto die = data_->names().global(name);
    if (!die && place_of_symbol(*data_, name)) die = data_->names().declared(name);
    if (!die) return std::nullopt;
    return make_variable(*data_, &*die, true);
  }
  std::optional<Variable> variable_of_unit(const std::string& name,
                                           const std::string& file_glob) const override {
    auto die = find_variable_of_unit(*data_, name, file_glob);
    if (!die) return std::nullopt;
    return make_variable(*data_, &*die, true);
  }
  VarLocation location_at(const Variable& variable, CodePoint point) const override {
    auto die = data_->die_at(variable.die_offset);
    if (!die) return unavailable("it is not in the debug information of this object");
    if (is_in_freed_frame(*data_, variable, point.pc))
      return unavailable(
          "a coroutine may have freed it where it returns; @entry(…) has the value of before");
    return compile_location(*data_, *die, point);
  }
  LocationEvidence evidence(const Variable& variable, CodePoint point) const override {
    return find_evidence(*data_, variable, point);
  }
  std::vector<ScopedVariable> variables_called(const std::string& name,
                                               uint64_t pc) const override {
    return find_variables_called(*data_, name, pc);
  }
  TypePtr return_type(uint64_t pc) const override {
    const Unit* unit = data_->unit_at(pc);
    if (!unit || (unit->is_cpp && is_part_of_coroutine(*data_, pc))) return nullptr;
    const UnitScopes& scopes = data_->scopes(*unit);
    int function = scopes.real_function_of(scopes.innermost(pc));
    if (function < 0) return nullptr;
    Dwarf_Die die = scopes.at(function).die;
    return type_of(*data_, &die);
  }
  LocExprPtr cfa_at(uint64_t pc) const override { return compile_cfa(*data_, pc); }
  VarLocation return_location(uint64_t pc) const override {
    return compile_return_location(*data_, return_type(pc).get(), pc);
  }
  TypePtr type_named(const std::string& name) const override {
    if (!data_->has_dwarf()) return nullptr;
    auto die = data_->names().type(name);
    return die ? make_type(*data_, *die) : nullptr;
  }
  std::optional<int64_t> enumerator(const std::string& name) const override {
    if (!data_->has_dwarf()) return std::nullopt;
    for (const Dwarf_Die& die : data_->names().enums())
      for (const auto& [each, value] : make_type(*data_, die)->enumerators())
        if (each == name) return value;
    return std::nullopt;
  }

 private:
  struct FunctionAt {
    bool is_known = false;
    uint64_t pc = 0;
    std::optional<Function> function;
  };

  DebugDataPtr data_;
  mutable FunctionAt last_real_, last_innermost_;
  mutable std::map<uint64_t, FunctionExits> exits_;  ///< by entry
  mutable std::optional<StackUse> stack_use_;
  mutable std::optional<KernelImage> kernel_image_;
  mutable std::optional<UsdtMarks> marks_;
  mutable std::optional<std::vector<PltEntry>> plt_;
  mutable std::map<uint64_t, FunctionCode> codes_;  ///< by where the function begins
  std::string debug_path_;
};

}  // namespace

ct::Result<std::shared_ptr<Module>, LoadError> Module::open(const std::string& path,
                                                            const DebugPlaces& places) {
  auto data = DebugData::open(path, places);
  if (!data) return data.failure();
  return std::make_shared<DwarfModule>(*std::move(data));
}

}  // namespace coretap::debug
