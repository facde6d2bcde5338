#include "lower/limits.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace coretap {

namespace {

struct Limit {
  const char* name;
  int64_t low, high;
  void (*set)(ir::Module&, int64_t);
};

constexpr int64_t kMany = 1000000000;

const Limit kLimits[] = {
    {"MAXSTRINGLEN", 16, 65536,
     [](ir::Module& m, int64_t v) { m.max_string = static_cast<uint32_t>(v); }},
    {"MAXACTION", 1, kMany, [](ir::Module& m, int64_t v) { m.max_action = v; }},
    {"MAXACTION_INTERRUPTIBLE", 1, kMany,
     [](ir::Module& m, int64_t v) { m.max_action_interruptible = v; }},
    {"MAXMAPENTRIES", 1, kMany,
     [](ir::Module& m, int64_t v) { m.max_map_entries = static_cast<uint32_t>(v); }},
    {"MAXNESTING", 1, 1000000,
     [](ir::Module& m, int64_t v) { m.max_nesting = static_cast<uint32_t>(v); }},
    {"MAXBACKTRACE", 1, 1024,
     [](ir::Module& m, int64_t v) { m.max_backtrace = static_cast<uint32_t>(v); }},
    {"MAXERRORS", 0, kMany, [](ir::Module& m, int64_t v) { m.max_errors = v; }},
    {"MAXSKIPPED", 0, kMany, [](ir::Module& m, int64_t v) { m.max_skipped = v; }},
    {"HIST_ELISION", -kMany, kMany, [](ir::Module& m, int64_t v) { m.hist_elision = v; }},
};

/// Names that stap's runtime knows and that have no object here: locks, probe slots, overload
/// protection, transport; and MAXTRYCATCH, for there is no limit to how deep `try` nests.
const char* const kWithoutEffect[] = {"MAXTRYCATCH",
                                      "MAXTRYLOCK",
                                      "TRYLOCKDELAY",
                                      "MINSTACKSPACE",
                                      "MAPHASHBIAS",
                                      "MAXUPROBES",
                                      "KRETACTIVE",
                                      "INTERRUPTIBLE",
                                      "SHORTMAP",
                                      "MAXUNWINDINFO",
                                      "MAXCONCURRENTPROBES",
                                      "UPROBES_HASH_SIZE",
                                      "SUPPRESS_HANDLER_ERRORS",
                                      "SUPPRESS_TIME_LIMITS_ENABLE"};

bool has_no_effect(const std::string& name) {
  if (name.starts_with("STP_") || name.starts_with("DEBUG_") || name.starts_with("STAP_"))
    return true;
  return std::any_of(std::begin(kWithoutEffect), std::end(kWithoutEffect),
                     [&](const char* each) { return name == each; });
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Limit& limit : kLimits) all.emplace_back(limit.name);
  return all;
}

}  // namespace

void set_limits(const Program& program, ir::Module& module) {
  Diagnostics& diagnostics = program.diagnostics;
  for (const auto& [name, text] : program.input.defines) {
    auto limit = std::find_if(std::begin(kLimits), std::end(kLimits),
                              [&name = name](const Limit& each) { return name == each.name; });
    if (limit == std::end(kLimits)) {
      if (has_no_effect(name)) continue;
      if (program.input.guru) {  // stap's -D is the C preprocessor's: embedded C may read it
        module.kernel_code.push_back("#define " + name + " " + text);
        module.user_code.push_back("#define " + name + " " + text);
        continue;
      }
      auto& warning = diagnostics.warning(
          "unknown-limit", Span{}, "-D " + name + " has no effect: there is no limit of that name");
      for (const std::string& similar : similar_names(name, names(), 3))
        warning.hint("similar: " + similar);
      continue;
    }
    char* end = nullptr;
    errno = 0;
    long long value = std::strtoll(text.c_str(), &end, 0);
    if (text.empty() || *end || errno || value < limit->low || value > limit->high) {
      diagnostics.error("limit-value", "-D " + name + "=" + text + ": it is a number from " +
                                           std::to_string(limit->low) + " to " +
                                           std::to_string(limit->high));
      continue;
    }
    limit->set(module, value);
  }
}

}  // namespace coretap
