// The annotated list of passes.
//
//   pass 1  parse        text -> AST of the user's script            (syntax)
//   pass 2  elaborate    aliases -> points -> sites; names; types    (passes, probes, dwarf)
//   pass 3  translate    AST -> IR -> C for the kernel, C++ for us   (passes, ir, emit)
//   pass 4  compile      clang and g++, side by side                 (build)
//   pass 5  run          the harness, in this process                (run_now, runtime/user)
//
// A cache entry stands for passes 1 to 4: it is looked up before anything is parsed. What decides the result is in the
// CompileInput (make_input) and in the look-ups that the passes record (Lookups).
#include "driver.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "ast/print.h"
#include "build/cache.h"
#include "build/cache_place.h"
#include "build/compile.h"
#include "build/hash.h"
#include "build/header_constant.h"
#include "build/output_file.h"
#include "emit/kernel_c.h"
#include "emit/user_cpp.h"
#include "listing.h"
#include "make_input.h"
#include "pass_notes.h"
#include "pass_timer.h"
#include "passes/portable.h"
#include "passes/program.h"
#include "run_now.h"
#include "runtime/user/kernel_features.h"
#include "support/file.h"

namespace coretap {

std::string memory_use() {
  long virt = 0, res = 0, shr = 0, text = 0, lib = 0, data = 0;
  std::ifstream("/proc/self/statm") >> virt >> res >> shr >> text >> lib >> data;
  long kb = sysconf(_SC_PAGESIZE) / 1024;
  return std::to_string(virt * kb) + "virt/" + std::to_string(res * kb) + "res/" +
         std::to_string(shr * kb) + "shr/" + std::to_string(data * kb) + "data kb";
}

namespace {

class Driver {
 public:
  explicit Driver(const Options& options)
      : o_(options), notes_(options), lookups_({options.command, options.target_pid}) {
    for (Diagnostics* diagnostics : {&diagnostics_, &cache_warnings_})
      diagnostics->suppress_warnings(o_.no_warnings);
    diagnostics_.show_similar_warnings(o_.verbose > 0);
    diagnostics_.warnings_are_errors(o_.warnings_are_errors);
  }

  int run() {
    if (!make_input(o_, input_, diagnostics_)) return report();
    if (!o_.build.empty() && !output_.prepare(o_.build, diagnostics_)) return report();
    if (may_cache()) {
      PassTimer timer;
      if (auto cached = from_cache(timer)) return finish(*cached, cache_->entry_path(key_));
    }
    if (will_compile()) {
      if (!begin_compilation()) return report();
      compilation_->start_harness();
    }
    const SourceFile& script = sources_.add(input_.script_name, input_.script_text, true);
    int status = compile(script);
    diagnostics_.tell_suppressed(std::cerr);
    return status;
  }

 private:
  // ---------------------------------------------------------------- passes 1 to 3

  int compile(const SourceFile& script) {
    PreprocessorFacts facts = facts_of(input_, lookups_);
    Program program(sources_, diagnostics_, input_, facts, lookups_);
    program.header_constant = [this](const std::string& expression) {
      return header_constant(expression, input_, lookups_);
    };
    probes::ResolveContext context(diagnostics_, input_, lookups_);

    {  // Pass 1. Beyond this point: the script is an AST, free of macros and %( %).
      PassTimer timer;
      open_tapsets(program);
      parse_script(program, script);
      if (failed(1, "parse")) return 1;
      notes_.say("Pass 1: parsed user script and " + std::to_string(program.library_scripts) +
                 " library scripts using " + memory_use() + ", in " + timer.elapsed());
    }
    if (compilation_ && wants_kernel(*program.files[0])) compilation_->start_kernel();
    if (o_.dump == "ast" || o_.last_pass == 1) {
      std::cout << ast::print(*program.files[0]);
      return 0;
    }

    {  // Pass 2. Beyond this point: bodies have sites, names have declarations and types.
      PassTimer timer;
      elaborate_probes(program, context);
      if (o_.mode != Options::Mode::Run)
        return list_probes(program, context, o_.mode == Options::Mode::ListVariables);
      if (input_.portable) check_portable(program);
      if (!diagnostics_.has_errors()) resolve_symbols(program, context);
      if (!diagnostics_.has_errors()) elide(program);
      if (!diagnostics_.has_errors()) infer_types(program);
      if (!diagnostics_.has_errors()) check_usage(program);
      if (failed(2, "analysis")) return 1;
      notes_.say(summary(program) + " using " + memory_use() + ", in " + timer.elapsed());
    }
    if (!o_.build.empty() && o_.verbose > 0)
      for (const std::string& bound : bound_probes(program))
        std::cerr << "note: " << terminal_safe(bound) << std::endl;
    if (o_.last_pass == 2) {
      // stap resolves target variables in its second pass; here pass 3 begins with them.
      lower(program, context);
      if (failed(2, "analysis")) return 1;
      print_elaborated(program);
      return 0;
    }

    GeneratedCode code;
    {  // Pass 3. Beyond this point: nothing knows about probes, DWARF or the AST.
      PassTimer timer;
      if (!translate(program, context, code)) return 1;
      notes_.say("Pass 3: translated to C using " + memory_use() + ", in " + timer.elapsed());
    }
    if (dump_done_) return 0;
    if (o_.last_pass == 3) {
      std::cout << code.kernel_c << code.harness_cpp;
      return 0;
    }
    return o_.build.empty() ? compile_to_run(code) : compile_to_binary(code);
  }

