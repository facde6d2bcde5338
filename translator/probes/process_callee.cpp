// process(...).function("F").callee("C")[.call|.return], .callees, .callees(N)
//
// What C does when F called it: the site is C's, and the handler runs if the return address is that of a call in F. A copy of C
// that was inlined into F is a site without a question. .callees(N) goes on with what the callees call, N calls deep; there, each
// caller's return address is asked for as well. Which calls there are: dwarf/calls.cpp. How they are told: called_from.cpp.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <tuple>

#include "probes/called_from.h"
#include "probes/functions_named.h"

namespace coretap::probes {

namespace {

/// So many calls are followed in one object. More are a program that is as large as the probed one.
constexpr size_t kMostCalls = 5000;

struct Query {
  const ast::ProbeComponent& function;
  const ast::ProbeComponent& component;  ///< .callee or .callees
  PointSpec callers, callees;
  size_t depth = 1;
  bool only_calls = false;  ///< .call, .return: no inlined copies
  bool is_return = false;
  bool any_callee() const { return callees.function == "*" && callees.file.empty(); }
};

/// A function, or inlined copy, and how it is reached.
struct Callee {
  debug::Function function;
  std::string caller;  ///< as listings name it
  std::vector<CallChain> chains;
};

class CalleeFinder {
 public:
  CalleeFinder(const ProcessTarget& target, const Query& query, ResolveContext& context)
      : target_(target), module_(*target.module), query_(query), context_(context) {}

  std::vector<ResolvedProbe> run() {
    std::vector<debug::Function> callers =
        functions_named(target_, query_.callers, query_.function, context_);
    if (callers.empty() || !find_wanted()) return {};
    std::set<std::pair<uint64_t, uint64_t>> seen;  // an inlined copy may have several entries
    for (const debug::Function& caller : callers)
      if (seen.insert({caller.die_offset, caller.die_offset ? 0 : caller.entry_pc}).second)
        follow(caller);
    if (followed_ > kMostCalls) {
      context_.diagnostics
          .semantic_error("too-many-calls", query_.component.span,
                          "there are more than " + std::to_string(kMostCalls) +
                              " calls to be told apart in " + module_.path())
          .hint("name fewer functions, or a smaller depth");
      return {};
    }
    std::vector<ResolvedProbe> probes;
    for (const auto& [key, callee] : callees_)
      query_.is_return ? add_returns(callee, probes) : add_entry(callee, probes);
    tell(probes.empty());
    return probes;
  }

 private:
  /// False after reporting that no function has the callee's name.
  bool find_wanted() {
    if (query_.any_callee()) return true;
    const std::vector<debug::Function> functions =
        functions_named(target_, query_.callees, query_.component, context_);
    for (const debug::Function& function : functions)
      wanted_.insert(function.is_inlined_copy ? std::pair(function.die_offset, uint64_t{0})
                                              : std::pair(uint64_t{0}, function.entry_pc));
    return !functions.empty();
  }

  bool is_wanted(const debug::Function& function) const {
    return query_.any_callee() ||
           wanted_.count(function.is_inlined_copy ? std::pair(function.die_offset, uint64_t{0})
                                                  : std::pair(uint64_t{0}, function.entry_pc)) != 0;
  }

  const std::vector<debug::Call>& calls(const debug::Function& caller) {
    const std::pair<uint64_t, uint64_t> key(caller.die_offset,
                                            caller.die_offset ? 0 : caller.entry_pc);
    auto [found, is_new] = calls_.try_emplace(key);
    if (is_new) found->second = module_.calls(caller);
    return found->second;
  }

  /// A function whose calls are still to be looked at.
  struct Step {
    const debug::Function* caller;
    CallChain chain;  ///< the calls that led to it
    size_t depth;
  };

  /// Goes through the calls of a function, then through those of what it calls, and so on: a list of steps instead of
  /// recursion, because a function that calls itself is as deep as the script asks.
  void follow(const debug::Function& function) {
    std::deque<Step> steps{{&function, {}, 1}};
    while (!steps.empty()) {
      const Step step = std::move(steps.front());
      steps.pop_front();
      for (const debug::Call& call : calls(*step.caller)) {
        if (++followed_ > kMostCalls) return;
        called_.insert(call.callee.name);
        CallChain further = step.chain;
        if (call.return_address != 0) further.insert(further.begin(), call.return_address);
        if (is_wanted(call.callee)) add(*step.caller, call, further);
        if (step.depth < query_.depth && !call.is_tail_call)
          steps.push_back({&call.callee, std::move(further), step.depth + 1});
      }
    }
  }

