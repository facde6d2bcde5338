// Regular expressions on the user side: the table's walk, and where groups are.
//
// A match begins as far left as possible and is then as long as possible (POSIX). Of the ways to
// match that stretch, groups show the one that the program prefers (translator/regex/program.h).
// So three runs: the begin and the end by threads without places, then the groups by threads
// that keep their preference and the places they saved.
#include <algorithm>
#include <vector>

#include "runtime/user/harness/harness.h"

namespace ct {

s64 regex_match(View text, const Regex& regex) {
  u16 state = regex.start;
  for (u32 i = 0; i <= text.size && state > 1; ++i) {
    u8 byte = i < text.size ? static_cast<u8>(text.data[i]) : 0;
    state = regex.next[state * regex.columns + regex.column_of[byte]];
  }
  return state;
}

namespace {

using Places = std::vector<int>;  ///< by number of a Save; -1: not saved

struct Thread {
  u32 step;
  Places saved;
};

class Matcher {
 public:
  Matcher(View text, const Regex& regex)
      : text_(text), regex_(regex), visited_(regex.step_count, 0) {}

  /// Where the groups of the match are; empty if there is none.
  Places run() {
    for (u32 begin = 0; begin <= text_.size; ++begin) {
      int end = longest_from(begin);
      if (end >= 0) return groups(begin, static_cast<u32>(end));
    }
    return {};
  }

 private:
  int longest_from(u32 begin) {
    int longest = -1;
    walk(begin, text_.size, [&](u32 at, const Places&) {
      longest = static_cast<int>(at);
      return false;
    });
    return longest;
  }

  Places groups(u32 begin, u32 end) {
    Places found;
    walk(begin, end, [&](u32 at, const Places& saved) {
      if (at == end) found = saved;
      return at == end;
    });
    return found;
  }

  /// Runs threads from `begin` to at most `end`. on_match(place, saved) is called for each place
  /// where the program ends, the preferred way first; it returns whether that was enough.
  template <typename F>
  void walk(u32 begin, u32 end, F&& on_match) {
    std::vector<Thread> threads, next;
    ++generation_;
    add(threads, 0, begin, Places(regex_.groups * 2, -1));
    for (u32 at = begin; !threads.empty(); ++at) {
      for (const Thread& thread : threads)
        if (regex_.steps[thread.step].op == RegexOp::Match && on_match(at, thread.saved)) return;
      if (at == end) return;
      next.clear();
      ++generation_;
      for (Thread& thread : threads)
        if (takes(thread.step, static_cast<u8>(text_.data[at])))
          add(next, thread.step + 1, at + 1, std::move(thread.saved));
      std::swap(threads, next);
    }
  }

  bool takes(u32 step, u8 byte) const {
    if (regex_.steps[step].op != RegexOp::Byte) return false;
    return regex_.sets[regex_.steps[step].x][byte >> 3] >> (byte & 7) & 1;
  }

  /// Adds the threads that `step` leads to without taking a byte, the preferred one first. Whoever
  /// comes second to a step has nothing to add. Not recursive: programs are long.
  void add(std::vector<Thread>& threads, u32 first, u32 at, Places saved) {
    std::vector<Thread> todo;
    todo.push_back({first, std::move(saved)});
    while (!todo.empty()) {
      Thread thread = std::move(todo.back());
      todo.pop_back();
      if (visited_[thread.step] == generation_) continue;
      visited_[thread.step] = generation_;
      const RegexStep& step = regex_.steps[thread.step];
      switch (step.op) {
        case RegexOp::Byte:
        case RegexOp::Match: threads.push_back(std::move(thread)); break;
        case RegexOp::Fork:
          todo.push_back({step.y, thread.saved});
          todo.push_back({step.x, std::move(thread.saved)});
          break;
        case RegexOp::Jump: todo.push_back({step.x, std::move(thread.saved)}); break;
        case RegexOp::Save:
          thread.saved[step.x] = static_cast<int>(at);
          todo.push_back({thread.step + 1, std::move(thread.saved)});
          break;
        case RegexOp::Begin:
          if (at == 0) todo.push_back({thread.step + 1, std::move(thread.saved)});
          break;
        case RegexOp::End:
          if (at == text_.size) todo.push_back({thread.step + 1, std::move(thread.saved)});
          break;
      }
    }
  }

  View text_;
  const Regex& regex_;
  std::vector<u32> visited_;  ///< by step: the last generation that was there
  u32 generation_ = 0;
};

}  // namespace

void matched(Out to, s64 n, s64 which, View text, const Regex* regexes) {
  if (which == 0) failf("Attempted to get subexpression %lld from failed match", n);
  const Regex& regex = regexes[which - 1];
  if (n < 0 || n >= regex.groups) failf("Attempted to get nonexistent subexpression %lld", n);
  Places places = Matcher(text, regex).run();
  size_t group = static_cast<size_t>(n) * 2;
  bool set = group + 1 < places.size() && places[group] >= 0 && places[group + 1] >= 0;
  if (!set) return copy(to, {"", 0});
  copy(to, {text.data + places[group], static_cast<u32>(places[group + 1] - places[group])});
}

s64 ngroups(s64 which, const Regex* regexes) {
  if (which == 0) failf("Attempted to get subexpression count from failed match");
  return regexes[which - 1].groups;
}

}  // namespace ct