  bool translate(Program& program, probes::ResolveContext& context, GeneratedCode& code) {
    ir::Module module = lower(program, context);
    module.kernel_build_id = input_.kernel_build_id;
    if (failed(3, "translation")) return false;
    if (dump("ir-lowered", ir::print(module))) return true;
    drop_dead_code(module);
    sink_into_branches(module);
    split(module, diagnostics_);
    if (failed(3, "translation")) return false;
    drop_dead_code(module);
    place_globals(module);
    if (!input_.display_globals)
      for (ir::Global& global : module.globals) global.displayed_at_end = false;
    size_strings(module, diagnostics_);
    if (dump("ir", ir::print(module))) return true;
    if (!verified(module, "size_strings")) return false;
    if (!module.kernel_handlers.empty()) emit_kernel(module, code);
    code.harness_cpp = emit_user_cpp(module);
    if (dump("kernel-c", code.kernel_c) || dump("kernel-base-c", code.kernel_base_c) ||
        dump("harness", code.harness_cpp))
      return true;
    if (!o_.dump.empty()) {
      diagnostics_.error("unknown-dump", "there is no stage named '" + o_.dump + "'")
          .hint("stages: ast ir-lowered ir kernel-c kernel-base-c harness");
      failed(3, "translation");
      return false;
    }
    return true;
  }

  void emit_kernel(const ir::Module& module, GeneratedCode& code) const {
    bool both = input_.flavours == KernelFlavours::Both;
    bool base = input_.flavours == KernelFlavours::Base ||
                (input_.flavours == KernelFlavours::ForThisKernel && !ct::probably_takes_modern());
    bool has_base = base_obstacles(module).empty();
    if (both || !base || !has_base) code.kernel_c = emit_kernel_c(module);
    if (has_base && (both || base)) code.kernel_base_c = emit_kernel_c(module, Flavour::Base);
  }

  // ---------------------------------------------------------------- pass 4, and from the cache to pass 5

  /// -p4 without --build makes an entry, and -p5 runs one.
  bool may_cache() const { return will_compile() && o_.build.empty() && !o_.no_cache; }

  bool will_compile() const {
    return o_.last_pass >= 4 && o_.dump.empty() && o_.mode == Options::Mode::Run;
  }

  /// The cached result; null if there is none, or -W refuses its warnings: compiled anew, it fails.
  std::unique_ptr<Artifacts> from_cache(const PassTimer& timer) {
    cache_ = std::make_unique<Cache>(cache_folder_path());
    key_ = cache_key(input_);
    std::string why;
    auto cached = cache_->find(key_, lookups_, cache_warnings_, why);
    cache_warnings_.flush(std::cerr);
    if (!cached) {
      if (!why.empty()) notes_.say("Pass 4: the cached result is not used: " + why, 2);
      return nullptr;
    }
    std::string warnings(
        (*cached)[o_.verbose > 0 ? Artifact::AllWarnings : Artifact::Warnings].bytes());
    if (o_.warnings_are_errors && !o_.no_warnings && !warnings.empty()) return nullptr;
    std::string entry = cache_->entry_path(key_);
    notes_.say("Pass 3: using cached " + entry + "/harness.cpp");
    notes_.say("Pass 4: using cached " + entry + "/harness.so in " + timer.elapsed());
    if (!o_.no_warnings) std::cerr << warnings;
    return cached;
  }

  /// Makes the folder that compilers write to. False after reporting.
  bool begin_compilation() {
    work_ = cache_ ? cache_->begin(cache_warnings_) : begin_private(cache_warnings_);
    cache_warnings_.flush(std::cerr);
    if (!work_) return false;
    compilation_ = std::make_unique<Compilation>(*work_, input_, lookups_);
    return true;
  }

  int compile_to_binary(const GeneratedCode& code) {
    PassTimer timer;
    bool ok = compilation_->to_binary(code, diagnostics_) &&
              output_.take(*work_, kBinaryName, diagnostics_);
    if (!end_compilation(ok)) return 1;
    notes_.say("Pass 4: compiled C into \"" + o_.build + "\" in " + timer.elapsed());
    if (o_.keep_files) leave();
    if (o_.last_pass == 4) std::cout << o_.build << '\n';
    return 0;
  }

