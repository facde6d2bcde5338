// The annotated list of passes.
//
//   pass 1  parse        text -> AST of the user's script            (syntax)
//   pass 2  elaborate    aliases -> points -> sites; names; types    (passes, probes, dwarf)
//   pass 3  translate    AST -> IR -> C for the kernel, C++ for us   (passes, ir, emit)
//   pass 4  compile      clang, twice, side by side                  (build)
//   pass 5  run          the harness, in this process                (runtime/user)
//
// A cache entry stands for passes 1 to 4: it is looked up before anything is parsed.
#include "driver.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "ast/print.h"
#include "build/cache.h"
#include "build/compile.h"
#include "build/header_constant.h"
#include "emit/kernel_c.h"
#include "emit/user_cpp.h"
#include "pass_timer.h"
#include "passes/place_returns.h"
#include "passes/portable.h"
#include "passes/program.h"
#include "runtime/user/build_id.h"
#include "runtime/user/kernel_features.h"
#include "runtime/user/needs.h"
#include "runtime/user/session.h"

namespace coretap {

std::string memory_use() {
  long virt = 0, res = 0, shr = 0, text = 0, lib = 0, data = 0;
  std::ifstream("/proc/self/statm") >> virt >> res >> shr >> text >> lib >> data;
  long kb = sysconf(_SC_PAGESIZE) / 1024;
  return std::to_string(virt * kb) + "virt/" + std::to_string(res * kb) + "res/" +
         std::to_string(shr * kb) + "shr/" + std::to_string(data * kb) + "data kb";
}

namespace {

/// `name:type (parameter:type, …)`, stap's layout.
std::string signature(const ast::FunctionDecl& function) {
  std::string text = function.name + ":" + ast::type_name(function.return_type) + " (";
  const char* comma = "";
  for (const auto& parameter : function.parameters) {
    text += comma + parameter->name + ":" + ast::type_name(parameter->type);
    comma = ", ";
  }
  return text + ")";
}

class Driver {
 public:
  explicit Driver(const Options& options) : o_(options) {}

  int run() {
    diagnostics_.suppress_warnings(o_.no_warnings);
    diagnostics_.show_similar_warnings(o_.verbose > 0);
    diagnostics_.warnings_are_errors(o_.warnings_are_errors);
    std::string text;
    if (!load_script(text)) return report();
    make_facts();
    if (diagnostics_.has_errors()) return report();
    bool may_cache = o_.last_pass == 5 && o_.dump.empty() && o_.build.empty() && !o_.no_cache &&
                     o_.mode == Options::Mode::Run;
    if (may_cache) {
      PassTimer timer;
      std::string entry = cache_.find(cache_key(text));
      if (!entry.empty() && !refuses_warnings_of(entry)) {
        note("Pass 3: using cached " + entry + "/harness.cpp");
        note("Pass 4: using cached " + entry + "/harness.so in " + timer.elapsed());
        show_kept_warnings(entry);
        return pass5(entry);
      }
    }
    const SourceFile& script = sources_.add(script_name_, std::move(text), true);
    text_for_key_ = &script.text;
    if (will_compile() && begin_compilation().empty()) compilation_->start_harness();
    int status = compile(script, may_cache);
    if (compilation_) drop_compilation();
    diagnostics_.tell_suppressed(std::cerr);
    return status;
  }

 private:
  /// A line that begins with "Pass N:", if -v or --vp wants to hear of that pass.
  void note(const std::string& line) const {
    int pass = line[5] - '1';
    if (o_.verbose + o_.pass_verbose[pass] > 0) std::cerr << line << std::endl;
  }

  int report() {
    diagnostics_.flush(std::cerr);
    return diagnostics_.has_errors() ? 1 : 0;
  }

  /// After a pass: errors end the run with stap's summary line.
  bool failed(int pass, const char* what) {
    diagnostics_.flush(std::cerr);
    if (!diagnostics_.ends_run()) return false;
    std::cerr << "Pass " << pass << ": " << what << " failed.  [man error::pass" << pass << "]\n";
    return true;
  }

