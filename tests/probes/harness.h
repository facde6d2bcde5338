// Resolves probe points and lowers context variables the way the passes do, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ast/ast.h"
#include "probes/probe_kind.h"
#include "support/diagnostics.h"
#include "support/source.h"

namespace coretap::probes::test {

/// One script, parsed; owns everything that the AST points to.
class Script {
 public:
  explicit Script(const std::string& text);
  const ast::ProbePoint& point() const { return file_->probes.at(0)->points.at(0); }
  /// The expressions of the first probe's body: each statement is one expression.
  std::vector<const ast::Expr*> expressions() const;

  Diagnostics diagnostics;
  CompileInput input = running_kernel();
  Lookups lookups;
  ResolveContext context{diagnostics, input, lookups};
  std::vector<ResolvedProbe> resolve() { return probes::resolve(point(), context); }
  /// Everything reported so far, as the user sees it.
  std::string rendered();

 private:
  static CompileInput running_kernel() {
    CompileInput input;
    input.kernel_btf = "/sys/kernel/btf/vmlinux";
    input.kernel_release = "0.0-none";  // there is no vmlinux of it
    return input;
  }

  Sources sources_;
  std::unique_ptr<ast::File> file_;
};

/// IR text of one expression at one probe, with the CO-RE types it needs; "error" if it failed.
std::string lower_text(const ast::Expr& expr, const ResolvedProbe& probe, Script& script);

/// Standard output of a shell command.
std::string run(const std::string& command);

/// Path of a test program built by CMake ("shapes-O0").
std::string program(const std::string& name);

}  // namespace coretap::probes::test
