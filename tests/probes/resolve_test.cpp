// Where probes go, against nm, gdb and readelf.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness.h"
#include "tests/common/matches.h"

namespace coretap::probes::test {
namespace {

std::vector<ResolvedProbe> resolve_point(const std::string& point, Script** keep = nullptr) {
  static std::vector<std::unique_ptr<Script>> scripts;
  scripts.push_back(std::make_unique<Script>("probe " + point + " {}"));
  if (keep) *keep = scripts.back().get();
  std::vector<ResolvedProbe> probes = scripts.back()->resolve();
  EXPECT_EQ(scripts.back()->rendered(), "") << point;
  return probes;
}

std::string process(const std::string& name) { return "process(\"" + program(name) + "\")"; }

std::set<uint64_t> offsets(const std::vector<ResolvedProbe>& probes) {
  std::set<uint64_t> found;
  for (const ResolvedProbe& probe : probes) found.insert(probe.site.offset);
  return found;
}

uint64_t nm_address(const std::string& name, const std::string& symbol) {
  return std::stoull(run("nm " + program(name) + " | awk '$3 == \"" + symbol + "\" {print $1}'"),
                     nullptr, 16);
}

/// Where gdb puts a breakpoint on `place`.
std::set<uint64_t> gdb_breakpoints(const std::string& name, const std::string& place) {
  std::string text = run("gdb -nx -batch -ex 'break " + place + "' -ex 'info breakpoints' " +
                         program(name) + " 2>/dev/null");
  std::set<uint64_t> found;
  for (const Groups& groups : all_matches(text, "0x0000([0-9a-f]+) in "))
    found.insert(std::stoull(groups[1], nullptr, 16));
  return found;
}

TEST(ProcessFunction, UnoptimisedEntryIsBehindThePrologue) {
  for (const char* function : {"work", "main", "retst"}) {
    auto probes = resolve_point(process("shapes-O0") + ".function(\"" + function + "\")");
    EXPECT_EQ(offsets(probes), gdb_breakpoints("shapes-O0", function)) << function;
  }
}

TEST(ProcessFunction, OptimisedEntryIsTheFirstInstruction) {
  auto probes = resolve_point(process("shapes-O2") + ".function(\"work\").call");
  EXPECT_EQ(offsets(probes), std::set<uint64_t>{nm_address("shapes-O2", "work")});
}

TEST(ProcessFunction, ReturnProbeIsAtTheSymbolAndKnowsItsEntry) {
  auto probes = resolve_point(process("shapes-O0") + ".function(\"work\").return");
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].site.offset, nm_address("shapes-O0", "work"));
  EXPECT_EQ(probes[0].mechanism, ir::Mechanism::Uretprobe);
  EXPECT_TRUE(probes[0].is_return);
  ASSERT_NE(probes[0].entry, nullptr);
  EXPECT_EQ(probes[0].entry->mechanism, ir::Mechanism::Uprobe);
  EXPECT_EQ(std::set<uint64_t>{probes[0].entry->site.offset}, gdb_breakpoints("shapes-O0", "work"));
}

TEST(ProcessFunction, NoReturnProbeOnStart) {
  for (const ResolvedProbe& probe : resolve_point(process("shapes-O0") + ".function(\"*\").return"))
    EXPECT_NE(probe.site.function, "_start");
}

TEST(ProcessFunction, VariantsSplitRealFunctionsAndCopies) {
  auto all = offsets(resolve_point(process("shapes-O2") + ".function(\"*\")"));
  auto call = offsets(resolve_point(process("shapes-O2") + ".function(\"*\").call"));
  auto copies = offsets(resolve_point(process("shapes-O2") + ".function(\"*\").inline"));
  EXPECT_EQ(copies.size(), 1u);  // addone, inlined into work
  std::set<uint64_t> both = call;
  both.insert(copies.begin(), copies.end());
  EXPECT_EQ(all, both);
}

TEST(ProcessFunction, CanonicalNamesResolveToThemselves) {
  for (const char* spec : {"work", "*", "work@shapes.c", "work@*/shapes.c:10", "@shapes.c"})
    for (const ResolvedProbe& probe :
         resolve_point(process("shapes-O0") + ".function(\"" + spec + "\")")) {
      auto again = resolve_point(probe.canonical);
      ASSERT_EQ(again.size(), 1u) << probe.canonical;
      EXPECT_EQ(again[0].canonical, probe.canonical);
      EXPECT_EQ(again[0].site.offset, probe.site.offset);
    }
}

TEST(ProcessFunction, LineChoosesTheFunctionThatContainsIt) {
  auto probes = resolve_point(process("shapes-O0") + ".function(\"*@shapes.c:14\")");
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].site.function, "work");
}

TEST(ProcessFunction, AddressInsideAFunction) {
  uint64_t address = nm_address("shapes-O0", "work");
  auto probes =
      resolve_point(process("shapes-O0") + ".function(" + std::to_string(address + 1) + ")");
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].site.function, "work");
}

