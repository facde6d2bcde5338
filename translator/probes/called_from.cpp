// The chains of calls make a tree of questions: the innermost return address says which of the calls it was, and so where the
// caller's own return address is, which is the next question.
//
// Where a uretprobe has put its trampoline's address in the place of a return address, the kernel knows what was there
// (return_address.bpf.h).
#include "probes/called_from.h"

#include <algorithm>

#include "dwarf/registers.h"
#include "probes/dwarf_scope.h"
#include "support/embedded_c.h"

namespace coretap::probes {

using ir::Op;
using ir::Operand;

namespace {

/// `begin` to `end` are sorted, and agree in what is in front of `depth`.
ct::Result<std::shared_ptr<const ReturnAddressTest>> make_test(const debug::Module& module,
                                                               uint64_t pc, const CallChain* begin,
                                                               const CallChain* end, size_t depth) {
  auto test = std::make_shared<ReturnAddressTest>();
  while (begin != end) {
    const uint64_t address = (*begin)[depth];
    const CallChain* next =
        std::find_if(begin, end, [&](const CallChain& chain) { return chain[depth] != address; });
    ReturnAddressTest::Answer answer;
    answer.return_address = address;
    // The shortest is the first: if it ends here, longer ones say nothing more.
    if (begin->size() > depth + 1) {
      CallChain known(begin->begin(), begin->begin() + static_cast<std::ptrdiff_t>(depth) + 2);
      auto slots = module.return_slots(pc, known);
      if (!slots) return slots.failure();
      answer.slot = slots->back();
      auto further = make_test(module, pc, begin, next, depth + 1);
      if (!further) return further.failure();
      answer.next = *std::move(further);
    }
    test->answers.push_back(std::move(answer));
    begin = next;
  }
  return std::shared_ptr<const ReturnAddressTest>(std::move(test));
}

/// Sets `counts` where an answer is found.
void lower_test(const ReturnAddressTest& test, const debug::LocExpr& slot, const LocationSite& site,
                ir::LocalId counts, ir::Builder& to) {
  const Operand at = lower_location(slot, site, to);
  const debug::MachineRegisters& machine = *debug::registers_of(site.machine);
  const Operand found = to.load(ir::Space::User, at, machine.address_size, false);
  const ir::LocalId address = to.temp(ir::Ty::Long);
  to.embedded(EmbeddedC("ct_return_address(STAP_ARG_at, STAP_ARG_found)"), {at, found}, address);
  for (const ReturnAddressTest::Answer& answer : test.answers) {
    debug::LocExpr wanted;
    wanted.op = debug::LocExpr::StaticAddr;
    wanted.value = static_cast<int64_t>(answer.return_address);
    const Operand is_it =
        to.value(Op::Eq, {Operand::of(address), lower_location(wanted, site, to)});
    std::vector<ir::Block> blocks(2);
    blocks[0] = to.nested([&] {
      if (answer.next)
        lower_test(*answer.next, *answer.slot, site, counts, to);
      else
        to.append(Op::Copy, {Operand::integer(1)}, counts);
    });
    to.append(Op::If, {is_it}).blocks = std::move(blocks);
  }
}

void append_key(const ReturnAddressTest& test, const debug::LocExprPtr& slot, std::string& key) {
  debug::VarLocation location;
  location.kind = debug::VarLocation::Value;
  location.expr = slot;
  key += location_text(location) + "{";
  for (const ReturnAddressTest::Answer& answer : test.answers) {
    key += std::to_string(answer.return_address) + ",";
    if (answer.next) append_key(*answer.next, answer.slot, key);
  }
  key += "}";
}

}  // namespace

ct::Result<std::shared_ptr<const CalledFrom>> make_called_from(const debug::Module& module,
                                                               debug::CodePoint point,
                                                               std::vector<CallChain> chains) {
  std::sort(chains.begin(), chains.end());
  if (chains.empty() || chains.front().empty()) return std::shared_ptr<const CalledFrom>();
  auto from = std::make_shared<CalledFrom>();
  from->site.point = point;
  from->site.machine = module.machine();
  from->site.fixed_address = module.has_fixed_addresses();
  auto slots = module.return_slots(point.pc, {chains.front().front()});
  if (!slots) return slots.failure();
  from->slot = slots->front();
  auto test = make_test(module, point.pc, chains.data(), chains.data() + chains.size(), 0);
  if (!test) return test.failure();
  from->test = *std::move(test);
  return std::shared_ptr<const CalledFrom>(std::move(from));
}

void only_if_called_from(const CalledFrom& from, ir::Builder& to) {
  const ir::LocalId counts = to.temp(ir::Ty::Long);
  to.append(Op::Copy, {Operand::integer(0)}, counts);
  lower_test(*from.test, *from.slot, from.site, counts, to);
  std::vector<ir::Block> blocks(2);
  blocks[1] = to.nested([&] { to.append(Op::Next); });
  to.append(Op::If, {Operand::of(counts)}).blocks = std::move(blocks);
}

std::string called_from_key(const CalledFrom& from) {
  std::string key = std::to_string(from.site.point.pc);
  append_key(*from.test, from.slot, key);
  return key;
}

}  // namespace coretap::probes
