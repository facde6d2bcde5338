#include "regex/program.h"

#include <algorithm>

namespace coretap::regex {

namespace {

class Compiler {
 public:
  /// False if the program became too long.
  bool run(const Pattern& pattern, Program& program) {
    program_ = &program;
    program.groups = pattern.groups;
    put(Step::Save, 0);
    node(*pattern.root);
    put(Step::Save, 1);
    put(Step::Match);
    return !too_long_;
  }

 private:
  uint32_t here() const { return static_cast<uint32_t>(program_->steps.size()); }

  uint32_t put(Step::Op op, uint32_t x = 0, uint32_t y = 0) {
    if (program_->steps.size() == kMostSteps) {
      too_long_ = true;
      return 0;
    }
    program_->steps.push_back({op, x, y});
    return here() - 1;
  }

  uint32_t set_number(const ByteSet& set) {
    auto& sets = program_->sets;
    auto it = std::find(sets.begin(), sets.end(), set);
    if (it == sets.end()) it = sets.insert(sets.end(), set);
    return static_cast<uint32_t>(it - sets.begin());
  }

  void node(const Node& n) {
    if (too_long_) return;
    switch (n.kind) {
      case Node::Empty: return;
      case Node::Bytes: put(Step::Byte, set_number(n.bytes)); return;
      case Node::Begin: put(Step::Begin); return;
      case Node::End: put(Step::End); return;
      case Node::Sequence:
        for (const NodePtr& child : n.children) node(*child);
        return;
      case Node::Alternate: return alternate(n);
      case Node::Repeat: return repeat(n);
      case Node::Group:
        put(Step::Save, 2 * n.group);
        node(*n.children[0]);
        put(Step::Save, 2 * n.group + 1);
        return;
    }
  }

  void alternate(const Node& n) {
    std::vector<uint32_t> ends;
    for (size_t i = 0; i < n.children.size() && !too_long_; i++) {
      bool last = i + 1 == n.children.size();
      uint32_t fork = last ? 0 : put(Step::Fork);
      if (!last) program_->steps[fork].x = here();
      node(*n.children[i]);
      if (last) break;
      ends.push_back(put(Step::Jump));
      program_->steps[fork].y = here();
    }
    for (uint32_t end : ends) program_->steps[end].x = here();
  }

  void repeat(const Node& n) {
    const Node& what = *n.children[0];
    if (!n.most && n.least == 0) return optional([&] { at_least_once(what); });
    for (unsigned i = 0; i + (n.most ? 0 : 1) < n.least && !too_long_; i++) node(what);
    if (!n.most) return at_least_once(what);
    nested_optionals(what, *n.most - n.least);
  }

  template <typename F>
  void optional(F&& inside) {
    uint32_t fork = put(Step::Fork);
    program_->steps[fork].x = here();
    inside();
    program_->steps[fork].y = here();
  }

  void at_least_once(const Node& what) {
    uint32_t begin = here();
    node(what);
    uint32_t fork = put(Step::Fork, begin);
    program_->steps[fork].y = here();
  }

  /// (x(x(x)?)?)?, all of whose forks leave to the same place.
  void nested_optionals(const Node& what, unsigned count) {
    std::vector<uint32_t> forks;
    for (unsigned i = 0; i < count && !too_long_; i++) {
      uint32_t fork = put(Step::Fork);
      program_->steps[fork].x = here();
      forks.push_back(fork);
      node(what);
    }
    for (uint32_t fork : forks) program_->steps[fork].y = here();
  }

  Program* program_ = nullptr;
  bool too_long_ = false;
};

}  // namespace

std::optional<Program> compile(const Pattern& pattern) {
  Program program;
  if (!Compiler().run(pattern, program)) return std::nullopt;
  return program;
}

}  // namespace coretap::regex
