#include "ir/syscall_numbers.h"

#include <unordered_map>

namespace coretap::ir {

std::optional<uint32_t> syscall_number(const std::string& name) {
  static const std::unordered_map<std::string, uint32_t> numbers = {
#if defined(__x86_64__)
#define CORETAP_SYSCALL(number, name) {#name, number},
#include "runtime/shared/syscalls_x86_64.def"
#endif
  };
  auto found = numbers.find(name);
  if (found == numbers.end()) return std::nullopt;
  return found->second;
}

std::string syscall_function(const std::string& name) {
#if defined(__x86_64__)
  return "__x64_sys_" + name;
#elif defined(__aarch64__)
  return "__arm64_sys_" + name;
#else
  return "";
#endif
}

}  // namespace coretap::ir
