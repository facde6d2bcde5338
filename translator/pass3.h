// Pass 3: the script becomes IR, the passes over the IR run, and two texts come out: C for the kernel and C++ for us.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analyse/program.h"
#include "generate.h"
#include "ir/ir.h"
#include "options.h"
#include "pass_notes.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"

namespace coretap {

class Pass3 {
 public:
  /// All of them outlive this.
  Pass3(const Options& options, const CompileInput& input, const PassNotes& notes,
        Diagnostics& diagnostics)
      : o_(options), input_(input), notes_(notes), diagnostics_(diagnostics) {}

  /// Fills `code`, or as far as the stage that -d asks for, which is printed. False after reporting.
  bool translate(Program& program, probes::ResolveContext& context, GeneratedCode& code);

  /// After translate(): what `code` was made of.
  const ir::Module& module() const { return *module_; }

  /// What -d asks for is printed: nothing is left to do.
  bool has_dumped() const { return has_dumped_; }

 private:
  bool dump(const char* stage, const std::function<std::string()>& text);
  bool refuse_unknown_dump();
  bool verified(const ir::Module& module, const char* after);
  bool failed();

  const Options& o_;
  const CompileInput& input_;
  const PassNotes& notes_;
  Diagnostics& diagnostics_;
  std::optional<ir::Module> module_;
  bool has_dumped_ = false;
};

}  // namespace coretap