  void add(const debug::Function& caller, const debug::Call& call, const CallChain& chain) {
    const debug::Function& function = call.callee;
    if (call.is_tail_call) {
      tail_calls_.insert("'" + function.name + "' from '" + caller.name + "'");
      return;
    }
    if (function.is_inlined_copy && query_.only_calls) {
      inlined_.insert(function.name);
      return;
    }
    Callee& callee =
        callees_[{function.entry_pc, function.entry_view,
                  function.is_inlined_copy ? function.die_offset : 0, source_name(caller)}];
    callee.function = function;
    callee.caller = source_name(caller);
    if (std::find(callee.chains.begin(), callee.chains.end(), chain) == callee.chains.end())
      callee.chains.push_back(chain);
  }

  SiteDetails text_of(const Callee& callee) const {
    SiteDetails text;
    text.canonical = canonical_prefix(target_) + ".function(\"" + callee.caller + "\").callee(\"" +
                     source_name(callee.function) + "\")";
    if (query_.is_return)
      text.canonical += ".return";
    else if (query_.only_calls)
      text.canonical += ".call";
    text.function = callee.function.name;
    text.source = callee.function.decl;
    text.scope = callee.function.die_offset;
    return text;
  }

  std::optional<ResolvedProbe> probe(const Callee& callee, debug::CodePoint point,
                                     ir::Mechanism mechanism) {
    const Span& at = query_.component.span;
    auto from = make_called_from(module_, point, callee.chains);
    if (!from) {
      context_.diagnostics.semantic_error("no-caller", at,
                                          "who called '" + callee.function.name + "' in " +
                                              module_.path() +
                                              " cannot be told: " + from.failure().text());
      return std::nullopt;
    }
    std::optional<ResolvedProbe> probe =
        make_uprobe(target_, point, mechanism, text_of(callee), at, context_);
    if (probe) probe->called_from = *std::move(from);
    return probe;
  }

  void add_entry(const Callee& callee, std::vector<ResolvedProbe>& probes) {
    if (auto made = probe(callee, body_of(callee.function), ir::Mechanism::Uprobe))
      probes.push_back(std::move(*made));
  }

  /// At its return instructions: where a uretprobe's handler runs, nothing tells which object the return address is of.
  void add_returns(const Callee& callee, std::vector<ResolvedProbe>& probes) {
    const debug::FunctionExits& exits = module_.exits(callee.function.entry_pc);
    if (!exits.obstacle.empty())
      obstacles_.emplace("'" + callee.function.name + "'", exits.obstacle);
    std::shared_ptr<ResolvedProbe> entry;
    for (uint64_t pc : exits.returns) {
      std::optional<ResolvedProbe> made = probe(callee, pc, ir::Mechanism::UprobeAtReturn);
      if (!made) return;
      if (!entry) {
        std::optional<ResolvedProbe> begin =
            make_uprobe(target_, body_of(callee.function), ir::Mechanism::Uprobe, text_of(callee),
                        query_.component.span, context_);
        if (!begin) return;
        entry = std::make_shared<ResolvedProbe>(*std::move(begin));
      } else {
        made->is_further_place = true;
      }
      made->entry = entry;
      probes.push_back(std::move(*made));
    }
  }

  static std::string some_of(const std::set<std::string>& texts) {
    constexpr size_t kShown = 5;
    std::vector<std::string> shown;
    for (const std::string& text : texts)
      if (shown.size() < kShown) shown.push_back(text);
    std::string text = join(shown);
    if (texts.size() > kShown) text += " and " + std::to_string(texts.size() - kShown) + " more";
    return text;
  }

