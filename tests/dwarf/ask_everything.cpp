#include "ask_everything.h"

#include <cstdio>
#include <cstdlib>
#include <set>

namespace coretap::debug {
namespace {

/// Types refer to each other in circles.
constexpr int kDeepest = 3;

void must(bool holds, const char* promise) {
  if (holds) return;
  fprintf(stderr, "this does not hold: %s\n", promise);
  abort();
}

class Asking {
 public:
  explicit Asking(const Module& module) : module_(module) {}

  Answers run() {
    ask_object();
    for (const Function& function : module_.functions("*", "", true)) ask_function(function);
    for (const LineSite& site : module_.line_sites("*", "", 0, 0, false, false)) ask_site(site);
    module_.line_sites("*", "*.c", 1, 1, true, true);
    module_.code_lines("*");
    for (const char* name : {"global_counter", "a", "Class::shared"}) {
      if (auto variable = module_.global_variable(name)) ask_variable(*variable, {0}, 0);
      if (auto variable = module_.variable_of_unit(name, "*.c")) ask_variable(*variable, {0}, 0);
      module_.data_symbols(name);
    }
    for (const char* name : {"mixed_t", "struct point", "enum color", "Class"})
      ask_type(module_.type_named(name), {0}, 0);
    module_.enumerator("RED");
    return answers_;
  }

 private:
  void ask_object() {
    module_.files();
    module_.notices();
    module_.build_id();
    module_.unread_split_files();
    module_.layout();
    module_.marks();
    module_.plt();
    module_.kernel_image();
    module_.entry();
    module_.stack_use();
    must(module_.has_dwarf() || !module_.dwarf_error().message.empty(),
         "where there is no debug information, there is a reason");
  }

  void ask_function(const Function& function) {
    answers_.functions++;
    const uint64_t pc = function.entry_pc;
    must(!function.name.empty(), "a function has a name");
    must(module_.file_offset(pc).has_value(), "the entry of a function is code in the file");
    module_.code_at(pc);
    module_.exits(pc);
    module_.labels(function);
    for (const Call& call : module_.calls(function))
      if (call.return_address != 0)
        (void)module_.return_slots(call.callee.entry_pc, {call.return_address});
    module_.symbol_at(pc);
    module_.section_at(pc);
    module_.data_offset(pc);
    module_.unread_split_file_at(pc);
    module_.cfa_at(function.prologue_end);
    module_.function_at(pc, true);
    module_.is_code(pc);
    module_.line_at(pc);
    ask_type(module_.return_type(pc), pc, 0);
    ask_location(module_.return_location(pc));
    for (const Variable& variable :
         module_.variables_at(function.prologue_end, true, function.die_offset))
      ask_variable(variable, {function.prologue_end, function.entry_view}, 0);
  }

  void ask_site(const LineSite& site) {
    answers_.sites++;
    must(module_.file_offset(site.pc).has_value(), "a statement begins in code of the file");
    for (const Variable& variable : module_.variables_at(site.pc, false, site.scope))
      ask_variable(variable, {site.pc, site.view}, 1);
  }

  void ask_variable(const Variable& variable, CodePoint point, int depth) {
    // A variable's type is the same wherever it is asked for, and where a global is, too.
    const bool is_new = asked_.insert(variable.die_offset).second;
    if (!is_new && variable.is_global) return;
    answers_.variables++;
    must(!variable.name.empty(), "a variable has a name");
    if (is_new) ask_type(variable.type, point, depth);
    ask_location(module_.location_at(variable, point));
  }

  void ask_location(const VarLocation& location) {
    answers_.locations++;
    const bool has_value =
        location.kind == VarLocation::Memory || location.kind == VarLocation::Value;
    must(!has_value || location.expr, "a location that can be read has an expression");
    const bool is_missing =
        location.kind == VarLocation::Unavailable || location.kind == VarLocation::Unsupported;
    must(!is_missing || !location.why.empty(), "a value that cannot be read has a reason");
  }

  void ask_type(const TypePtr& type, CodePoint point, int depth) {
    if (!type || depth > kDeepest) return;
    type->kind();
    type->name();
    type->spelling();
    type->byte_size();
    type->is_scalar();
    type->is_passed_by_address();
    type->enumerators();
    const size_t dimensions = type->array_counts().size();
    for (size_t i = 0; i < dimensions; i++) (void)type->array_count_at(i, point);
    find_member(*type, "nobody's");
    for (const Member& member : type->members()) ask_type(member.type, point, depth + 1);
    ask_type(type->target(), point, depth + 1);
  }

  const Module& module_;
  Answers answers_;
  std::set<uint64_t> asked_;  ///< variables, by Variable::die_offset
};

}  // namespace

Answers ask_everything(const Module& module) { return Asking(module).run(); }

}  // namespace coretap::debug
