#include "build/header_constant.h"

#include <time.h>

#include "build/make_rule.h"
#include "support/process.h"

namespace coretap {

namespace {

constexpr const char* kHeaders[] = {
    "errno.h",       "fcntl.h",         "limits.h",           "poll.h",
    "sched.h",       "signal.h",        "stddef.h",           "stdint.h",
    "time.h",        "unistd.h",        "netinet/in.h",       "netinet/tcp.h",
    "sys/epoll.h",   "sys/mman.h",      "sys/mount.h",        "sys/resource.h",
    "sys/socket.h",  "sys/stat.h",      "sys/wait.h",         "linux/capability.h",
    "linux/futex.h", "linux/netlink.h", "linux/perf_event.h", "linux/if_ether.h",
};

constexpr const char* kRule = "ct_headers";  ///< the target of clang's list of headers

/// The number in `@ct_value = dso_local constant i64 11, align 8`.
std::optional<int64_t> value_in(const std::string& llvm_text) {
  size_t at = llvm_text.find("@ct_value = ");
  at = at == std::string::npos ? at : llvm_text.find(" i64 ", at);
  if (at == std::string::npos) return std::nullopt;
  return std::stoll(llvm_text.substr(at + 5));
}

}  // namespace

std::optional<int64_t> header_constant(const std::string& expression, const CompileInput& input,
                                       Lookups& lookups) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t started = now.tv_sec * 1'000'000'000 + now.tv_nsec;
  std::string text = "#define _GNU_SOURCE 1\n";
  for (const char* header : kHeaders)
    text += std::string("#if __has_include(<") + header + ">)\n#include <" + header + ">\n#endif\n";
  text += "const long long ct_value = (long long)(" + expression + "\n);\n";
  ToolCommand command;
  // The list of headers goes where the result goes, before or after it.
  command.argv = {lookups.tool("clang"), "-w",  "-x",  "c",   "-S",
                  "-emit-llvm",          "-MD", "-MT", kRule, "-MF",
                  "/dev/stderr",         "-o",  "-",   "-"};
  command.input = Input::Fed;
  command.library_path = input.tool_library_path;
  if (command.argv[0].empty()) return std::nullopt;
  Job job = start(command);
  if (!job.started) return std::nullopt;
  feed(job, text);
  JobResult result = finish(job);
  if (result.exit_code != 0) return std::nullopt;
  size_t rule = result.output.find(kRule);
  if (rule != std::string::npos)
    for (const std::string& header : prerequisites(result.output.substr(rule)))
      lookups.file_read(header, started);
  return value_in(result.output);
}

}  // namespace coretap
