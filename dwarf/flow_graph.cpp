// Dominators are found as by Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm"), with a virtual node above
// the roots: a function's code begins at its entry, and at each place that nothing leads to (exception landing pads, mostly).
// An edge to an instruction that dominates its source closes a loop; loops with the same header are one.
#include "dwarf/flow_graph.h"

#include <algorithm>
#include <unordered_set>

namespace coretap::debug {
namespace {

constexpr int64_t kVirtualRoot = -1;

}  // namespace

bool FlowGraph::Loop::contains(size_t index) const {
  return std::binary_search(body.begin(), body.end(), index);
}

FlowGraph::FlowGraph(const CodeFlow& code,
                     const std::function<bool(const Instruction&)>& never_returns,
                     const std::set<Edge>& left_out)
    : code_(code) {
  const std::vector<Instruction>& all = code.instructions();
  next_.resize(all.size());
  previous_.resize(all.size());
  for (size_t i = 0; i < all.size(); i++) {
    const bool is_call =
        all[i].flow == Instruction::Flow::Call || all[i].flow == Instruction::Flow::IndirectCall;
    if (is_call && never_returns(all[i])) continue;
    for (size_t next : code.successors(i)) {
      if (left_out.count({i, next}) != 0) continue;
      next_[i].push_back(static_cast<uint32_t>(next));
      previous_[next].push_back(static_cast<uint32_t>(i));
    }
  }
  find_roots();
  order();
  find_dominators();
  find_loops();
}

void FlowGraph::find_roots() {
  const std::vector<Instruction>& all = code_.instructions();
  const size_t entry = *index_of(code_.entry());
  roots_.push_back(entry);
  for (size_t i = 0; i < all.size(); i++)
    if (i != entry && previous_[i].empty() && !all[i].is_padding) roots_.push_back(i);
}

void FlowGraph::order() {
  position_.assign(next_.size(), -1);
  std::vector<bool> seen(next_.size(), false);
  struct Frame {
    size_t index, child;
  };
  std::vector<Frame> stack;
  for (size_t root : roots_) {
    if (seen[root]) continue;
    seen[root] = true;
    stack.push_back({root, 0});
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.child == next_[top.index].size()) {
        order_.push_back(top.index);
        stack.pop_back();
        continue;
      }
      size_t child = next_[top.index][top.child++];
      if (seen[child]) continue;
      seen[child] = true;
      stack.push_back({child, 0});
    }
  }
  std::reverse(order_.begin(), order_.end());
  for (size_t i = 0; i < order_.size(); i++) position_[order_[i]] = static_cast<int64_t>(i);
}

void FlowGraph::find_dominators() {
  constexpr int64_t kUnknown = -2;
  dominator_.assign(order_.size(), kUnknown);
  std::vector<bool> is_root(order_.size(), false);
  for (size_t root : roots_) {
    is_root[static_cast<size_t>(position_[root])] = true;
    dominator_[static_cast<size_t>(position_[root])] = kVirtualRoot;
  }
  auto meet = [&](int64_t a, int64_t b) {
    while (a != b) {
      while (a > b) a = dominator_[static_cast<size_t>(a)];
      while (b > a) b = dominator_[static_cast<size_t>(b)];
    }
    return a;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < order_.size(); i++) {
      if (is_root[i]) continue;
      int64_t found = kUnknown;
      for (size_t before : previous_[order_[i]]) {
        const int64_t at = position_[before];
        if (at < 0 || dominator_[static_cast<size_t>(at)] == kUnknown) continue;
        found = found == kUnknown ? at : meet(found, at);
      }
      changed = changed || dominator_[i] != found;
      dominator_[i] = found;
    }
  }
}

bool FlowGraph::dominates(size_t a, size_t b) const {
  const int64_t wanted = position_[a];
  int64_t at = position_[b];
  while (at > wanted) at = dominator_[static_cast<size_t>(at)];
  return at == wanted && at >= 0;
}

void FlowGraph::find_loops() {
  std::vector<size_t> inside(next_.size(), SIZE_MAX);  // the header of the last loop that has it
  for (size_t header : order_) {
    Loop loop{header, {}, {}, {}};
    for (size_t source : previous_[header])
      if (position_[source] >= 0)
        (dominates(header, source) ? loop.latches : loop.entries).push_back(source);
    if (loop.latches.empty()) continue;
    std::vector<size_t> pending;
    auto add = [&](size_t index) {
      if (inside[index] == header || position_[index] < 0) return;
      inside[index] = header;
      loop.body.push_back(index);
      pending.push_back(index);
    };
    inside[header] = header;
    loop.body.push_back(header);
    for (size_t latch : loop.latches) add(latch);
    while (!pending.empty()) {
      size_t index = pending.back();
      pending.pop_back();
      for (size_t before : previous_[index]) add(before);
    }
    std::sort(loop.body.begin(), loop.body.end());
    loops_.push_back(std::move(loop));
  }
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

/// Searched from the targets back: the points are mostly just above them, so that little of a large function is seen.
bool FlowGraph::comes_without(const std::vector<uint64_t>& targets,
                              const std::vector<uint64_t>& points) const {
  using Indexes = std::unordered_set<size_t>;
  Indexes stops, seen;
  for (uint64_t point : points)
    if (auto index = index_of(point)) stops.insert(*index);
  std::vector<size_t> pending;
  /// Does control come to the target from the entry, or from the target itself?
  auto comes_to = [&](size_t target, Indexes& visited) {
    visited.insert(target);
    pending = {target};
    while (!pending.empty()) {
      const size_t index = pending.back();
      pending.pop_back();
      if (index == roots_.front()) return true;
      for (size_t before : previous_[index]) {
        if (before == target) return true;
        if (stops.count(before) == 0 && visited.insert(before).second) pending.push_back(before);
      }
    }
    return false;
  };
  for (uint64_t target : targets) {
    const std::optional<size_t> index = index_of(target);
    if (!index || stops.count(*index) != 0) continue;
    // All that leads to what was seen for another target was seen, too: to ask it again is of use only within a circle.
    Indexes own;
    if (comes_to(*index, seen.count(*index) != 0 ? own : seen)) return true;
  }
  return false;
}

}  // namespace coretap::debug
