// The annotated list of passes.
//
//   pass 1  parse        text -> AST of the user's script            (syntax)
//   pass 2  elaborate    aliases -> points -> sites; names; types    (passes, probes, dwarf)
//   pass 3  translate    AST -> IR -> C for the kernel, C++ for us   (passes, ir, emit)
//   pass 4  compile      clang and g++, side by side                 (build)
//   pass 5  run          the harness, in this process                (run_now, runtime/user)
//
// A cache entry stands for passes 1 to 4, or for a listing: it is looked up before anything is parsed. What decides the result
// is in the CompileInput (make_input) and in the look-ups that the passes record (Lookups).
#include "driver.h"

#include <iostream>
#include <optional>

#include "analyse/place_returns.h"
#include "analyse/portable.h"
#include "analyse/program.h"
#include "ast/print.h"
#include "build/header_constant.h"
#include "cached_listing.h"
#include "explain_script.h"
#include "generate.h"
#include "lessons/teach.h"
#include "listing.h"
#include "lower/lower.h"
#include "make_input.h"
#include "pass3.h"
#include "pass4.h"
#include "pass_notes.h"
#include "pass_timer.h"
#include "run_now.h"
#include "run_remotely.h"
#include "runtime/common/terminal.h"
#include "why/answer.h"
#include "why/question.h"

namespace coretap {

namespace {

class Driver {
 public:
  explicit Driver(const Options& options)
      : o_(options),
        notes_(options),
        lookups_({options.command, options.target_pid}),
        pass4_(options, input_, lookups_, notes_, diagnostics_),
        cached_listing_(options, input_, lookups_, notes_) {
    diagnostics_.suppress_warnings(o_.no_warnings);
    diagnostics_.show_similar_warnings(o_.verbose > 0);
    diagnostics_.write_json(options.output_json);
    diagnostics_.warnings_are_errors(o_.warnings_are_errors);
  }

  int run() {
    if (!make_input(o_, input_, diagnostics_)) return report();
    if (CompiledScript cached = pass4_.from_cache()) return finish(cached);
    if (cached_listing_.show()) return 0;
    if (o_.mode == Options::Mode::Answer && !understand_question()) return report();
    if (pass4_.is_wanted() && !pass4_.begin()) return report();
    if (o_.explain_stages) explain_.emplace(o_.explain_file, input_, lookups_, diagnostics_);
    if (explain_ && !explain_->prepare()) return report();
    const SourceFile& script = sources_.add(input_.script_name, input_.script_text, true);
    int status = compile(script);
    diagnostics_.tell_suppressed(std::cerr);
    return status;
  }

 private:
  // ---------------------------------------------------------------- passes

