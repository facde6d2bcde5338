// --explain: where the stages of the story come from in a run of the passes.
#pragma once

#include <optional>
#include <string>

#include "analyse/program.h"
#include "build/compile.h"
#include "build/output_file.h"
#include "emit/flavour.h"
#include "explain/collect.h"
#include "ir/ir.h"

namespace coretap {

class ExplainScript {
 public:
  /// `file`: of the page; "": the story is told on standard output.
  /// All of them outlive this.
  ExplainScript(std::string file, const CompileInput& input, Lookups& lookups,
                Diagnostics& diagnostics)
      : file_(std::move(file)), input_(input), lookups_(lookups), diagnostics_(diagnostics) {}

  /// Before the passes. False after reporting that there cannot be such a file.
  bool prepare();
  /// After pass 2, before pass 3 takes the tree apart.
  void analysed(const Program& program, probes::ResolveContext& context);
  /// After pass 3: tells the story. False after reporting; then no file was written.
  bool finish(const ir::Module& module, const GeneratedCode& code);

 private:
  void compile(const ir::Module& module, Flavour flavour);
  bool write(const std::string& page);

  std::string file_;
  const CompileInput& input_;
  Lookups& lookups_;
  Diagnostics& diagnostics_;
  OutputFile output_;
  std::optional<explain::Places> places_;
  explain::Named named_;
  explain::Story story_;
};

}  // namespace coretap