TEST(ProcessFunction, SymbolTableIsEnoughForNames) {
  auto probes = resolve_point(process("shapes-stripped") +
                              ".library(\"libc.so.6\").function(\"malloc\").call");
  ASSERT_FALSE(probes.empty());
  EXPECT_NE(probes[0].site.target.find("libc.so.6"), std::string::npos);
  EXPECT_FALSE(probes[0].site.build_id.empty());
}

TEST(ProcessStatement, EveryLineWithAnIsStmtRow) {
  for (const char* name : {"shapes-O0", "shapes-O2", "kinds-O0", "kinds-O2"}) {
    std::string file = std::string(name).substr(0, std::string(name).find('-')) + ".c";
    std::set<std::string> ours;
    for (const ResolvedProbe& probe :
         resolve_point(process(name) + ".statement(\"*@" + file + ":*\")"))
      ours.insert(probe.site.file_line);
    std::set<std::string> theirs;
    std::string rows = run("readelf --debug-dump=decodedline " + program(name) +
                           " | awk '$1 == \"" + file + "\" && $NF == \"x\" {print $2}'");
    for (size_t at = 0, end; (end = rows.find('\n', at)) != std::string::npos; at = end + 1)
      theirs.insert(file + ":" + rows.substr(at, end - at));
    EXPECT_EQ(ours, theirs) << name;
  }
}

TEST(ProcessStatement, SitesAreWhereGdbStops) {
  auto probes = resolve_point(process("shapes-O0") + ".statement(\"work@shapes.c:16\")");
  EXPECT_EQ(offsets(probes), gdb_breakpoints("shapes-O0", "shapes.c:16"));
  EXPECT_EQ(probes.at(0).site.file_line, "shapes.c:16");
}

TEST(ProcessStatement, RangesListsAndRelativeLines) {
  auto lines = [&](const std::string& spec) {
    std::set<std::string> found;
    for (const ResolvedProbe& probe :
         resolve_point(process("shapes-O0") + ".statement(\"work@shapes.c" + spec + "\")"))
      found.insert(probe.site.file_line);
    return found;
  };
  using Lines = std::set<std::string>;
  EXPECT_EQ(lines(":16-17"), (Lines{"shapes.c:16", "shapes.c:17"}));
  EXPECT_EQ(lines(":12,16-17"), (Lines{"shapes.c:12", "shapes.c:16", "shapes.c:17"}));
  EXPECT_EQ(lines("+6"), (Lines{"shapes.c:16"}));
  EXPECT_EQ(lines(":16"), lines("+6"));
}

TEST(ProcessStatement, NearestTakesTheNextLineWithCode) {
  auto probes = resolve_point(process("shapes-O0") + ".statement(\"work@shapes.c:15\").nearest");
  ASSERT_FALSE(probes.empty());
  EXPECT_EQ(probes[0].site.file_line, "shapes.c:16");
}

TEST(ProcessStatement, Address) {
  uint64_t address = nm_address("shapes-O0", "work");
  auto probes = resolve_point(process("shapes-O0") + ".statement(" + std::to_string(address) + ")");
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].site.offset, address);
  EXPECT_EQ(probes[0].site.function, "work");
}

TEST(Process, NumberIsARunningProcess) {
  auto probes = resolve_point("process(" + std::to_string(getpid()) +
                              ").library(\"libc.so.6\").function(\"getpid\").call");
  ASSERT_FALSE(probes.empty());
  EXPECT_EQ(probes[0].site.pid, getpid());
}

TEST(Process, WithoutPathIsTheTargetCommand) {
  Script script("probe process.function(\"work\") {}");
  script.lookups = Lookups({program("shapes-O0"), 0});
  auto probes = script.resolve();
  ASSERT_EQ(probes.size(), 1u) << script.rendered();
  EXPECT_EQ(probes[0].site.target, program("shapes-O0"));
}

TEST(Sharing, OnlyWhatTheHandlerReadsCounts) {
  auto probes = resolve_point(process("shapes-O2") + ".statement(\"work@shapes.c:14\")");
  auto more = resolve_point(process("shapes-O2") + ".statement(\"work@shapes.c:16\")");
  probes.insert(probes.end(), more.begin(), more.end());
  std::set<std::string> none, total;
  for (const ResolvedProbe& probe : probes) {
    none.insert(probe.scope->sharing_key(std::vector<std::string>{}));
    total.insert(probe.scope->sharing_key({"$total"}));
  }
  EXPECT_EQ(none.size(), 1u);
  EXPECT_GT(total.size(), 1u);
}

TEST(Sharing, GlobalsOfAPositionIndependentProgramAreNotShared) {
  auto a = resolve_point(process("shapes-O0") + ".function(\"work\")");
  auto b = resolve_point(process("shapes-O0") + ".function(\"retst\")");
  EXPECT_NE(a[0].scope->sharing_key({"$global_counter"}),
            b[0].scope->sharing_key({"$global_counter"}));
}

