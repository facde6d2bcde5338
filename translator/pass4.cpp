#include "pass4.h"

#include <iostream>
#include <sstream>

#include "build/cache_place.h"
#include "build/hash.h"
#include "pass_timer.h"
#include "support/colors.h"
#include "support/file.h"

namespace coretap {

namespace {

/// May any probe be the kernel's? An alias may be; begin, end, error, never and timers are not.
bool wants_kernel(const ast::File& script) {
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

}  // namespace

Pass4::Pass4(const Options& options, const CompileInput& input, Lookups& lookups,
             const PassNotes& notes, Diagnostics& diagnostics)
    : o_(options), input_(input), lookups_(lookups), notes_(notes), diagnostics_(diagnostics) {
  cache_warnings_.suppress_warnings(o_.no_warnings);
  cache_warnings_.write_json(o_.output_json);
}

bool Pass4::is_wanted() const {
  return o_.last_pass >= 4 && o_.dump.empty() && o_.mode == Options::Mode::Run &&
         !o_.explain_stages;
}

bool Pass4::may_cache() const { return is_wanted() && o_.build.empty() && !o_.no_cache; }

CompiledScript Pass4::from_cache() {
  if (!may_cache() || o_.explain_script) return {};  // --why tells of what the passes make
  PassTimer timer;
  cache_ = std::make_unique<Cache>(cache_folder_path());
  key_ = cache_key(input_);
  if (o_.poison_cache) return {};
  ct::Result<std::unique_ptr<Artifacts>> found = cache_->find(key_, lookups_, cache_warnings_);
  cache_warnings_.flush(std::cerr);
  if (!found) {
    notes_.say("Pass 4: the cached result is not used: " + found.failure().text(), 2);
    return {};
  }
  CompiledScript cached{*std::move(found), cache_->entry_path(key_)};
  if (!cached) return {};
  const Artifact form = o_.output_json   ? Artifact::JsonWarnings
                        : o_.verbose > 0 ? Artifact::AllWarnings
                                         : Artifact::Warnings;
  std::string warnings((*cached.artifacts)[form].bytes());
  // With -W it is compiled anew, which fails.
  if (o_.warnings_are_errors && !o_.no_warnings && !warnings.empty()) return {};
  if (o_.keep_files) std::cerr << "Keeping temporary directory \"" << cached.folder << "\"\n";
  notes_.say("Pass 3: using cached " + cached.folder + "/harness.cpp");
  notes_.say("Pass 4: using cached " + cached.folder + "/harness.so in " + timer.elapsed());
  if (!o_.no_warnings && o_.output_json)
    std::cout << warnings << std::flush;
  else if (!o_.no_warnings)
    std::cerr << colored(warnings);
  return cached;
}

bool Pass4::begin() {
  if (!o_.build.empty() && !output_.prepare(o_.build, diagnostics_)) return false;
  work_ = cache_ ? cache_->begin(cache_warnings_) : begin_private(cache_warnings_);
  cache_warnings_.flush(std::cerr);
  if (!work_) return false;
  compilation_ = std::make_unique<Compilation>(*work_, input_, lookups_);
  compilation_->start_harness();
  return true;
}

void Pass4::parsed(const ast::File& script) {
  if (compilation_ && wants_kernel(script)) compilation_->start_kernel();
}

bool Pass4::to_binary(const GeneratedCode& code) {
  PassTimer timer;
  bool ok = compilation_->to_binary(code, diagnostics_) &&
            output_.take(*work_, kBinaryName, diagnostics_);
  if (!end(ok)) return false;
  notes_.say("Pass 4: compiled C into \"" + o_.build + "\" in " + timer.elapsed());
  if (o_.keep_files) leave();
  return true;
}

CompiledScript Pass4::to_run(const GeneratedCode& code) {
  PassTimer timer;
  if (!end(compilation_->to_run(code, diagnostics_))) return {};
  notes_.say("Pass 4: compiled C into \"" + work_->path() + "/harness.so\" in " + timer.elapsed());
  keep_warnings();
  ct::Result<std::unique_ptr<Artifacts>> opened = Artifacts::open(work_->fd());
  if (!opened) {
    diagnostics_.error("cache-write", "the compiled script is lost: " + opened.failure().text());
    diagnostics_.flush(std::cerr);
    return {};
  }
  CompiledScript made{*std::move(opened), ""};
  ct::Status kept;
  if (cache_) kept = cache_->commit(*work_, *made.artifacts, key_, lookups_);
  if (!kept) notes_.say("Pass 4: the result is not kept in the cache: " + kept.text(), 2);
  if (o_.keep_files || o_.last_pass == 4) leave();
  made.folder = work_->path();
  work_.reset();  // what is not kept goes now: the files that run are open
  return made;
}

/// After the compilers. False if they failed: then the run ends, with stap's summary line.
bool Pass4::end(bool ok) {
  compilation_.reset();
  diagnostics_.flush(std::cerr);
  if (ok && !diagnostics_.ends_run()) return true;
  std::cerr << "Pass 4: compilation failed.  [man error::pass4]\n";
  if (o_.keep_files) leave();
  return false;
}

/// Generated files that are not the cache's go, unless they are kept; the words are stap's.
void Pass4::leave() {
  work_->keep();
  if (o_.keep_files) std::cerr << "Keeping temporary directory \"" << work_->path() << "\"\n";
}

void Pass4::keep_warnings() const {
  for (Artifact form : {Artifact::Warnings, Artifact::AllWarnings, Artifact::JsonWarnings}) {
    std::ostringstream text;
    if (form == Artifact::JsonWarnings)
      diagnostics_.write_warnings_as_json(text);
    else
      diagnostics_.write_warnings(text, form == Artifact::AllWarnings);
    // A full disk shows in commit().
    if (!text.str().empty()) (void)write_file_at(work_->fd(), file_name(form), text.str());
  }
}

}  // namespace coretap
