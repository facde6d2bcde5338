#include "build/header_constant.h"

#include "build/process.h"

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

}  // namespace

std::optional<int64_t> header_constant(const std::string& expression) {
  std::string text = "#define _GNU_SOURCE 1\n";
  for (const char* header : kHeaders)
    text += std::string("#if __has_include(<") + header + ">)\n#include <" + header + ">\n#endif\n";
  text += "const long long ct_value = (long long)(" + expression + "\n);\n";
  Job job = start({"clang", "-w", "-x", "c", "-S", "-emit-llvm", "-o", "-", "-"}, Input::Fed);
  if (!job.error.empty()) return std::nullopt;
  feed(job, text);
  JobResult result = finish(job);
  if (result.exit_code != 0) return std::nullopt;
  // @ct_value = dso_local constant i64 11, align 8
  size_t at = result.output.find("@ct_value = ");
  at = at == std::string::npos ? at : result.output.find(" i64 ", at);
  if (at == std::string::npos) return std::nullopt;
  return std::stoll(result.output.substr(at + 5));
}

}  // namespace coretap
