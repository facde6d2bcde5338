// The kernel's BTF: functions with parameter names, tracepoints, types. Read with libbpf's
// btf__* readers; libbpf types do not leak out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/types.h"

namespace coretap::debug {

struct BtfParameter {
  std::string name;
  TypePtr type;
};
struct BtfFunction {
  std::string name;
  std::vector<BtfParameter> parameters;
  TypePtr return_type;  ///< null for void
};

class KernelBtf {
 public:
  /// Reads `path` (raw BTF as /sys/kernel/btf/vmlinux, or an ELF file with .BTF). Fails with a sentence.
  static ct::Result<std::shared_ptr<KernelBtf>> open(const std::string& path);
  /// The same for a kernel module (as /sys/kernel/btf/MODULE, or its .ko file), whose types build on
  /// the kernel's: lists and finds only the module's own functions, but types of both.
  static ct::Result<std::shared_ptr<KernelBtf>> open_module(
      const std::string& path, const std::shared_ptr<KernelBtf>& kernel);
  virtual ~KernelBtf() = default;
  virtual std::optional<BtfFunction> function(const std::string& name) const = 0;
  virtual std::vector<std::string> functions(const std::string& glob) const = 0;  ///< sorted
  /// Arguments of tracepoint `name` (without `__data`), with the names of its TP_PROTO: types from
  /// `btf_trace_<name>`, names from `__traceiter_<name>` or `__bpf_trace_<name>`.
  virtual std::optional<BtfFunction> tracepoint(const std::string& name) const = 0;
  virtual std::vector<std::string> tracepoints(const std::string& glob) const = 0;  ///< sorted
  /// Value of an enumerator of any of the kernel's enums.
  virtual std::optional<int64_t> enumerator(const std::string& name) const = 0;
  virtual TypePtr type_named(const std::string& name) const = 0;  ///< "struct task_struct", "pid_t"
};

}  // namespace coretap::debug