TEST(UserSide, TimersAndLifecycle) {
  struct Row {
    const char* point;
    uint64_t period, randomize;
  };
  for (const Row& row :
       {Row{"timer.s(3)", 3'000'000'000, 0}, Row{"timer.sec(1)", 1'000'000'000, 0},
        Row{"timer.ms(5).randomize(2)", 5'000'000, 2'000'000}, Row{"timer.us(7)", 7'000, 0},
        Row{"timer.ns(9)", 9, 0}, Row{"timer.hz(100)", 10'000'000, 0},
        Row{"timer.jiffies(50).randomize(4)", 50, 4}}) {
    auto probes = resolve_point(row.point);
    ASSERT_EQ(probes.size(), 1u);
    EXPECT_EQ(probes[0].event, ir::UserEvent::Timer);
    EXPECT_EQ(probes[0].period, row.period) << row.point;
    EXPECT_EQ(probes[0].randomize, row.randomize) << row.point;
    EXPECT_EQ(probes[0].canonical, row.point);
    EXPECT_EQ(probes[0].in_ticks, std::string(row.point).find("jiffies") != std::string::npos);
  }
  EXPECT_EQ(resolve_point("begin(-5)")[0].priority, -5);
  EXPECT_EQ(resolve_point("error")[0].event, ir::UserEvent::Error);
  EXPECT_TRUE(resolve_point("never")[0].never);
}

TEST(Perf, TypeConfigAndRate) {
  auto sampled = resolve_point("perf.type(1).config(2).sample(3000)")[0];
  EXPECT_EQ(sampled.mechanism, ir::Mechanism::PerfEvent);
  EXPECT_EQ(sampled.site.perf_type, 1u);
  EXPECT_EQ(sampled.site.perf_config, 2u);
  EXPECT_EQ(sampled.site.perf_period, 3000u);
  EXPECT_FALSE(sampled.site.perf_is_freq);
  EXPECT_TRUE(resolve_point("perf.type(1).config(0).hz(99)")[0].site.perf_is_freq);
  EXPECT_EQ(resolve_point("perf.type(1).config(0)")[0].site.perf_period, 1'000'000u);
}

class Kernel : public testing::Test {
 protected:
  void SetUp() override {
    if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
      GTEST_SKIP() << "this kernel has no BTF: kernel probes are NOT tested";
  }
};

TEST_F(Kernel, TraceByNameAndWildcard) {
  auto one = resolve_point("kernel.trace(\"sched_switch\")");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].mechanism, ir::Mechanism::TpBtf);
  EXPECT_EQ(one[0].site.target, "sched_switch");
  std::vector<std::string> listing = one[0].scope->listing();
  EXPECT_NE(std::find(listing.begin(), listing.end(), "$next:struct task_struct*"), listing.end());
  EXPECT_GT(resolve_point("kernel.trace(\"sched_process_*\")").size(), 3u);
  EXPECT_EQ(resolve_point("kernel.trace(\"sched:sched_switch\")")[0].canonical,
            "kernel.trace(\"sched:sched_switch\")");
}

TEST_F(Kernel, FunctionByBtf) {
  auto probes = resolve_point("kernel.function(\"vfs_read\").return");
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].mechanism, ir::Mechanism::Kretprobe);
  ASSERT_NE(probes[0].entry, nullptr);
  EXPECT_EQ(probes[0].entry->mechanism, ir::Mechanism::Kprobe);
  EXPECT_GT(resolve_point("kernel.function(\"vfs_*\")").size(), 20u);
  std::string names;
  for (const ResolvedProbe& each : resolve_point("kprobe.function(\"vfs_{read{,v},wr{it,ot}e}\")"))
    names += each.site.function + " ";
  EXPECT_EQ(names, "vfs_read vfs_readv vfs_write ");
}

TEST_F(Kernel, SystemCallTracepoint) {
  auto probes = resolve_point("kernel.tracepoint(\"syscalls:sys_enter_openat\")");
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].mechanism, ir::Mechanism::Tracepoint);
  EXPECT_EQ(probes[0].site.target, "syscalls:sys_enter_openat");
}

TEST(Table, EveryPatternIsBuiltin) {
  std::vector<std::string> patterns = point_patterns();
  EXPECT_TRUE(std::is_sorted(patterns.begin(), patterns.end()));
  EXPECT_NE(std::find(patterns.begin(), patterns.end(), "process(string).function(string).return"),
            patterns.end());
  Script known("probe process(\"x\").nonsense {}"), unknown("probe nonsense {}");
  EXPECT_TRUE(is_builtin(known.point()));
  EXPECT_FALSE(is_builtin(unknown.point()));
}

}  // namespace
}  // namespace coretap::probes::test
