#include "regex/dfa.h"

#include <algorithm>
#include <map>

namespace coretap::regex {

namespace {

using Places = std::vector<uint32_t>;  ///< sorted steps that take a byte or wait for the end

/// Subset construction.
class Builder {
 public:
  explicit Builder(const Program& program) : program_(program), seen_(program.steps.size(), 0) {}

  std::optional<Dfa> run() {
    make_columns();
    restart_ = closure({0}, false, false).places;
    Closure first = closure({0}, true, false);
    dfa_.states = 2;
    // At the start `^` holds, also behind a `$`: a text may be empty.
    first_ends_in_match_ = closure({0}, true, true).matches;
    dfa_.start = first.matches ? Dfa::kMatch : number(std::move(first.places), true);
    dfa_.next.assign(2 * dfa_.columns, Dfa::kNoMatch);
    std::fill_n(dfa_.next.begin() + dfa_.columns, dfa_.columns, Dfa::kMatch);
    for (size_t i = 0; i < sources_.size(); i++) {
      if (dfa_.states > kMostStates) return std::nullopt;
      row(i);
    }
    if (dfa_.states > kMostStates) return std::nullopt;
    return std::move(dfa_);
  }

 private:
  struct Closure {
    Places places;
    bool matches = false;
  };
  struct Source {
    Places places;
    bool is_first;
  };

  /// Bytes with the same membership in every set share a column; NUL has column 0 for itself.
  void make_columns() {
    std::map<std::vector<bool>, uint8_t> known;
    for (unsigned b = 1; b < 256; b++) {
      std::vector<bool> membership;
      for (const ByteSet& set : program_.sets) membership.push_back(set[b]);
      auto [it, is_new] = known.emplace(membership, static_cast<uint8_t>(dfa_.columns));
      if (is_new) {
        dfa_.columns++;
        samples_.push_back(static_cast<uint8_t>(b));
      }
      dfa_.column_of[b] = it->second;
    }
  }

  /// All places that threads at `from` can be at without taking a byte.
  Closure closure(const Places& from, bool at_begin, bool at_end) {
    Closure result;
    generation_++;
    todo_.assign(from.begin(), from.end());
    while (!todo_.empty()) {
      uint32_t at = todo_.back();
      todo_.pop_back();
      if (seen_[at] == generation_) continue;
      seen_[at] = generation_;
      const Step& step = program_.steps[at];
      switch (step.op) {
        case Step::Byte: result.places.push_back(at); break;
        case Step::Fork:
          todo_.push_back(step.x);
          todo_.push_back(step.y);
          break;
        case Step::Jump: todo_.push_back(step.x); break;
        case Step::Save: todo_.push_back(at + 1); break;
        case Step::Begin:
          if (at_begin) todo_.push_back(at + 1);
          break;
        case Step::End:
          if (at_end)
            todo_.push_back(at + 1);
          else
            result.places.push_back(at);
          break;
        case Step::Match: result.matches = true; break;
      }
    }
    std::sort(result.places.begin(), result.places.end());
    return result;
  }

  uint16_t number(Places places, bool is_first) {
    auto [it, is_new] =
        numbers_.try_emplace({places, is_first}, static_cast<uint16_t>(dfa_.states));
    if (is_new) {
      dfa_.states++;
      sources_.push_back({std::move(places), is_first});
    }
    return it->second;
  }

  void row(size_t index) {
    const Source source = sources_[index];
    bool ends =
        source.is_first ? first_ends_in_match_ : closure(source.places, false, true).matches;
    std::vector<uint16_t> row{ends ? Dfa::kMatch : Dfa::kNoMatch};
    for (uint8_t byte : samples_) row.push_back(after(source.places, byte));
    dfa_.next.insert(dfa_.next.end(), row.begin(), row.end());
  }

  /// The state behind `byte`; a match may also begin behind it.
  uint16_t after(const Places& places, uint8_t byte) {
    Places next = restart_;
    for (uint32_t at : places) {
      const Step& step = program_.steps[at];
      if (step.op == Step::Byte && program_.sets[step.x][byte]) next.push_back(at + 1);
    }
    Closure closed = closure(next, false, false);
    return closed.matches ? Dfa::kMatch : number(std::move(closed.places), false);
  }

  const Program& program_;
  Dfa dfa_;
  std::vector<uint8_t> samples_;  ///< one byte of each column but NUL's
  Places restart_;
  bool first_ends_in_match_ = false;
  std::map<std::pair<Places, bool>, uint16_t> numbers_;
  std::vector<Source> sources_;  ///< what state 2 + index stands for
  std::vector<uint32_t> seen_;   ///< by step: the last closure that visited it
  uint32_t generation_ = 0;
  Places todo_;
};

/// Joins states that no text tells apart (Moore's refinement): states stay in one block as long as
/// they agree on the end of the text and each byte takes them to the same block. A state from which
/// nothing, or everything, matches so becomes the final one, and a walk can stop there.
Dfa minimised(const Dfa& dfa) {
  std::vector<uint16_t> block(dfa.states);
  for (uint32_t state = 0; state < dfa.states; state++)
    block[state] = dfa.next[state * dfa.columns];
  size_t blocks = 2;
  for (;;) {
    std::map<std::vector<uint16_t>, uint16_t> known;
    std::vector<uint16_t> refined(dfa.states);
    for (uint32_t state = 0; state < dfa.states; state++) {
      std::vector<uint16_t> key{block[state]};
      for (uint32_t c = 0; c < dfa.columns; c++)
        key.push_back(block[dfa.next[state * dfa.columns + c]]);
      // The final states come first, so they keep their numbers.
      refined[state] =
          known.try_emplace(std::move(key), static_cast<uint16_t>(known.size())).first->second;
    }
    block = std::move(refined);
    if (known.size() == blocks) break;
    blocks = known.size();
  }
  Dfa small = dfa;
  small.states = static_cast<uint32_t>(blocks);
  small.start = block[dfa.start];
  small.next.assign(blocks * dfa.columns, 0);
  for (uint32_t state = 0; state < dfa.states; state++)
    for (uint32_t c = 0; c < dfa.columns; c++)
      small.next[block[state] * dfa.columns + c] = block[dfa.next[state * dfa.columns + c]];
  return small;
}

}  // namespace

std::optional<Dfa> make_dfa(const Program& program) {
  std::optional<Dfa> dfa = Builder(program).run();
  if (!dfa) return std::nullopt;
  return minimised(*dfa);
}

}  // namespace coretap::regex
