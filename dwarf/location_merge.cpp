// With location views an entry may end at a view of the very address that is asked about: it holds for
// the first statements that begin there, and for the instruction another one does. That is sure where
// control falls in from the instruction above. But the compiler numbers the statements at an address
// whether they stand before the label there or behind it, and the line table does not say which. Of
//
//         addl  %eax, sink(%rip)       # result is in eax
//         .loc 1 37 view 0             # "return result;": moved up, out of the block of the label
//         # from here on result is in ebx: what jumps to the label has it there only
//     .L10:
//         .loc 1 38 view 1
//         movl  %ebx, %eax
//
// the entry for eax ends at view 1, and at view 0 it is wrong for all that comes by way of the label. A
// breakpoint cannot tell the ways apart, so a location must hold on each of them:
//
// - An entry that goes on to the instruction does. So does any, where nothing jumps to.
// - Else the entries at the jumps are asked, since a jump changes no variable. If all say the same as
//   the entry at the view, that holds; if all say the same as the entry of the instruction,
//   the label is behind the view, and the entry of the instruction holds (gdb always takes that one).
// - Else, and where control comes in ways that are not seen (a landing pad of an exception), there is no
//   location that is right for all ways.
#include "dwarf/location_merge.h"

#include <algorithm>
#include <vector>

#include "dwarf/flow_graph.h"
#include "dwarf/landing_pads.h"

namespace coretap::debug {
namespace {

/// How control comes to an address, other than from the instruction above it.
struct WaysIn {
  std::vector<uint64_t> jumps;  ///< the addresses of the jumps
  bool has_unseen = false;      ///< there are ways that the code does not show
};

WaysIn ways_into(const LocationContext& context) {
  const uint64_t pc = context.point.pc;
  WaysIn ways;
  const FlowGraph* graph = context.data.flow_graph(pc);
  const std::optional<size_t> index = graph ? graph->index_of(pc) : std::nullopt;
  if (!index) return {{}, true};
  // The graph leaves out where coroutines are resumed; the code does not.
  const CodeFlow& code = graph->code();
  for (size_t before : code.predecessors(*index))
    if (graph->at(before).end() != pc) ways.jumps.push_back(graph->at(before).address);
  ways.has_unseen = (ways.jumps.empty() && graph->previous(*index).empty() && pc != code.entry()) ||
                    !context.data.landing_pads().in(pc, pc + 1).empty();
  return ways;
}

}  // namespace

MergedLocation find_merged_location(const LocationContext& context, Dwarf_Attribute* attr,
                                    Dwarf_Attribute* views) {
  LocationLists& lists = context.data.location_lists();
  std::optional<LocationOps> found = lists.find(attr, views, context.point, context.at_entry);
  if (!found || !found->ends_before_instruction) return {found, ""};
  const WaysIn ways = ways_into(context);
  if (ways.jumps.empty() && !ways.has_unseen) return {found, ""};
  auto holds_at_jumps = [&](const LocationOps& wanted) {
    return std::all_of(ways.jumps.begin(), ways.jumps.end(), [&](uint64_t jump) {
      std::optional<LocationOps> there = lists.find(attr, views, jump, false);
      return there && same_location(attr, *there, wanted);
    });
  };
  if (!ways.has_unseen) {
    if (holds_at_jumps(*found)) return {found, ""};
    std::optional<LocationOps> next = lists.find(attr, views, context.point.pc, false);
    if (next && holds_at_jumps(*next)) return {next, ""};
  }
  return {std::nullopt,
          "control comes to this address in several ways, and the debug information says for only "
          "one of them where it is"};
}

}  // namespace coretap::debug
