// What counts as a function, and under which name:
//
// - A DW_TAG_subprogram with code is a function; its name is the one it was declared with, with the
//   namespaces and classes around that declaration. Walking up is not possible in libdw, so the
//   index notes the scope of each declaration on its one way down.
// - gcc's clones foo.constprop.0 and foo.isra.0 are whole functions and are called foo in DWARF; so
//   they are here. foo.part.0 is only the unlikely rest of foo, whose head was inlined into the
//   callers: entering it is not entering foo, so it goes by its symbol's name. foo.cold is a piece
//   of foo's own range and no function at all.
// - A symbol at the entry of a function that DWARF calls otherwise is an alias (libc's malloc is
//   __libc_malloc in DWARF); asking for the alias gives the function under the alias' name, with
//   all its debug information.
// - An indirect function's (STT_GNU_IFUNC) symbol is its resolver, which the dynamic linker runs once.
//   What is meant by its name are the implementations among which the resolver chooses: they are
//   the functions whose addresses are written in the resolver's code. libc's strlen is one.
// - An inlined copy is a DW_TAG_inlined_subroutine; it is found by the abstract instance that it
//   refers to, in whatever unit (LTO and dwz separate the two).
#include "dwarf/functions.h"

#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <unordered_set>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/demangle.h"
#include "dwarf/die.h"
#include "dwarf/inlined_copies.h"
#include "dwarf/lines.h"
#include "dwarf/prologue.h"
#include "dwarf/scopes.h"
#include "runtime/common/words.h"

namespace coretap::debug {
namespace {

/// Has fnmatch(3) to look at it? A backslash quotes.
bool is_glob(const std::string& text) {
  return ct::has_wildcard(text) || text.find('\\') != std::string::npos;
}

const char* linkage_of(Dwarf_Die* die) {
  const char* name = die_text(die, DW_AT_linkage_name);
  return name ? name : die_text(die, DW_AT_MIPS_linkage_name);
}

/// ".cold", ".part": pieces of a function that the compiler gave a symbol of their own.
bool is_piece(std::string_view symbol, const char* kind) {
  size_t dot = symbol.find(kind);
  return dot != std::string_view::npos && dot > 0;
}

/// By the mangled name, or by any number of the last parts of the full one: f, C::f and ns::C::f, as in stap.
bool name_matches(const NameQuery& query, const char* base, const std::string& scope,
                  const char* linkage) {
  const std::string& glob = query.glob;
  if (query.is_bare) {
    if (!strchr(base, '<') && scope.find('<') == std::string::npos) return false;
    const std::string bare = without_template_arguments(base);
    return name_matches(NameQuery{glob}, bare.c_str(), without_template_arguments(scope), nullptr);
  }
  if (glob_matches(glob, base) || (linkage && glob_matches(glob, linkage))) return true;
  if (scope.empty()) return false;
  const std::string full = scope + base;
  if (glob_matches(glob, full.c_str())) return true;
  for (size_t at = 0; (at = scope.find("::", at)) != std::string::npos;) {
    at += 2;
    if (at < scope.size() && glob_matches(glob, full.c_str() + at)) return true;
  }
  return false;
}

/// Functions of one query, sorted by address; of functions that are no copies one per address.
class FunctionSet {
 public:
  /// One without a name, as damaged debug information has them, cannot be asked for. Its symbol may have one.
  void add(Function function) {
    if (!function.name.empty()) functions_.try_emplace(function.entry_pc, std::move(function));
  }
  bool has(uint64_t address) const { return functions_.count(address) != 0; }
  /// Several copies may begin at one address, and each is a call. `real`: the function that the copy is in, its DIE. If two of
  /// them are the same code, as the linker makes it of equal functions, only one has copies.
  void add_copy(Function copy, uint64_t real) {
    if (copy.name.empty()) return;
    auto [place, is_new] = copies_.try_emplace(copy.entry_pc, Copies{real, {}});
    if (place->second.real == real) place->second.copies.push_back(std::move(copy));
  }
  std::vector<Function> take() {
    std::vector<Function> out;
    auto copies = copies_.begin();
    auto take_copies = [&](uint64_t end) {
      for (; copies != copies_.end() && copies->first < end; ++copies)
        for (Function& copy : copies->second.copies) out.push_back(std::move(copy));
    };
    for (auto& [address, function] : functions_) {
      take_copies(address);
      out.push_back(std::move(function));
    }
    take_copies(UINT64_MAX);
    return out;
  }

