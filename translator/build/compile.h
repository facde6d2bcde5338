// Drives the compilers: clang for the kernel object and g++ for the harness, side by side; the harness becomes
// a small shared object (run now) or, with the runtime and the object, one static executable.
//
// Compilers work in the folder of the compilation, by its descriptor, and name files in it without
// a path: no folder's name can be taken for an option, a pattern, or assembler text.
#pragma once

#include <string>

#include "build/work_folder.h"
#include "runtime/common/result.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"
#include "support/process.h"

namespace coretap {

/// Generated texts. `kernel_c` and `kernel_base_c` are the two flavours of the kernel object; empty:
/// not wanted, or the script has no kernel-side probes.
struct GeneratedCode {
  std::string kernel_c;
  std::string kernel_base_c;
  bool has_kernel() const { return !kernel_c.empty() || !kernel_base_c.empty(); }
  std::string harness_cpp;
};

/// The compilers of one script. A compiler spends most of a small script's time on loading itself,
/// so those that will be needed are started before the passes, and wait for their text on standard
/// input. What was started and not used is ended by the destructor.
class Compilation {
 public:
  /// What compilers read is recorded in `lookups`. All three outlive the compilation.
  Compilation(const WorkFolder& work, const CompileInput& input, Lookups& lookups);
  Compilation(const Compilation&) = delete;
  ~Compilation();

  /// Start a compiler whose text will come; no effect if there is none: to_run() says so.
  void start_harness();
  void start_kernel();

  /// Compiles for running now: makes the artifacts, with one flavour of the kernel object. False
  /// after reporting.
  bool to_run(const GeneratedCode& code, Diagnostics& diagnostics);

  /// Compiles the kernel's part alone, and gives the object. Fails with a clause.
  ct::Result<std::string> to_object(const std::string& kernel_c);

  /// Compiles and links a static executable, the file kBinaryName of the work folder. False after reporting.
  bool to_binary(const GeneratedCode& code, Diagnostics& diagnostics);

 private:
  bool have_tools(const GeneratedCode& code, bool binary, Diagnostics& diagnostics);
  bool have_own_files(bool binary, Diagnostics& diagnostics) const;
  bool put(const char* name, const std::string& text, Diagnostics& diagnostics) const;
  Job run(std::vector<std::string> argv, Input input = Input::None) const;
  Job start_kernel_as(const char* object);
  bool compile(const GeneratedCode& code, bool binary, Diagnostics& diagnostics);
  bool finish_harness(Diagnostics& diagnostics);
  bool finish_kernel(const GeneratedCode& code, Diagnostics& diagnostics);
  bool finish_flavour(Job& job, const char* made, const char* name, Diagnostics& diagnostics);
  void record_headers(const char* made);
  void record_precompiled_headers();

  const WorkFolder& work_;
  const CompileInput& input_;
  Lookups& lookups_;
  int64_t started_;                      ///< real-time clock, nanoseconds
  Job kernel_, other_kernel_, harness_;  ///< other_kernel_: base, when both flavours are made
};

constexpr const char* kBinaryName = "binary";

}  // namespace coretap
