// A uretprobe is a breakpoint at the function's entry, where the kernel puts an address of its own in the
// place of the return address. Who else reads the stack meanwhile finds that address: the unwinder of
// C++ exceptions, Go's runtime, coroutines. More than 64 of them cannot be pending in a thread. A breakpoint
// at each return instruction has none of that, and local variables are still there. It needs to know
// all ways out of the function: dwarf/function_exits.cpp.
//
// Where the two are equally good the cheaper one is taken. The price is that of the traps. A breakpoint at a
// return instruction takes two, the second for the single step over it. A uretprobe takes one, or two,
// at the entry, and a trap or system call when the function returns. The entry takes one trap if the kernel
// emulates its first instruction (a push, mostly): then the uretprobe is cheaper. If the entry is
// probed too, at the same address, the uretprobe comes with the trap that is there anyway.
#include "analyse/place_returns.h"

#include <algorithm>
#include <map>
#include <set>

#include "ast/visitor.h"

namespace coretap {
namespace {

using probes::ResolvedProbe;
using probes::ReturnPlaces;

/// Where both ways are good, more breakpoints than this are not worth the saved time.
constexpr size_t kManyReturns = 4;
constexpr size_t kManyFunctions = 16;

/// What is said of a uretprobe that may harm the program.
const std::map<ReturnPlaces::Danger, const char*> kWarningIds = {
    {ReturnPlaces::Exceptions, "return-and-exceptions"},
    {ReturnPlaces::Go, "return-in-go"},
    {ReturnPlaces::Coroutines, "return-in-coroutine"},
};

/// Of a file: its path and an offset.
using Address = std::pair<std::string, uint64_t>;

struct Reads {
  bool entry = false;  ///< values from the function's entry
  bool exit = false;   ///< local variables
};

class Placing {
 public:
  Placing(Program& program, bool listing) : program_(program), listing_(listing) {
    for (const ElaboratedProbe& probe : program.probes)
      for (const ResolvedProbe& site : probe.sites)
        if (site.mechanism == ir::Mechanism::Uprobe && site.side == ir::Side::Kernel)
          probed_.insert({site.site.target, site.site.offset});
  }

  void place(ElaboratedProbe& probe) {
    std::vector<ResolvedProbe> sites;
    for (ResolvedProbe& site : probe.sites) {
      if (!site.returns) {
        sites.push_back(std::move(site));
        continue;
      }
      std::shared_ptr<ReturnPlaces> places = std::exchange(site.returns, nullptr);
      std::string why;
      const bool at_returns = choose(probe, site, *places, why);
      const bool never_returns = places->at_returns.empty() && places->obstacle.empty();
      if (never_returns && !listing_) continue;  // there is nothing to wait for
      if (!at_returns && !is_safe(site, *places)) continue;
      if (!at_returns) {
        site.site.placement = "as a uretprobe, because " + why;
        sites.push_back(std::move(site));
        continue;
      }
      for (ResolvedProbe& place : places->at_returns) {
        place.site.pp = site.site.pp;
        place.site.need = site.site.need;
        place.site.point = site.site.point;
        place.site.placement = text_of_count(places->at_returns.size()) + ", because " + why;
        sites.push_back(std::move(place));
      }
    }
    probe.sites = std::move(sites);
    report(probe);
  }

 private:
  static std::string text_of_count(size_t count) {
    return "at its " +
           (count == 1 ? "return instruction" : std::to_string(count) + " return instructions");
  }

  static Reads reads_of(ElaboratedProbe& probe, const ReturnPlaces& places) {
    Reads reads;
    ast::Walker walker;
    walker.expr = [&](ast::ExprPtr& expr) {
      if (expr->kind == ast::ExprKind::Entry) reads.entry = true;
      if (expr->kind != ast::ExprKind::Target) return true;
      const auto& target = static_cast<const ast::Target&>(*expr);
      const bool all = target.name == "$$vars";
      if (target.name == "$return" || target.name == "$$return") return true;
      const bool at_exit =
          !places.at_returns.empty() && places.at_returns.front().scope->reads_at_exit(target);
      reads.exit |= at_exit || all;
      reads.entry |= !at_exit || all;
      return true;
    };
    for (ast::ExprPtr& condition : probe.conditions) ast::walk(condition, walker);
    ast::walk(probe.body, walker);
    return reads;
  }