  bool load_script(std::string& text) {
    if (o_.mode == Options::Mode::List || o_.mode == Options::Mode::ListVariables) {
      script_name_ = "<listing>";
      text = "probe " + o_.listing + " {}\n";
      return true;
    }
    script_name_ = "<input>";
    if (o_.has_script_text) {
      text = o_.script_text + "\n";
    } else {
      std::string path = o_.script_path == "-" ? "/dev/stdin" : o_.script_path;
      std::string error;
      if (o_.script_path != "-") script_name_ = o_.script_path;
      struct stat st;
      if (stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) error = std::strerror(EISDIR);
      if (!error.empty() || !read_file(path, text, error)) {
        diagnostics_.error("script-read", "cannot read script '" + o_.script_path + "': " + error);
        return false;
      }
    }
    for (const std::string& extra : o_.extra_scripts) text += extra + "\n";
    return true;
  }

  /// -r RELEASE, or the build tree of a kernel.
  void set_kernel(const std::string& running) {
    facts_.kernel_release = o_.kernel_release.empty() ? running : o_.kernel_release;
    std::string tree;
    if (facts_.kernel_release.starts_with("/")) {
      tree = facts_.kernel_release;
      std::ifstream release(tree + "/include/config/kernel.release");
      if (!std::getline(release, facts_.kernel_release))
        diagnostics_.error("kernel-tree", "-r " + tree + ": there is no kernel build tree (" +
                                              tree +
                                              "/include/config/kernel.release cannot be read)");
    }
    facts_.kernel_config = std::make_shared<KernelConfig>(
        kernel_config_places(facts_.kernel_release, tree, facts_.kernel_release == running));
  }

  void make_facts() {
    utsname name{};
    uname(&name);
    set_kernel(name.release);
    facts_.arch = name.machine;
    facts_.guru_mode = o_.guru;
    facts_.arguments = o_.arguments;
    if (!o_.compatible.empty()) facts_.systemtap_version = o_.compatible;
    compile_options_.suppress_errors = o_.suppress_errors;
    compile_options_.guru = o_.guru;
    compile_options_.keep_unused = o_.keep_unused;
    compile_options_.explain_elision = o_.verbose > 2;
    compile_options_.timing = o_.timing;
    compile_options_.defines = o_.defines;
    compile_options_.header_constant = header_constant;
    compile_options_.tapset_dirs.push_back(CORETAP_TAPSET_DIR);
    for (const std::string& dir : o_.tapset_dirs) compile_options_.tapset_dirs.push_back(dir);
  }

  std::string cache_key(const std::string& text) const {
    std::vector<std::string> parts{
        script_name_,
        text,
        facts_.kernel_release,
        o_.kernel_release,
        o_.guru ? "g" : "",
        o_.keep_unused ? "u" : "",
        std::string(o_.suppress_errors ? "s" : "") + (o_.no_global_display ? "n" : ""),
        o_.compatible,
        o_.portable ? "p" : "",
        o_.btf,
        o_.command};
    char cwd[4096];
    const char* flavour = std::getenv("CORETAP_FLAVOUR");
    parts.emplace_back(flavour ? flavour : "");
    parts.emplace_back(getcwd(cwd, sizeof cwd) ? cwd : "");
    for (const std::string& argument : o_.arguments) parts.push_back("a" + argument);
    for (const auto& [name, value] : o_.defines) parts.push_back("D" + name + "=" + value);
    for (const std::string& dir : o_.tapset_dirs) parts.push_back("I" + dir);
    return Cache::key(parts);
  }

  // ---------------------------------------------------------------- compilers

  bool will_compile() const {
    return o_.last_pass >= 4 && o_.dump.empty() && o_.mode == Options::Mode::Run;
  }

  /// Makes the folder that compilers write to. Returns why it cannot, or "".
  std::string begin_compilation() {
    std::string error, work = cache_.begin(error);
    if (!work.empty()) compilation_ = std::make_unique<Compilation>(work);
    return error;
  }

