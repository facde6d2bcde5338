// Where a variable is: which of its attributes says so, which entry of a location list holds, and,
// where none does, why. What an expression means is the machine's work (location_machine.cpp).
//
// - What one entry of a location list says is valid from its first to its last address and view
//   (location_list.h). Where none fits, the reason lists the lines for which there is one.
// - A variable without a location may have a constant value, or be defined in another unit.
#include "dwarf/location.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/lines.h"
#include "dwarf/location_compile.h"
#include "dwarf/location_list.h"
#include "dwarf/location_machine.h"
#include "dwarf/location_merge.h"
#include "dwarf/names.h"
#include "dwarf/prologue.h"

namespace coretap::debug {
namespace {

/// The lines of the variable's own file in the ranges of its location list; not known if libdw cannot read all of the list, as where
/// gcc says DW_OP_GNU_uninit.
const LocationLists::VisibleLines& visible_lines(const DebugData& data, Dwarf_Die* die,
                                                 Dwarf_Attribute* attr, Dwarf_Attribute* views) {
  auto [known, is_new] = data.location_lists().visible.try_emplace(die->addr);
  LocationLists::VisibleLines& visible = known->second;
  if (!is_new) return visible;
  const LocationLists::List& list = data.location_lists().of(attr, views);
  visible.is_known = list.is_whole;
  visible.file = declaration_file(*die);
  for (const LocationLists::Entry& entry : list.entries)
    if (entry.count != 0 && entry.start < entry.end)
      add_lines_in(data, entry.start, entry.end, visible.file, visible.lines);
  std::sort(visible.lines.begin(), visible.lines.end());
  visible.lines.erase(std::unique(visible.lines.begin(), visible.lines.end()), visible.lines.end());
  visible.lines.shrink_to_fit();
  return visible;
}

/// "12-14, 20"
std::string spans_of(const std::vector<uint32_t>& visible) {
  constexpr size_t kMaxSpans = 4;
  std::string text;
  size_t spans = 0;
  for (auto line = visible.begin(); line != visible.end(); spans++) {
    if (spans == kMaxSpans) return text + " …";
    uint32_t low = *line, high = low;
    // Lines between without code of their own (braces, comments) do not split a span.
    for (++line; line != visible.end() && *line <= high + 2; ++line) high = *line;
    text += text.empty() ? "" : ", ";
    text += std::to_string(low);
    if (high != low) text += "-" + std::to_string(high);
  }
  return text;
}

/// Why there is no location at `point`, though there may be elsewhere.
std::string optimised_out(const DebugData& data, Dwarf_Die* die, Dwarf_Attribute* attr,
                          Dwarf_Attribute* views, CodePoint point) {
  const LocationLists::VisibleLines& readable = visible_lines(data, die, attr, views);
  if (!readable.is_known)
    return "its list of locations holds an operation that coretap does not follow";
  std::vector<uint32_t> visible = readable.lines;
  if (visible.empty()) return "it was optimised out everywhere";
  // The probed line has code in several places, and the variable is in another of them.
  std::optional<SourceLine> own = find_line_at(data, point);
  bool is_elsewhere_on_line =
      own && own->file == readable.file && std::erase(visible, own->line) != 0;
  if (visible.empty())
    return "it was optimised out at this address; it is visible in other code of the same line";
  std::string lines = spans_of(visible);
  bool is_one = lines.find_first_not_of("0123456789") == std::string::npos;
  return "it was optimised out here; it is visible in line" + std::string(is_one ? " " : "s ") +
         lines + (is_elsewhere_on_line ? ", and in other code of this line" : "");
}

/// A DW_AT_const_value: a number, a block for larger things, or a string (gcc's __PRETTY_FUNCTION__).
VarLocation constant_location(Dwarf_Die* die, Dwarf_Attribute* attr) {
  Dwarf_Word number;
  Dwarf_Sword signed_number;
  unsigned form = dwarf_whatform(attr);
  if (form == DW_FORM_sdata || form == DW_FORM_implicit_const) {
    if (dwarf_formsdata(attr, &signed_number) == 0)
      return located(VarLocation::Value, expr::constant(signed_number));
  } else if (dwarf_formudata(attr, &number) == 0) {
    return located(VarLocation::Value, expr::constant(static_cast<int64_t>(number)));
  }
  Dwarf_Block block;
  if (const char* text = die_text(die, DW_AT_const_value))
    return constant_bytes(reinterpret_cast<const unsigned char*>(text), std::strlen(text) + 1);
  if (dwarf_formblock(attr, &block) != 0) return unsupported("its constant value is damaged");
  return constant_bytes(block.data, block.length);
}

/// On entry of a function the copy on the stack that DWARF describes is not made yet.
std::optional<VarLocation> location_before_prologue(const LocationContext& context,
                                                    Dwarf_Die* die) {
  Dwarf_Die function = context.function;
  if (!context.at_entry || dwarf_tag(die) != DW_TAG_formal_parameter ||
      !is_copied_by_prologue(context.data, &function, die))
    return std::nullopt;
  // gcc's clones (foo.isra.0, foo.constprop.0) do not keep to the calling convention.
  const FunctionSymbol* symbol = context.data.symbol_at(context.point.pc);
  const bool is_clone = symbol && symbol->name.find('.') != std::string_view::npos;
  std::optional<VarLocation> argument;
  if (!is_clone) argument = compile_argument_location(context.data, function, *die);
  return argument ? *argument
                  : unavailable(
                        "it is not yet where the debug information says, at this function's entry");
}

VarLocation compile_without_location(const LocationContext& context, Dwarf_Die* die) {
  Dwarf_Attribute attr;
  if (dwarf_attr_integrate(die, DW_AT_const_value, &attr)) return constant_location(die, &attr);
  if (!die_own_flag(die, DW_AT_declaration)) return unavailable("it was optimised out everywhere");
  // `extern int x;` inside a function or header: the storage is described elsewhere.
  auto definition = context.data.names().global(die_name(die));
  if (definition && definition->addr != die->addr)
    return compile_location(context.data, *definition, context.point);
  // Of what the linker or an assembler defines there is only the symbol: the kernel's jiffies, or _end.
  if (std::optional<uint64_t> place = place_of_symbol(context.data, die_name(die)))
    return located(VarLocation::Memory, expr::static_address(*place));
  return unavailable("it is only declared here; its definition is in another object");
}

}  // namespace

std::optional<uint64_t> place_of_symbol(const DebugData& data, const std::string& name) {
  const ElfFile& object = data.object();
  if (object.is_library()) return std::nullopt;  // another object may have put its own in the place
  const std::set<uint64_t> places = object.symbol_addresses(name);
  if (places.size() != 1 || !object.is_allocated(*places.begin())) return std::nullopt;
  return *places.begin();
}

LocExprPtr compile_cfa(const DebugData& data, uint64_t pc) {
  try {
    return run_cfa(location_context(data, pc));
  } catch (const CannotCompile&) {
    return nullptr;
  }
}

VarLocation compile_location_of(const LocationContext& from, Dwarf_Die die) {
  LocationContext context = from;
  context.depth++;
  Dwarf_Attribute attr, views_attr;
  if (!dwarf_attr_integrate(&die, DW_AT_location, &attr))
    return compile_without_location(context, &die);
  Dwarf_Attribute* views = dwarf_attr_integrate(&die, DW_AT_GNU_locviews, &views_attr);
  const MergedLocation found = find_merged_location(context, &attr, views);
  VarLocation location = unavailable(found.why);
  if (found.ops) {
    if (auto argument = location_before_prologue(context, &die)) return *argument;
    try {
      location = run_location(context, &attr, found.ops->ops, found.ops->count);
    } catch (const CannotCompile& problem) {
      return unsupported(problem.why);
    }
  }
  if (location.kind == VarLocation::Unavailable && location.why.empty())
    location.why = optimised_out(context.data, &die, &attr, views, context.point);
  return location;
}

VarLocation compile_location(const DebugData& data, Dwarf_Die die, CodePoint point) {
  return compile_location_of(location_context(data, point), die);
}

ct::Result<LocExprPtr> compile_bound(const DebugData& data, Dwarf_Attribute* attr,
                                     CodePoint point) {
  LocationContext context = location_context(data, point);
  std::optional<LocationOps> found =
      data.location_lists().find(attr, nullptr, point, context.at_entry);
  try {
    if (found) return run_location(context, attr, found->ops, found->count).expr;
  } catch (const CannotCompile& problem) {
    return ct::Status(problem.why);
  }
  return ct::Status("it was optimised out here");
}

LocExprPtr compile_member_address(const DebugData& data, Dwarf_Attribute* attr) {
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  LocationContext nowhere{data, CodePoint{}};
  try {
    if (die_expression(attr, &ops, &count) == 0)
      return run_member_address(nowhere, attr, ops, count);
  } catch (const CannotCompile&) {
  }
  return nullptr;
}

}  // namespace coretap::debug
