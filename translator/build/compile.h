// Drives the compilers: clang for the kernel object and g++ for the harness, side by side; the harness becomes
// a small shared object (run now) or, with the runtime and the object, one static executable.
#pragma once

#include <set>
#include <string>

#include "build/process.h"
#include "support/diagnostics.h"

namespace coretap {

/// Generated texts; `kernel_c` is empty when the script has no kernel-side probes.
struct GeneratedCode {
  std::string kernel_c;
  std::string harness_cpp;
};

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

  /// Compiles for running now: writes kernel.bpf.o and harness.so. False after reporting.
  bool to_run(const GeneratedCode& code, Diagnostics& diagnostics);

  /// Compiles and links a static executable to `output` (written under another name first, so
  /// that nothing half-written is left). False after reporting.
  bool to_binary(const GeneratedCode& code, const std::string& output, Diagnostics& diagnostics);

 private:
  bool compile(const GeneratedCode& code, Diagnostics& diagnostics);
  bool finish_kernel(const GeneratedCode& code, Diagnostics& diagnostics);

  std::string work_;
  Job kernel_, harness_;
};

/// The runtime's headers: a compilation read them, or their precompiled form.
std::set<std::string> runtime_headers();

}  // namespace coretap