 private:
  struct Copies {
    uint64_t real;
    std::vector<Function> copies;
  };
  std::map<uint64_t, Function> functions_;
  std::map<uint64_t, Copies> copies_;
};

/// The symbol of each address that names a ".part" piece.
std::unordered_map<uint64_t, std::string_view> part_symbols(const DebugData& data) {
  std::unordered_map<uint64_t, std::string_view> parts;
  for (const FunctionSymbol& symbol : data.symbols())
    if (is_piece(symbol.name, ".part.")) parts.emplace(symbol.address, symbol.name);
  return parts;
}

void add_from_dwarf(const DebugData& data, const NameQuery& name, const std::string& file_glob,
                    FunctionSet& found) {
  std::optional<std::unordered_map<uint64_t, std::string_view>> parts;
  for (const FunctionRecord& record : data.functions().with_code()) {
    if (!name_matches(name, record.base_name, record.scope, record.linkage)) continue;
    if (!data.object().file_offset(record.entry)) continue;  // discarded by the linker
    if (!parts) parts = part_symbols(data);
    if (parts->count(record.entry)) continue;
    const FunctionSymbol* symbol = data.symbol_at(record.entry);
    if (symbol && symbol->is_ifunc && !glob_matches(name.glob, record.base_name)) continue;
    Function function = describe_function(data, *record.unit, nullptr, -1, record.die);
    if (file_matches(file_glob, function.decl.file)) found.add(std::move(function));
  }
}

/// A function known by a symbol; with everything that DWARF has about its address.
Function describe_symbol(const DebugData& data, const FunctionSymbol& symbol) {
  Function function;
  const FunctionRecord* record =
      data.has_dwarf() ? data.functions().at_entry(symbol.address) : nullptr;
  if (record) {
    function = describe_function(data, *record->unit, nullptr, -1, record->die);
  } else {
    function.from_symbol_table = true;
    function.prologue_end = symbol.address;
  }
  function.linkage_name = std::string(symbol.name);
  function.name = demangled_name(function.linkage_name);
  function.entry_pc = symbol.address;
  function.is_external = symbol.is_global;
  return function;
}

/// The functions that the resolver of an indirect function can choose, under the latter's name.
std::vector<Function> implementations(const DebugData& data, const FunctionSymbol& resolver) {
  std::vector<Function> found;
  const CodeFlow* flow = data.code_flow(resolver.address);
  if (!flow) return found;
  for (uint64_t address : flow->mentioned_addresses()) {
    const FunctionSymbol* target = data.symbol_at(address);
    if (!target || target->address != address || target->is_ifunc) continue;
    found.push_back(describe_symbol(data, *target));
    found.back().name = std::string(resolver.name);
  }
  return found;
}

}  // namespace

bool leads_away(const DebugData& data, uint64_t thunk) {
  const CodeFlow* code = data.code_flow(thunk);
  if (!code) return true;
  return std::any_of(
      code->instructions().begin(), code->instructions().end(), [&](const Instruction& one) {
        return one.flow == Instruction::Flow::Jump && !code->is_instruction(one.target);
      });
}

namespace {

void add_from_symbols(const DebugData& data, const NameQuery& query, const std::string& file_glob,
                      FunctionSet& found) {
  const bool wants_pieces = query.glob.find(".cold") != std::string::npos;
  for (const FunctionSymbol& symbol : data.symbols()) {
    if (found.has(symbol.address)) continue;
    std::string linkage(symbol.name);
    bool matches = !query.is_bare && glob_matches(query.glob, linkage.c_str());
    if (!matches && linkage.starts_with("_Z")) {
      const std::string name = demangled_name(linkage);
      const size_t last = begin_of_last_part(name);
      matches = name_matches(query, name.c_str() + last, name.substr(0, last), nullptr);
      // "non-virtual thunk to C::f": the call goes on in C::f, which has a probe of its own.
      if (matches && name.find(" thunk to ") != std::string::npos)
        matches = !leads_away(data, symbol.address);
    }
    if (!matches || (is_piece(symbol.name, ".cold") && !wants_pieces)) continue;
    if (!data.object().file_offset(symbol.address)) continue;
    std::vector<Function> functions;
    if (symbol.is_ifunc)
      functions = implementations(data, symbol);
    else
      functions.push_back(describe_symbol(data, symbol));
    for (Function& function : functions)
      if (file_matches(file_glob, function.decl.file)) found.add(std::move(function));
  }
}

void add_inlined(const DebugData& data, const NameQuery& name, const std::string& file_glob,
                 FunctionSet& found) {
  std::unordered_set<const void*> wanted;
  for (const FunctionRecord& record : data.functions().abstract())
    if (name_matches(name, record.base_name, record.scope, record.linkage))
      wanted.insert(die_origin(record.die).addr);
  if (wanted.empty()) return;
  for (const Unit& unit : data.units()) {
    if (unit.is_partial) continue;
    const UnitScopes& scopes = data.scopes(unit);
    CopyEntries entries(data, unit);
    for (size_t i = 0; i < scopes.all().size(); i++) {
      const Scope& scope = scopes.all()[i];
      if (!scope.is_inlined() || !wanted.count(die_origin(scope.die).addr)) continue;
      const int index = static_cast<int>(i), real = scopes.real_function_of(index);
      Function function = describe_function(data, unit, &scopes, index, scope.die);
      if (!file_matches(file_glob, function.decl.file)) continue;
      Dwarf_Die real_die = real < 0 ? scope.die : scopes.at(real).die;
      for (const CodePoint& entry : entries.of(index)) {
        function.entry_pc = function.prologue_end = entry.pc;
        function.entry_view = entry.view;
        found.add_copy(function, data.die_number(&real_die));
      }
    }
  }
}

}  // namespace

bool glob_matches(const std::string& glob, const char* text) {
  if (glob.empty() || glob == "*") return true;
  return is_glob(glob) ? fnmatch(glob.c_str(), text, 0) == 0 : glob == text;
}

bool file_matches(const std::string& glob, const std::string& path) {
  if (glob.empty() || glob == "*") return true;
  if (glob_matches(glob, path.c_str())) return true;
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (glob_matches(glob, path.c_str() + slash + 1)) return true;
  return false;
}

std::string absolute_source_path(const char* path, const std::string& comp_dir) {
  std::string full(path);
  // A relative comp_dir (-fdebug-prefix-map) is already part of the path.
  if (!full.starts_with('/') && comp_dir.starts_with('/')) full.insert(0, comp_dir + "/");
  // Most paths are in their normal form, and it is cheap to see that.
  const bool is_normal = !full.starts_with('.') && full.find("/.") == std::string::npos &&
                         full.find("//") == std::string::npos;
  return is_normal ? full : std::filesystem::path(full).lexically_normal().string();
}

std::string declaration_file(Dwarf_Die die) {
  // Not dwarf_decl_file: it refuses file 0, which is a real file in DWARF 5 (clang uses it).
  Dwarf_Attribute attr;
  for (int hops = 0; hops < 16 && !dwarf_attr(&die, DW_AT_decl_file, &attr); hops++) {
    auto next = die_ref(&die, DW_AT_abstract_origin);
    if (!next) next = die_ref(&die, DW_AT_specification);
    if (!next) return "";
    die = *next;
  }
  Dwarf_Word index = 0;
  Dwarf_Die unit;
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  if (!dwarf_attr(&die, DW_AT_decl_file, &attr) || dwarf_formudata(&attr, &index) != 0 ||
      !dwarf_diecu(&die, &unit, nullptr, nullptr) ||
      dwarf_getsrcfiles(&unit, &files, &count) != 0 || index >= count)
    return "";
  const char* path = dwarf_filesrc(files, index, nullptr, nullptr);
  if (!path || !strcmp(path, "???")) return "";  // libdw's name of file 0 before DWARF 5
  const char* directory = die_text(&unit, DW_AT_comp_dir);
  return absolute_source_path(path, directory ? directory : "");
}

FunctionIndex::FunctionIndex(const DebugData& data) {
  for (const Unit& unit : data.units()) {
    Dwarf_Die root = unit.die;
    walk(unit, &root, "", 0);
  }
  for (std::vector<FunctionRecord>* list : {&with_code_, &abstract_})
    for (FunctionRecord& record : *list) record.scope = scope_of(&record.die);
  for (size_t i = 0; i < with_code_.size(); i++) by_entry_.try_emplace(with_code_[i].entry, i);
}

void FunctionIndex::walk(const Unit& unit, Dwarf_Die* parent, const std::string& scope, int depth) {
  if (depth > kMaxDieDepth) return;
  for_each_child(parent, [&](Dwarf_Die* die) {
    switch (dwarf_tag(die)) {
      case DW_TAG_namespace: {
        const char* name = die_given_name(die);
        walk(unit, die, scope + (name ? name : "(anonymous namespace)") + "::", depth + 1);
        return true;
      }
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
      case DW_TAG_module: {
        const char* name = unit.is_c ? nullptr : die_given_name(die);
        if (name)
          walk(unit, die, scope + name + "::", depth + 1);
        else if (unit.is_cpp)
          walk(unit, die, scope, depth + 1);  // of a lambda
        return true;
      }
      case DW_TAG_lexical_block:
        if (unit.is_cpp) walk(unit, die, scope, depth + 1);
        return true;
      case DW_TAG_subprogram:
        // Local classes have member functions, lambdas their operator().
        if (unit.is_cpp) walk(unit, die, "", depth + 1);
        break;
      default: return true;
    }
    if (!scope.empty()) scope_by_die_.emplace(die->addr, scope);
    FunctionRecord record{*die, &unit, "", nullptr, "", 0};
    if (die_has_code(die)) {
      auto entry = die_entry_pc(die);
      if (!entry) return true;
      record.entry = *entry;
    } else if (!dwarf_hasattr(die, DW_AT_inline)) {
      return true;
    }
    record.base_name = die_name(die);
    if (!*record.base_name) return true;
    record.linkage = linkage_of(die);
    (die_has_code(die) ? with_code_ : abstract_).push_back(std::move(record));
    return true;
  });
}

const FunctionRecord* FunctionIndex::at_entry(uint64_t entry) const {
  auto found = by_entry_.find(entry);
  return found == by_entry_.end() ? nullptr : &with_code_[found->second];
}

std::string FunctionIndex::scope_of(Dwarf_Die* die) const {
  if (scope_by_die_.empty()) return "";
  auto found = scope_by_die_.find(die_origin(*die).addr);
  return found == scope_by_die_.end() ? "" : found->second;
}

std::string function_name(const DebugData& data, Dwarf_Die* die) {
  return data.functions().scope_of(die) + die_name(die);
}

bool function_name_matches(const DebugData& data, Dwarf_Die* die, const NameQuery& query) {
  return name_matches(query, die_name(die), data.functions().scope_of(die), linkage_of(die));
}

Function describe_function(const DebugData& data, const Unit& unit, const UnitScopes* scopes,
                           int scope_index, Dwarf_Die die) {
  Function function;
  function.name = function_name(data, &die);
  const char* linkage = linkage_of(&die);
  function.linkage_name = linkage ? linkage : function.name;
  function.decl.file = declaration_file(die);
  int number = 0;
  if (dwarf_decl_line(&die, &number) == 0) function.decl.line = static_cast<uint32_t>(number);
  if (dwarf_decl_column(&die, &number) == 0) function.decl.column = static_cast<uint32_t>(number);
  function.entry_pc = die_entry_pc(&die).value_or(0);
  // g++ does not say where a lambda's operator() is declared: it is where its code begins.
  if (function.decl.line == 0 && dwarf_hasattr(&die, DW_AT_object_pointer))
    if (std::optional<SourceLine> begin = find_line_at(data, function.entry_pc))
      function.decl = *begin;
  function.is_inlined_copy = dwarf_tag(&die) == DW_TAG_inlined_subroutine;
  if (function.is_inlined_copy)
    function.entry_view = static_cast<uint32_t>(
        die_unsigned(&die, DW_AT_GNU_entry_view).value_or(CodePoint::kInstruction));
  function.prologue_end = function.is_inlined_copy
                              ? function.entry_pc
                              : find_prologue_end(data, unit, &die, function.entry_pc);
  function.is_external = die_flag(&die, DW_AT_external);
  function.is_go = unit.language == DW_LANG_Go;
  function.die_offset = data.die_number(&die);
  if (function.is_inlined_copy && scopes) {
    int outer = scopes->real_function_of(scope_index);
    if (outer >= 0) {
      Dwarf_Die outer_die = scopes->at(outer).die;
      function.inlined_into = function_name(data, &outer_die);
    }
  }
  return function;
}

std::vector<NameQuery> queries_of(const std::string& glob) {
  std::vector<NameQuery> queries{{glob}};
  const bool is_bare = !glob.empty() && !is_glob(glob) && without_template_arguments(glob) == glob;
  if (is_bare) queries.push_back({glob, true});
  return queries;
}

std::vector<Function> find_functions(const DebugData& data, const std::string& name_glob,
                                     const std::string& file_glob, bool inlines) {
  std::vector<Function> functions;
  for (const NameQuery& query : queries_of(name_glob)) {
    FunctionSet found;
    if (data.has_dwarf()) add_from_dwarf(data, query, file_glob, found);
    add_from_symbols(data, query, file_glob, found);
    if (data.has_dwarf() && inlines) add_inlined(data, query, file_glob, found);
    functions = found.take();
    if (!functions.empty()) break;
  }
  return functions;
}

std::optional<Function> find_function_entered_at(const DebugData& data, uint64_t address) {
  const FunctionSymbol* symbol = data.symbol_at(address);
  const bool is_named = symbol && symbol->address == address;
  if (is_named && (is_piece(symbol->name, ".cold") || symbol->is_ifunc)) return std::nullopt;
  const FunctionRecord* record = data.has_dwarf() ? data.functions().at_entry(address) : nullptr;
  if (record && !(is_named && is_piece(symbol->name, ".part.")))
    return describe_function(data, *record->unit, nullptr, -1, record->die);
  if (!is_named) return std::nullopt;
  return describe_symbol(data, *symbol);
}

std::optional<Function> find_function_at(const DebugData& data, uint64_t pc,
                                         bool innermost_inline) {
  if (const Unit* unit = data.unit_at(pc)) {
    const UnitScopes& scopes = data.scopes(*unit);
    int scope = scopes.innermost(pc);
    scope = innermost_inline ? scopes.function_of(scope) : scopes.real_function_of(scope);
    if (scope >= 0) return describe_function(data, *unit, &scopes, scope, scopes.at(scope).die);
  }
  const FunctionSymbol* symbol = data.symbol_at(pc);
  if (!symbol) return std::nullopt;
  Function function;
  function.linkage_name = std::string(symbol->name);
  function.name = demangled_name(function.linkage_name);
  function.entry_pc = function.prologue_end = symbol->address;
  function.from_symbol_table = true;
  function.is_external = symbol->is_global;
  return function;
}

}  // namespace coretap::debug