  /// At the return instructions? `why` gets the reason, as the end of "because …".
  bool choose(ElaboratedProbe& probe, const ResolvedProbe& site, const ReturnPlaces& places,
              std::string& why) {
    if (places.at_returns.empty()) {
      why = places.obstacle;
      return false;
    }
    const Reads reads = reads_of(probe, places);
    if (places.danger != ReturnPlaces::None) {
      why = danger_text(places.danger);
    } else if (reads.exit) {
      why = "local variables are read";
    } else if (places.may_nest) {
      why = "calls of it may nest, or call back";
    } else {
      const Address entry{site.site.target, site.site.offset};
      const bool saves_there =
          reads.entry && site.entry && site.entry->site.offset == site.site.offset;
      const bool is_paired = saves_there || probed_.count(entry) != 0;
      const bool is_much =
          places.at_returns.size() > kManyReturns || probe.sites.size() > kManyFunctions;
      why = is_paired ? "its entry is probed, too"
            : is_much ? "that takes fewer breakpoints"
                      : "that is faster";
      return !is_paired && !is_much && !places.entry_is_cheap;
    }
    return true;
  }

  static std::string danger_text(ReturnPlaces::Danger danger) {
    switch (danger) {
      case ReturnPlaces::Exceptions: return "exceptions may be thrown through it";
      case ReturnPlaces::Go: return "it is in a Go program, which moves stacks";
      case ReturnPlaces::Coroutines: return "the program switches stacks";
      case ReturnPlaces::ReadsReturnAddress: return "it reads its own return address";
      case ReturnPlaces::None: break;
    }
    return "";
  }

  /// May it be a uretprobe? Notes what is to be said of it.
  bool is_safe(const ResolvedProbe& site, const ReturnPlaces& places) {
    if (places.danger == ReturnPlaces::None) return true;
    Said& said = said_[places.danger];
    said.functions.push_back("'" + site.site.function + "'");
    said.target = site.site.target;
    said.obstacle = places.obstacle;
    return places.danger != ReturnPlaces::ReadsReturnAddress;
  }

  struct Said {
    std::vector<std::string> functions;
    std::string target, obstacle;
  };

  static std::string names(const std::vector<std::string>& functions) {
    constexpr size_t kShown = 3;
    std::string text;
    for (size_t i = 0; i < functions.size() && i < kShown; i++)
      text += (i ? ", " : "") + functions[i];
    if (functions.size() > kShown)
      text += " and " + std::to_string(functions.size() - kShown) + " more";
    return text;
  }

  void report(const ElaboratedProbe& probe) {
    for (const auto& [danger, said] : said_) {
      if (danger == ReturnPlaces::ReadsReturnAddress) {
        refuse(probe, said);
        continue;
      }
      if (listing_) continue;
      Diagnostic& diagnostic = program_.diagnostics.warning(
          kWarningIds.at(danger), probe.span,
          "the return probe of " + names(said.functions) + " in " + said.target +
              " replaces its return address: " + consequence(danger));
      if (said.functions.size() == 1)
        diagnostic.hint("it cannot be at its return instructions, because " + said.obstacle);
      else
        diagnostic.hint("they cannot be at their return instructions; -vv says why");
    }
    said_.clear();
  }

  /// A function that asks who called it goes astray with another answer: setjmp() keeps it. Of a
  /// wildcard's functions it is left out.
  void refuse(const ElaboratedProbe& probe, const Said& said) {
    if (!probe.sites.empty()) return;
    program_.diagnostics
        .semantic_error("return-address-read", probe.span,
                        "the return of " + names(said.functions) + " in " + said.target +
                            " cannot be probed: it reads its own return address, which a "
                            "uretprobe replaces")
        .hint("it cannot be probed at its return instructions, because " + said.obstacle);
  }

  static const char* consequence(ReturnPlaces::Danger danger) {
    switch (danger) {
      case ReturnPlaces::Go: return "the Go runtime ends a program in which it finds that";
      case ReturnPlaces::Coroutines:
        return "a coroutine that is left in it, or entered, ends the program";
      default: return "an exception that is thrown through it ends the program";
    }
  }

  Program& program_;
  bool listing_;
  std::set<Address> probed_;
  std::map<ReturnPlaces::Danger, Said> said_;
};

}  // namespace

void place_returns(Program& program, bool listing) {
  Placing placing(program, listing);
  for (ElaboratedProbe& probe : program.probes) placing.place(probe);
}

}  // namespace coretap