  /// Says what is left out, or why there is nothing.
  void tell(bool is_empty) {
    const Span& at = query_.component.span;
    Diagnostics& diagnostics = context_.diagnostics;
    if (!obstacles_.empty()) {
      std::set<std::string> names;
      for (const auto& [name, why] : obstacles_) names.insert(name);
      const std::string message = "returns of " + some_of(names) + " in " + module_.path() +
                                  " cannot be told apart by caller";
      Diagnostic& diagnostic = is_empty ? diagnostics.semantic_error("callee-return", at, message)
                                        : diagnostics.warning("callee-return", at, message);
      diagnostic.hint("they cannot be probed at their return instructions, because " +
                      obstacles_.begin()->second);
      if (is_empty) return;
    }
    if (is_empty && callees_.empty()) return report_no_callee();
    if (tail_calls_.empty()) return;
    diagnostics
        .warning("callee-tail-call", at,
                 "tail calls are not counted, of " + some_of(tail_calls_) + " in " + module_.path())
        .hint(
            "such a call is a jump and leaves no return address; probe the called function "
            "itself");
  }

  void report_no_callee() {
    Diagnostic& diagnostic = context_.diagnostics.semantic_error(
        "no-such-callee", query_.component.span,
        "'" + *query_.function.string_arg + "' calls no function" +
            (query_.any_callee() ? "" : " that matches '" + *query_.component.string_arg + "'") +
            " in " + module_.path());
    if (!tail_calls_.empty())
      diagnostic.hint(
          "it ends in a jump to it, a tail call, which leaves no return address; "
          "probe the called function itself");
    else if (!inlined_.empty())
      diagnostic.hint("it is inlined there: leave out '." +
                      std::string(query_.is_return ? "return" : "call") + "'");
    else if (!called_.empty() && !query_.any_callee())
      diagnostic.hint("it calls " + some_of(called_));
    else
      diagnostic.hint(
          "calls by pointer, and of other objects, are not known; '.plt' probes the latter");
  }

  const ProcessTarget& target_;
  const debug::Module& module_;
  const Query& query_;
  ResolveContext& context_;
  std::set<std::pair<uint64_t, uint64_t>> wanted_;  ///< DIE of a copy, or entry of a function
  std::map<std::pair<uint64_t, uint64_t>, std::vector<debug::Call>>
      calls_;  ///< the same, of callers
  std::map<std::tuple<uint64_t, uint32_t, uint64_t, std::string>, Callee> callees_;
  size_t followed_ = 0;
  std::set<std::string> tail_calls_, inlined_, called_;
  std::map<std::string, std::string> obstacles_;  ///< of the returns, by function
};

std::optional<Query> make_query(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent& function = *find_component(point, "function");
  const bool is_one = has_component(point, "callee");
  const ast::ProbeComponent& target = *find_component(point, is_one ? "callee" : "callees");
  Query query{function, target, {}, {}};
  query.is_return = has_component(point, "return");
  query.only_calls = query.is_return || has_component(point, "call");
  std::optional<PointSpec> callers =
      parse_point_spec(*function.string_arg, function.span, context.diagnostics);
  std::optional<PointSpec> called = parse_point_spec(is_one ? *target.string_arg : "*",
                                                     query.component.span, context.diagnostics);
  if (!callers || !called) return std::nullopt;
  query.callers = *callers;
  query.callees = *called;
  if (is_one || !target.number_arg) return query;
  if (*target.number_arg < 1) {
    context.diagnostics.semantic_error("callees-depth", target.span,
                                       "the depth of '.callees' is at least 1");
    return std::nullopt;
  }
  query.depth = static_cast<size_t>(*target.number_arg);
  return query;
}

}  // namespace

std::vector<ResolvedProbe> resolve_process_callee(const ast::ProbePoint& point,
                                                  ResolveContext& context) {
  std::optional<Query> query = make_query(point, context);
  if (!query) return {};
  std::vector<ResolvedProbe> probes;
  std::vector<ProcessTarget> targets = find_process_targets(point, context);
  Diagnostics::Attempt attempt(context.diagnostics);
  for (const ProcessTarget& target : targets)
    for (ResolvedProbe& probe : CalleeFinder(target, *query, context).run())
      probes.push_back(std::move(probe));
  if (targets.size() > 1 && !probes.empty()) attempt.drop();
  return probes;
}

}  // namespace coretap::probes
