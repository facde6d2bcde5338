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

}  // namespace coretap::ir
