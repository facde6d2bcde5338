// Pass 4: the compilers, and the cache in front of them and of all passes before.
#pragma once

#include <memory>
#include <string>

#include "ast/ast.h"
#include "build/artifacts.h"
#include "build/cache.h"
#include "build/compile.h"
#include "build/output_file.h"
#include "options.h"
#include "pass_notes.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"

namespace coretap {

/// A script that can run: its files, and the folder where they are (or were, if nothing keeps it).
struct CompiledScript {
  std::unique_ptr<Artifacts> artifacts;
  std::string folder;
  explicit operator bool() const { return artifacts != nullptr; }
};

class Pass4 {
 public:
  /// All of them outlive this; `input` is complete when from_cache() or begin() is called.
  Pass4(const Options& options, const CompileInput& input, Lookups& lookups, const PassNotes& notes,
        Diagnostics& diagnostics);

  /// Does the run get as far as compiling?
  bool is_wanted() const;
  /// The cached result of this input, with its warnings shown; nothing if there is none.
  CompiledScript from_cache();

  /// Makes the folder to compile in, and starts the compiler of the harness, which every script needs. False after
  /// reporting.
  bool begin();
  /// Starts the compiler of the kernel object if a probe of the script may be the kernel's.
  void parsed(const ast::File& script);

  /// Compiles to run now, and keeps the result in the cache. Nothing after reporting.
  CompiledScript to_run(const GeneratedCode& code);
  /// Makes the executable of --build. False after reporting.
  bool to_binary(const GeneratedCode& code);

 private:
  bool may_cache() const;
  bool end(bool ok);
  void leave();
  void keep_warnings() const;

  const Options& o_;
  const CompileInput& input_;
  Lookups& lookups_;
  const PassNotes& notes_;
  Diagnostics& diagnostics_;
  Diagnostics cache_warnings_;  ///< of this run's surroundings: not kept with the result
  OutputFile output_;
  std::unique_ptr<Cache> cache_;  ///< null: neither looked at nor written
  std::string key_;
  std::unique_ptr<WorkFolder> work_;
  std::unique_ptr<Compilation> compilation_;  ///< from begin() until its results are there
};

}  // namespace coretap
