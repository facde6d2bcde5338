// Drives the compilers: clang for the kernel object and g++ for the harness, side by side; the harness becomes
// a small shared object (run now) or, with the runtime and the object, one static executable.
#pragma once

#include <set>
#include <string>

#include "build/process.h"
#include "support/diagnostics.h"

namespace coretap {

/// Generated texts. `kernel_c` and `kernel_base_c` are the two flavours of the kernel object; empty:
/// not wanted, or the script has no kernel-side probes.
struct GeneratedCode {
  std::string kernel_c;
  std::string kernel_base_c;
  bool has_kernel() const { return !kernel_c.empty() || !kernel_base_c.empty(); }
  std::string harness_cpp;
};

/// The flavours' files in a compilation's folder.
constexpr const char *kModernObject = "kernel.bpf.o", *kBaseObject = "kernel.base.bpf.o";

/// The compilers of one script. A compiler spends most of a small script's time on loading itself,
/// so those that will be needed are started before the passes, and wait for their text on standard
/// input. What was started and not used is ended by the destructor.
class Compilation {
 public:
  /// `work` is the folder for what is made.
  explicit Compilation(std::string work) : work_(std::move(work)) {}
  Compilation(const Compilation&) = delete;
  ~Compilation();

  const std::string& work() const { return work_; }

  /// Start a compiler whose text will come; no effect if there is none: run() says so.
  void start_harness();
  void start_kernel();

  /// Compiles for running now: writes harness.so and kernel.bpf.o or kernel.base.bpf.o, one flavour.
  /// False after reporting.
  bool to_run(const GeneratedCode& code, Diagnostics& diagnostics);

  /// Compiles and links a static executable to `output` (written under another name first, so
  /// that nothing half-written is left). False after reporting.
  bool to_binary(const GeneratedCode& code, const std::string& output, Diagnostics& diagnostics);

 private:
  bool compile(const GeneratedCode& code, Diagnostics& diagnostics);
  bool finish_kernel(const GeneratedCode& code, Diagnostics& diagnostics);
  bool finish_flavour(Job& job, const std::string& made, const char* name,
                      Diagnostics& diagnostics);

  std::string work_;
  Job kernel_, other_kernel_, harness_;  ///< other_kernel_: base, when both flavours are made
};

/// The runtime's headers: a compilation read them, or their precompiled form.
std::set<std::string> runtime_headers();

}  // namespace coretap