  int compile(const SourceFile& script) {
    PreprocessorFacts facts = facts_of(input_, lookups_);
    Program program(sources_, diagnostics_, input_, facts, lookups_);
    program.header_constant = [this](const std::string& expression) {
      return header_constant(expression, input_, lookups_);
    };
    probes::ResolveContext context(diagnostics_, input_, lookups_);
    context.is_listing = input_.listing != Listing::None || question_.has_value();

    {  // Pass 1. Beyond this point: the script is an AST, free of macros and %( %).
      PassTimer timer;
      open_tapsets(program);
      parse_script(program, script);
      // What the parser finds wrong with names and values is told by pass 2.
      bool syntax_only = o_.dump == "ast" || o_.last_pass == 1;
      if (syntax_only) diagnostics_.drop_semantic_errors();
      bool parsed = diagnostics_.has_errors() && !diagnostics_.has_parse_errors();
      if (failed(parsed ? 2 : 1, parsed ? "analysis" : "parse")) return 1;
      notes_.say("Pass 1: parsed user script and " + std::to_string(program.library_scripts) +
                 " library scripts using " + memory_use() + ", in " + timer.elapsed());
    }
    pass4_.parsed(*program.files[0]);
    if (o_.dump == "ast" || o_.last_pass == 1) {
      std::cout << ast::print(*program.files[0]);
      return 0;
    }

    {  // Pass 2. Beyond this point: bodies have sites, names have declarations and types.
      PassTimer timer;
      Diagnostics::Attempt attempt(diagnostics_);
      elaborate_probes(program, context);
      place_returns(program, context.is_listing);
      if (input_.listing != Listing::None) return cached_listing_.make(program, context);
      if (question_) {
        const bool is_answered = why::answer(*question_, program, context, attempt, std::cout);
        return failed(2, "analysis") || !is_answered ? 1 : 0;
      }
      if (input_.portable) check_portable(program);
      if (!diagnostics_.has_errors()) resolve_symbols(program, context);
      place_returns(program, false);  // of tapset files that names have loaded
      if (!diagnostics_.has_errors()) {
        settle_arities(program);
        if (!diagnostics_.has_errors()) elide(program);
        check_loops(program);
        infer_types(program);
      }
      if (!diagnostics_.has_errors()) check_usage(program);
      if (failed(2, "analysis")) return 1;
      notes_.say(summary(program) + " using " + memory_use() + ", in " + timer.elapsed());
    }
    if (!o_.build.empty() && o_.verbose > 0)
      for (const std::string& bound : bound_probes(program))
        std::cerr << "note: " << ct::terminal_safe(bound) << std::endl;
    if (o_.last_pass == 2) {
      // stap resolves target variables in its second pass; here pass 3 begins with them.
      lower(program, context);
      if (failed(2, "analysis")) return 1;
      print_elaborated(program);
      return 0;
    }

    if (explain_) explain_->analysed(program, context);
    notes_.say_sides(program);

    GeneratedCode code;
    {  // Pass 3. Beyond this point: nothing knows about probes, DWARF or the AST.
      PassTimer timer;
      Pass3 pass3(o_, input_, notes_, diagnostics_);
      if (!pass3.translate(program, context, code)) return 1;
      notes_.say("Pass 3: translated to C using " + memory_use() + ", in " + timer.elapsed());
      if (pass3.has_dumped()) return 0;
      if (explain_) return explain_->finish(pass3.module(), code) ? 0 : report();
    }
    if (o_.last_pass == 3) {
      std::cout << code.kernel_c << code.harness_cpp;
      return 0;
    }
    if (o_.build.empty()) {  // Pass 4. Beyond this point: the script is code.
      CompiledScript made = pass4_.to_run(code);
      diagnostics_.tell_suppressed(std::cerr);
      return made ? finish(made) : 1;
    }
    if (!pass4_.to_binary(code)) return 1;
    if (o_.last_pass == 4) std::cout << o_.build << '\n';
    return 0;
  }

  /// --why: takes the question apart, and makes it the script. False after reporting.
  bool understand_question() {
    const SourceFile& text = sources_.add(kQuestionName, input_.script_text, true);
    question_ = why::parse_question(text, diagnostics_);
    if (question_) input_.script_text = why::script_of(*question_);
    return question_.has_value();
  }

  /// Pass 5, or the end before it.
  int finish(const CompiledScript& compiled) {
    if (o_.last_pass == 5) return run_now(*compiled.artifacts, o_, notes_, diagnostics_);
    std::cout << compiled.folder << '\n';
    return 0;
  }

  // ---------------------------------------------------------------- around the passes

  int report() {
    diagnostics_.flush(std::cerr);
    return 1;
  }

  bool failed(int pass, const char* what) { return pass_failed(diagnostics_, pass, what); }

  const Options& o_;
  PassNotes notes_;
  CompileInput input_;
  Lookups lookups_;
  Sources sources_;
  Diagnostics diagnostics_;
  Pass4 pass4_;
  CachedListing cached_listing_;
  std::optional<why::Question> question_;  ///< of --why
  std::optional<ExplainScript> explain_;   ///< of --explain
};

}  // namespace

int drive(const Options& options) {
  switch (options.mode) {
    case Options::Mode::DumpFunctions:
    case Options::Mode::DumpProbeAliases:
    case Options::Mode::DumpProbeTypes: return dump_names(options);
    case Options::Mode::Teach: {
      Diagnostics diagnostics;
      const int status = lessons::teach(
          {options.lesson, options.script_path, options.script_text,
           options.has_script_text || !options.script_path.empty(), options.lesson_folder},
          diagnostics);
      diagnostics.flush(std::cerr);
      return status;
    }
    default: break;
  }
  auto translate = [](const Options& asked) { return Driver(asked).run(); };
  return options.remotes.empty() ? translate(options) : run_remotely(options, translate);
}

}  // namespace coretap