  /// A script that has errors: ends the compilers, then removes the folder.
  void drop_compilation() {
    std::string work = compilation_->work();
    compilation_.reset();
    Cache::discard(work);
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

  // ---------------------------------------------------------------- passes 1 to 4

  int compile(const SourceFile& script, bool may_cache) {
    Program program(sources_, diagnostics_, compile_options_, facts_);
    probes::ResolveContext context(diagnostics_);
    context.target_command = o_.command.substr(0, o_.command.find(' '));
    context.target_pid = o_.target_pid;
    if (!o_.btf.empty()) context.kernel_btf_path = o_.btf;
    context.portable = o_.portable;

    {  // Pass 1. Beyond this point: the script is an AST, free of macros and %( %).
      PassTimer timer;
      open_tapsets(program);
      parse_script(program, script);
      if (failed(1, "parse")) return 1;
      note("Pass 1: parsed user script and " + std::to_string(program.dependencies.size()) +
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
      place_returns(program, is_listing());
      if (is_listing()) return list(program, context);
      if (o_.portable) check_portable(program);
      if (!diagnostics_.has_errors()) resolve_symbols(program, context);
      place_returns(program, false);  // of tapset files that names have loaded
      if (!diagnostics_.has_errors()) elide(program);
      if (!diagnostics_.has_errors()) infer_types(program);
      if (!diagnostics_.has_errors()) check_usage(program);
      if (failed(2, "analysis")) return 1;
      size_t sites = 0;
      for (const ElaboratedProbe& probe : program.probes)
        sites += static_cast<size_t>(std::count_if(
            probe.sites.begin(), probe.sites.end(),
            [](const probes::ResolvedProbe& site) { return !site.is_further_place; }));
      note("Pass 2: analyzed script: " + std::to_string(sites) + " probes, " +
           std::to_string(program.functions.size()) + " functions, 0 embeds, " +
           std::to_string(program.globals.size()) + " globals using " + memory_use() + ", in " +
           timer.elapsed());
    }
    if (!o_.build.empty())
      for (const std::string& bound : bound_probes(program)) note("note: " + bound);
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
      note("Pass 3: translated to C using " + memory_use() + ", in " + timer.elapsed());
    }
    if (dump_done_) return 0;
    if (o_.last_pass == 3) {
      std::cout << code.kernel_c << code.harness_cpp;
      return 0;
    }
    return pass4(program, context, code, may_cache);
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

  bool translate(Program& program, probes::ResolveContext& context, GeneratedCode& code) {
    ir::Module module = lower(program, context);
    if (o_.btf.empty()) module.kernel_build_id = ct::kernel_build_id();
    if (failed(3, "translation")) return false;
    if (dump("ir-lowered", ir::print(module))) return true;
    drop_dead_code(module);
    sink_into_branches(module);
    split(module, diagnostics_);
    if (failed(3, "translation")) return false;
    drop_dead_code(module);
    place_globals(module);
    if (o_.no_global_display)
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

  /// A built binary takes both flavours of the kernel object along; a script that runs now has only
  /// the one that this kernel takes, as far as that can be told before it is loaded.
  void emit_kernel(const ir::Module& module, GeneratedCode& code) const {
    const char* forced = std::getenv("CORETAP_FLAVOUR");
    bool has_base = base_obstacles(module).empty();
    bool both = !o_.build.empty() || !o_.dump.empty() || o_.last_pass == 3;
    bool base = forced ? std::string(forced) == "base" : !both && !ct::probably_takes_modern();
    if (both || !base || !has_base) code.kernel_c = emit_kernel_c(module);
    if (has_base && (both || base)) code.kernel_base_c = emit_kernel_c(module, Flavour::Base);
  }

  int pass4(Program& program, probes::ResolveContext& context, const GeneratedCode& code,
            bool may_cache) {
    PassTimer timer;
    std::string error;
    if (!compilation_) error = begin_compilation();
    if (!compilation_) {
      diagnostics_.error("cache-write", error)
          .hint("free some space, or set CORETAP_CACHE_DIR to a folder with room");
      failed(4, "compilation");
      return 1;
    }
    bool to_binary = !o_.build.empty();
    bool ok = to_binary ? compilation_->to_binary(code, o_.build, diagnostics_)
                        : compilation_->to_run(code, diagnostics_);
    std::string work = compilation_->work();
    compilation_.reset();
    if (failed(4, "compilation") || !ok) {
      leave(work);
      return 1;
    }
    note("Pass 4: compiled C into \"" + (to_binary ? o_.build : work + "/harness.so") + "\" in " +
         timer.elapsed());
    std::string entry = work;
    if (may_cache || (o_.last_pass == 4 && !to_binary)) {
      std::set<std::string> dependencies = program.dependencies;
      for (const std::string& path : context.dependencies()) dependencies.insert(path);
      if (std::string config = facts_.kernel_config->path(); !config.empty())
        dependencies.insert(config);
      dependencies.insert("/proc/self/exe");
      dependencies.merge(runtime_headers());
      for (const std::string& dir : compile_options_.tapset_dirs) dependencies.insert(dir);
      keep_warnings(work);
      entry = cache_.commit(work, cache_key(*text_for_key_), dependencies, error);
      if (entry.empty()) {
        diagnostics_.error("cache-write", error);
        Cache::discard(work);
        return report();
      }
    }
    if (o_.last_pass == 4) {
      if (to_binary) leave(work);
      std::cout << (to_binary ? o_.build : entry) << '\n';
      return 0;
    }
    if (to_binary) {
      leave(work);
      return 0;
    }
    diagnostics_.tell_suppressed(std::cerr);
    int status = pass5(entry);
    if (o_.keep_files || !may_cache) leave(entry);
    return status;
  }

  /// Generated files that are not the cache's go, unless -k keeps them; the words are stap's.
  void leave(const std::string& folder) const {
    if (!o_.keep_files) return Cache::discard(folder);
    std::cerr << "Keeping temporary directory \"" << folder << "\"\n";
  }

  /// Warnings of the compilation are kept beside its result, as they are shown without and with -v: a
  /// cached run shows them again.
  static constexpr const char* kWarningFiles[] = {"/warnings", "/all-warnings"};

  void keep_warnings(const std::string& work) const {
    for (bool all_similar : {false, true}) {
      std::ostringstream text;
      std::string error;  // a full disk shows in commit()
      diagnostics_.write_warnings(text, all_similar);
      if (!text.str().empty()) write_file(work + kWarningFiles[all_similar], text.str(), error);
    }
  }

  std::string kept_warnings(const std::string& entry) const {
    std::string text, error;
    read_file(entry + kWarningFiles[o_.verbose > 0], text, error);
    return text;
  }

  /// With -W a script that has warnings is compiled anew, which fails.
  bool refuses_warnings_of(const std::string& entry) const {
    return o_.warnings_are_errors && !o_.no_warnings && !kept_warnings(entry).empty();
  }

  void show_kept_warnings(const std::string& entry) const {
    if (!o_.no_warnings) std::cerr << kept_warnings(entry);
  }

  // ---------------------------------------------------------------- pass 5

  /// Leaves `data` alone if there is no such file.
  static void map_file(const std::string& path, const void*& data, u64& size) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0) {
      void* mapped = mmap(nullptr, static_cast<size_t>(st.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
      if (mapped != MAP_FAILED) {
        data = mapped;
        size = static_cast<u64>(st.st_size);
      }
    }
    if (fd >= 0) close(fd);
  }

  int pass5(const std::string& entry) {
    PassTimer timer;
    note("Pass 5: starting run.");
    void* handle = dlopen((entry + "/harness.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    auto* table = handle ? static_cast<const ct::Program*>(dlsym(handle, "ct_program")) : nullptr;
    if (!table) {
      const char* why = dlerror();
      diagnostics_.error("harness-load", std::string("cannot load the compiled script: ") +
                                             (why ? why : "no program in it"));
      return report();
    }
    ct::Program program = *table;
    map_file(entry + "/" + kModernObject, program.object, program.object_size);
    map_file(entry + "/" + kBaseObject, program.base_object, program.base_object_size);
    if (o_.explain_needs) return ct::explain_needs(program, o_.explain_as_json);
    ct::RunOptions run;
    run.command = o_.command;
    run.target_pid = o_.target_pid;
    run.output_path = o_.output;
    run.globals = o_.globals;
    run.verbose = o_.verbose + o_.pass_verbose[4];
    run.no_warnings = o_.no_warnings;
    run.buffer_mb = o_.buffer_mb;
    run.timeout_s = o_.timeout_s;
    run.background = o_.background;
    run.file_mb = o_.file_mb;
    run.file_count = o_.file_count;
    run.timing = o_.timing;
    run.accounts_path = o_.accounts;
    int status = ct::run(program, run);
    note("Pass 5: run completed in " + timer.elapsed());
    if (status) std::cerr << "Pass 5: run failed.  [man error::pass5]\n";
    return status;
  }

  // ---------------------------------------------------------------- listings

  bool is_listing() const {
    return o_.mode == Options::Mode::List || o_.mode == Options::Mode::ListVariables;
  }

  int list(Program& program, probes::ResolveContext& context) {
    bool variables = o_.mode == Options::Mode::ListVariables;
    size_t listed = program.probes.size();  // tapset files that names load may add probes
    if (variables) {
      resolve_symbols(program, context);
      infer_types(program);
    }
    diagnostics_.flush(std::cerr);
    std::set<std::string> lines;
    for (size_t i = 0; i < listed; i++) {
      const ElaboratedProbe& probe = program.probes[i];
      std::string set_by_alias;
      for (const auto& local : probe.locals)
        set_by_alias += " " + local->name + ":" + ast::type_name(local->type);
      for (const probes::ResolvedProbe& site : probe.sites) {
        std::string line = probe.alias.empty() ? site.canonical : probe.alias;
        if (variables) {
          line += set_by_alias;
          if (probe.alias.empty() && site.scope)
            for (const std::string& variable : site.scope->listing()) line += " " + variable;
        }
        lines.insert(line);
      }
    }
    for (const std::string& line : lines) std::cout << line << '\n';
    return lines.empty() || diagnostics_.has_errors() ? 1 : 0;
  }

  void print_elaborated(const Program& program) const {
    if (!program.functions.empty()) std::cout << "# functions\n";
    for (const ast::FunctionDecl* function : program.functions)
      std::cout << signature(*function) << "\n";
    if (!program.globals.empty()) std::cout << "# globals\n";
    for (const ast::VarDecl* global : program.globals) {
      std::cout << global->name << ":" << ast::type_name(global->type);
      if (global->arity > 0) {
        std::cout << " [";
        for (size_t i = 0; i < global->key_types.size(); i++)
          std::cout << (i ? ", " : "") << ast::type_name(global->key_types[i]);
        std::cout << "]";
      }
      std::cout << "\n";
    }
    std::cout << "# probes\n";
    for (const ElaboratedProbe& probe : program.probes)
      for (const probes::ResolvedProbe& site : probe.sites) {
        if (site.is_further_place) continue;
        std::cout << site.canonical << "\n";
        if (probe.locals.empty()) continue;
        std::cout << "  # locals\n";
        for (const auto& local : probe.locals)
          std::cout << "  " << local->name << ":" << ast::type_name(local->type) << "\n";
      }
  }

  const Options& o_;
  Sources sources_;
  Diagnostics diagnostics_;
  PreprocessorFacts facts_;
  CompileOptions compile_options_;
  Cache cache_{Cache::default_dir()};
  std::unique_ptr<Compilation> compilation_;  ///< from before pass 1 until its results are there
  std::string script_name_;
  const std::string* text_for_key_ = nullptr;
  bool dump_done_ = false;
};

/// All functions of the tapsets with their declared types, in stap's layout; names that begin with
/// an underscore are the tapsets' own affair and shown with -v only.
std::vector<std::string> tapset_functions(Program& program, bool all) {
  for (const std::string& name : tapset_function_names(program)) load_function(program, name);
  std::set<std::string> signatures;
  for (const auto& file : program.files)
    for (const auto& function : file->functions)
      if (all || !function->name.starts_with("_")) signatures.insert(signature(*function));
  return {signatures.begin(), signatures.end()};
}

int dump_names(const Options& options) {
  Sources sources;
  Diagnostics diagnostics;
  CompileOptions compile_options;
  compile_options.tapset_dirs.push_back(CORETAP_TAPSET_DIR);
  for (const std::string& dir : options.tapset_dirs) compile_options.tapset_dirs.push_back(dir);
  PreprocessorFacts facts;
  Program program(sources, diagnostics, compile_options, facts);
  open_tapsets(program);
  std::vector<std::string> names =
      options.mode == Options::Mode::DumpFunctions ? tapset_functions(program, options.verbose > 0)
      : options.mode == Options::Mode::DumpProbeAliases ? tapset_alias_names(program)
                                                        : probes::point_patterns();
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) std::cout << name << '\n';
  diagnostics.flush(std::cerr);
  return diagnostics.has_errors() ? 1 : 0;
}

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