  int compile_to_run(const GeneratedCode& code) {
    PassTimer timer;
    bool ok = compilation_->to_run(code, diagnostics_);
    if (!end_compilation(ok)) return 1;
    notes_.say("Pass 4: compiled C into \"" + work_->path() + "/harness.so\" in " +
               timer.elapsed());
    keep_warnings();
    std::string why;
    std::unique_ptr<Artifacts> artifacts = Artifacts::open(work_->fd(), why);
    if (!artifacts) {
      diagnostics_.error("cache-write", "the compiled script is lost: " + why);
      return report();
    }
    if (cache_) cache_->commit(*work_, *artifacts, key_, lookups_, why);
    if (!why.empty()) notes_.say("Pass 4: the result is not kept in the cache: " + why, 2);
    if (o_.keep_files || o_.last_pass == 4) leave();
    std::string path = work_->path();
    work_.reset();  // what is not kept goes now: files that run are open
    diagnostics_.tell_suppressed(std::cerr);
    return finish(*artifacts, path);
  }

  /// After pass 4. False if it failed: then the run ends.
  bool end_compilation(bool ok) {
    compilation_.reset();
    if (!failed(4, "compilation") && ok) return true;
    if (o_.keep_files) leave();
    return false;
  }

  /// Generated files that are not the cache's go, unless they are kept; the words are stap's.
  void leave() {
    work_->keep();
    if (o_.keep_files) std::cerr << "Keeping temporary directory \"" << work_->path() << "\"\n";
  }

  void keep_warnings() const {
    for (bool all_similar : {false, true}) {
      std::ostringstream text;
      std::string error;  // a full disk shows in commit()
      diagnostics_.write_warnings(text, all_similar);
      const char* name = file_name(all_similar ? Artifact::AllWarnings : Artifact::Warnings);
      if (!text.str().empty()) write_file_at(work_->fd(), name, text.str(), error);
    }
  }

  /// What remains to be done with a compiled script, whose files are in the folder `path`.
  int finish(const Artifacts& artifacts, const std::string& path) {
    if (o_.last_pass == 5) return run_now(artifacts, o_, notes_, diagnostics_);
    std::cout << path << '\n';
    return 0;
  }

  // ---------------------------------------------------------------- around the passes

  int report() {
    diagnostics_.flush(std::cerr);
    return 1;
  }

  /// After a pass: errors end the run with stap's summary line.
  bool failed(int pass, const char* what) {
    diagnostics_.flush(std::cerr);
    if (!diagnostics_.ends_run()) return false;
    std::cerr << "Pass " << pass << ": " << what << " failed.  [man error::pass" << pass << "]\n";
    return true;
  }

  bool dump(const char* stage, const std::string& text) {
    if (o_.dump != stage) return false;
    std::cout << text;
    dump_done_ = true;
    return true;
  }

  bool verified(const ir::Module& module, const char* after) {
#ifdef NDEBUG
    if (!o_.verbose && o_.dump.empty()) return true;
#endif
    std::string violation = ir::verify(module);
    if (violation.empty()) return true;
    diagnostics_
        .error("internal-ir", std::string("internal error after ") + after + ": " + violation)
        .hint("this is a bug in coretap; please report it with the script");
    failed(3, "translation");
    return false;
  }

  static std::string summary(const Program& program) {
    size_t sites = 0;
    for (const ElaboratedProbe& probe : program.probes) sites += probe.sites.size();
    return "Pass 2: analyzed script: " + std::to_string(sites) + " probes, " +
           std::to_string(program.functions.size()) + " functions, 0 embeds, " +
           std::to_string(program.globals.size()) + " globals";
  }

  /// May any probe be the kernel's? An alias may be; begin, end, error, never and timers are not.
  static bool wants_kernel(const ast::File& script) {
    for (const auto& probe : script.probes)
      for (const auto& point : probe->points) {
        if (point.components.empty()) continue;
        const std::string& family = point.components.front().functor;
        if (family != "begin" && family != "end" && family != "error" && family != "never" &&
            family != "timer")
          return true;
      }
    return false;
  }

  const Options& o_;
  PassNotes notes_;
  CompileInput input_;
  Lookups lookups_;
  Sources sources_;
  Diagnostics diagnostics_;
  Diagnostics cache_warnings_;  ///< of this run's surroundings: not kept with the result
  OutputFile output_;
  std::unique_ptr<Cache> cache_;  ///< null: neither looked at nor written
  std::string key_;
  std::unique_ptr<WorkFolder> work_;
  std::unique_ptr<Compilation> compilation_;  ///< from before pass 1 until its results are there
  bool dump_done_ = false;
};

}  // namespace

int drive(const Options& options) {
  switch (options.mode) {
    case Options::Mode::DumpFunctions:
    case Options::Mode::DumpProbeAliases:
    case Options::Mode::DumpProbeTypes: return dump_names(options);
    default: return Driver(options).run();
  }
}

}  // namespace coretap
