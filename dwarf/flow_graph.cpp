// A function's code begins at its entry, and at each place that nothing leads to (exception landing pads, mostly).
#include "dwarf/flow_graph.h"

namespace coretap::debug {

FlowGraph::FlowGraph(const CodeFlow& code,
                     const std::function<bool(const Instruction&)>& never_returns)
    : code_(code) {
  const std::vector<Instruction>& all = code.instructions();
  next_.resize(all.size());
  std::vector<bool> led_to(all.size(), false);
  for (size_t i = 0; i < all.size(); i++) {
    const bool is_call =
        all[i].flow == Instruction::Flow::Call || all[i].flow == Instruction::Flow::IndirectCall;
    if (is_call && never_returns(all[i])) continue;
    for (size_t next : code.successors(i)) {
      next_[i].push_back(static_cast<uint32_t>(next));
      led_to[next] = true;
    }
  }
  const size_t entry = *index_of(code_.entry());
  roots_.push_back(entry);
  for (size_t i = 0; i < all.size(); i++)
    if (i != entry && !led_to[i] && !all[i].is_padding) roots_.push_back(i);
}

std::vector<bool> FlowGraph::marks(const std::vector<uint64_t>& points) const {
  std::vector<bool> marked(next_.size(), false);
  for (uint64_t point : points)
    if (auto index = index_of(point)) marked[*index] = true;
  return marked;
}

template <typename Indexes>
std::vector<bool> FlowGraph::reached(const Indexes& from, const std::vector<bool>& stops) const {
  std::vector<bool> seen(next_.size(), false);
  std::vector<size_t> pending;
  auto visit = [&](size_t index) {
    if (seen[index]) return;
    seen[index] = true;
    if (!stops[index]) pending.push_back(index);
  };
  for (size_t index : from) visit(index);
  while (!pending.empty()) {
    size_t index = pending.back();
    pending.pop_back();
    for (size_t next : next_[index]) visit(next);
  }
  return seen;
}

std::vector<bool> FlowGraph::reached_first(const std::vector<uint64_t>& points) const {
  const std::vector<bool> seen = reached(roots_, marks(points));
  std::vector<bool> first;
  for (uint64_t point : points) {
    auto index = index_of(point);
    first.push_back(index && seen[*index]);
  }
  return first;
}

bool FlowGraph::loops_without(uint64_t point, const std::vector<uint64_t>& others) const {
  auto start = index_of(point);
  if (!start) return false;
  std::vector<bool> stops = marks(others);
  stops[*start] = true;
  return reached(next_[*start], stops)[*start];
}

}  // namespace coretap::debug
