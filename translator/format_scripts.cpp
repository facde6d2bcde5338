#include "format_scripts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "analyse/program.h"
#include "make_input.h"
#include "runtime/common/result.h"
#include "support/descriptor.h"
#include "support/file.h"
#include "syntax/layout.h"
#include "syntax/parse.h"

namespace coretap {

namespace {

constexpr size_t kMostBytes = 16 << 20;  // of a script: /dev/zero has no end

/// Puts `text` in the place of the file, whole or not at all, with its rights. Links are followed.
ct::Status replace(const std::string& path, const std::string& text) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  struct stat status;
  if (error || stat(real.c_str(), &status) != 0)
    return ct::Status::of_errno(error ? error.value() : errno);
  if (!S_ISREG(status.st_mode)) return ct::Status::of_errno(EINVAL);
  std::string made = real + ".XXXXXX";
  const Descriptor file(mkstemp(made.data()));
  if (!file) return ct::Status::of_errno(errno);
  ct::Status done = write_all(file.get(), text);
  // Whoever may write a file of another user's leaves it that user's, where the system lets him.
  if (done && fchown(file.get(), status.st_uid, status.st_gid) != 0 && errno != EPERM)
    done = ct::Status::of_errno(errno);
  if (done && fchmod(file.get(), status.st_mode & 07777) != 0) done = ct::Status::of_errno(errno);
  if (done && rename(made.c_str(), real.c_str()) != 0) done = ct::Status::of_errno(errno);
  if (!done) unlink(made.c_str());
  return done;
}

class Formatting {
 public:
  Formatting(const Options& options, std::ostream& out, std::ostream& messages)
      : options_(options), out_(out), messages_(messages) {}

  int run() {
    if (options_.has_script_text) {
      format("<input>", options_.script_text + "\n", "");
    } else {
      read_and_format(options_.script_path.empty() ? "-" : options_.script_path);
      for (const std::string& path : options_.arguments) read_and_format(path);
    }
    return failed_ ? 1 : 0;
  }

 private:
  void read_and_format(const std::string& path) {
    const bool is_input = path == "-";
    std::error_code ignored;
    ct::Result<std::string> text = std::filesystem::is_directory(path, ignored)
                                       ? ct::Status::of_errno(EISDIR)
                                       : read_file(is_input ? "/dev/stdin" : path, kMostBytes);
    if (!text)
      return fail("script-read", "cannot read script '" + path + "': " + text.failure().text());
    format(is_input ? "<input>" : path, *std::move(text), is_input ? "" : path);
  }

  /// `path`: what --in-place writes; "": there is no file.
  void format(const std::string& name, std::string text, const std::string& path) {
    Sources sources;
    Diagnostics diagnostics;
    diagnostics.suppress_warnings(true);  // those of a compilation
    const SourceFile& script = sources.add(name, std::move(text), true);
    const std::optional<std::string> made = formatted(script, options_, sources, diagnostics);
    diagnostics.flush(messages_);
    failed_ |= !made;
    if (!made) return;
    if (!options_.in_place || path.empty()) {
      out_ << *made;
    } else if (*made != script.text) {
      const ct::Status written = replace(path, *made);
      if (!written) fail("format-write", "cannot write script '" + path + "': " + written.text());
    }
  }

  void fail(const std::string& id, const std::string& message) {
    Diagnostics diagnostics;
    diagnostics.error(id, message);
    diagnostics.flush(messages_);
    failed_ = true;
  }

  const Options& options_;
  std::ostream& out_;
  std::ostream& messages_;
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> formatted(const SourceFile& script, const Options& options,
                                     Sources& sources, Diagnostics& diagnostics) {
  CompileInput input;
  input.tapset_dirs = tapset_folders(options);
  // The layout is the same on every machine: nothing is asked of this one. A script's arguments stand for names or numbers;
  // a digit is both.
  PreprocessorFacts facts;
  facts.arguments.assign(highest_argument(script), "0");
  Lookups lookups;
  Diagnostics of_tapsets;
  Program program(sources, of_tapsets, input, facts, lookups);
  open_tapsets(program);
  ParseContext context;
  context.sources = &sources;
  context.facts = &facts;
  context.macros = program.macros.get();
  context.diagnostics = &diagnostics;
  context.is_tapset = true;  // embedded C is a matter of -g, not of layout
  if (script.name.ends_with(".stpm")) {
    const std::shared_ptr<MacroLibrary> macros = make_macro_library();
    parse_macro_library(*macros, script, facts, diagnostics);
  } else {
    parse(script, context);
  }
  diagnostics.drop_semantic_errors();
  if (diagnostics.has_errors()) return std::nullopt;
  return canonical_layout(script, diagnostics);
}

int format_scripts(const Options& options, std::ostream& out, std::ostream& messages) {
  return Formatting(options, out, messages).run();
}

}  // namespace coretap
