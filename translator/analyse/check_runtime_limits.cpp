// Limits of SystemTap's runtime, which its third pass and the start of a script find: its first two
// accept what is over them.
#include <algorithm>
#include <cstdlib>

#include "analyse/program.h"
#include "ast/visitor.h"

namespace coretap {

namespace {

constexpr size_t kMostPrinted = 32;
/// Buckets of a linear histogram with those below and above its range: STP_MAX_BUCKETS in the
/// runtime's stat.h, which -D changes.
constexpr int64_t kMostBuckets = 128;

class RuntimeLimits {
 public:
  explicit RuntimeLimits(Program& program) : program_(program), most_buckets_(kMostBuckets) {
    auto set = program.input.defines.find("STP_MAX_BUCKETS");
    if (set != program.input.defines.end())
      most_buckets_ = std::clamp(std::strtoll(set->second.c_str(), nullptr, 0), 3LL, 1LL << 16);
  }

  void run() {
    ast::Walker walker;
    walker.expr = [this](ast::ExprPtr& slot) {
      if (slot->kind == ast::ExprKind::Print) check(static_cast<ast::Print&>(*slot));
      if (slot->kind == ast::ExprKind::Hist) check(static_cast<ast::Hist&>(*slot));
      return true;
    };
    for (ElaboratedProbe& probe : program_.probes) ast::walk(probe.body, walker);
    for (ast::FunctionDecl* function : program_.functions)
      if (function->body) ast::walk(function->body, walker);
  }

 private:
  void check(const ast::Print& print) {
    if (print.args.size() <= kMostPrinted) return;
    program_.diagnostics
        .semantic_error("print-arguments", print.span,
                        "too many arguments to print (" + std::to_string(print.args.size()) + ")")
        .hint("one " + print.name + " takes up to " + std::to_string(kMostPrinted) +
              ": print the rest with another one");
  }

  void check(const ast::Hist& hist) {
    if (!hist.linear) return;
    auto refuse = [&](const std::string& why) -> Diagnostic& {
      return program_.diagnostics.semantic_error("histogram-bounds", hist.span,
                                                 "histogram: " + why);
    };
    if (hist.step == 0) {
      refuse("the interval cannot be zero");
    } else if (hist.step < 0 || hist.high < hist.low) {
      refuse("the interval must be positive, and the end not below the start");
    } else {
      uint64_t range = static_cast<uint64_t>(hist.high) - static_cast<uint64_t>(hist.low);
      uint64_t steps = range / static_cast<uint64_t>(hist.step);  // one less than buckets
      if (steps < static_cast<uint64_t>(most_buckets_ - 2)) return;
      refuse("the number of buckets must be between 1 and " + std::to_string(most_buckets_ - 2))
          .hint("it is (end - start) / interval + 1; -D STP_MAX_BUCKETS=N allows N - 2");
    }
  }

  Program& program_;
  int64_t most_buckets_;
};

}  // namespace

void check_runtime_limits(Program& program) { RuntimeLimits(program).run(); }

}  // namespace coretap
