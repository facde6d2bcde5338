#include "explain_script.h"

#include <iostream>
#include <memory>

#include "build/work_folder.h"
#include "explain/collect_bpf.h"
#include "explain/collect_code.h"
#include "explain/page.h"
#include "explain/text.h"
#include "support/file.h"

namespace coretap {

bool ExplainScript::prepare() { return file_.empty() || output_.prepare(file_, diagnostics_); }

void ExplainScript::analysed(const Program& program, probes::ResolveContext& context) {
  places_.emplace(*program.files[0]->source);
  explain::collect_script(program, *places_, story_, named_);
  explain::collect_sites(program, *places_, context, story_, named_);
  explain::collect_types(program, *places_, named_, story_);
}

bool ExplainScript::finish(const ir::Module& module, const GeneratedCode& code) {
  explain::collect_attach(module, story_);
  explain::collect_sides(module, *places_, named_, story_);
  const Flavour flavour = code.kernel_c.empty() ? Flavour::Base : Flavour::Modern;
  explain::collect_code(module, code.kernel_c.empty() ? code.kernel_base_c : code.kernel_c, flavour,
                        code.harness_cpp, *places_, story_);
  if (code.has_kernel()) compile(module, flavour);
  if (!file_.empty()) return write(explain::page(story_));
  explain::tell(story_, std::cout);
  return true;
}

/// The object, of the very lines of C that are shown.
void ExplainScript::compile(const ir::Module& module, Flavour flavour) {
  ct::Result<std::unique_ptr<WorkFolder>> work = WorkFolder::make_private();
  if (!work) {
    story_.no_programs = work.failure().text();
    return;
  }
  Compilation compilation(**work, input_, lookups_);
  const ct::Result<std::string> object = compilation.to_object(explain::kernel_text(story_));
  const ct::Status read = object ? explain::collect_bpf(*object, module, flavour, story_)
                                 : ct::Status(object.failure().text());
  if (!read) story_.no_programs = read.text();
}

bool ExplainScript::write(const std::string& page) {
  constexpr const char* kName = "page.html";
  ct::Result<std::unique_ptr<WorkFolder>> work = WorkFolder::make_private();
  ct::Status written =
      work ? write_file_at((*work)->fd(), kName, page) : ct::Status(work.failure().text());
  if (written) return output_.take(**work, kName, diagnostics_, OutputFile::Kind::Plain);
  diagnostics_.error("output-write", "cannot write '" + file_ + "': " + written.text());
  return false;
}

}  // namespace coretap
