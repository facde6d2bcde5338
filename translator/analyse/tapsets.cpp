// The tapset library: which file defines which name, and loading on demand.
//
// Parsing all tapset files at every start would cost more than everything else, so coretap's own
// are only scanned: declarations start at the beginning of a line by our own style rule (checked by
// tests/tapsets), so `function NAME`, `global NAME`, `probe NAME… =` at a line start are enough.
// For the same reason a file of aliases alone can be parsed alias by alias: the one with the
// system calls that open files has 1600 lines, of which a script wants 15.
//
// The user's folders (-I, SYSTEMTAP_TAPSET) hold few files in anybody's style: they are parsed. As
// in stap, one with errors is left out with a warning, and the first file that defines a function
// of the name and number of arguments serves a call.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "analyse/tapset_library.h"
#include "runtime/common/regular_file.h"
#include "support/descriptor.h"
#include "support/file.h"

namespace coretap {

namespace fs = std::filesystem;

namespace {

std::string read_library_file(const fs::path& path) {
  Descriptor file(ct::open_regular(path.c_str()).value_or(-1));
  return file ? read_all(file.get()).value_or("") : "";
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

std::string_view take_word(std::string_view& text) {
  size_t n = 0;
  while (n < text.size() && is_word(text[n])) n++;
  std::string_view word = text.substr(0, n);
  text = skip_blanks(text.substr(n));
  return word;
}

/// Alias names of `probe a.b, c.d = …`: everything up to '=' that looks like dotted words.
void scan_alias(std::string_view line, TapsetFile& file) {
  size_t equals = line.find('=');
  size_t brace = line.find_first_of("{(");
  if (equals == std::string_view::npos || (brace != std::string_view::npos && brace < equals))
    return;
  std::string name;
  for (char c : line.substr(0, equals)) {
    if (is_word(c) || c == '.') {
      name += c;
    } else if (c == ',' && !name.empty()) {
      file.aliases.push_back(std::exchange(name, {}));
    }
  }
  if (!name.empty()) file.aliases.push_back(name);
}

void scan(TapsetFile& file, const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    std::string_view word = take_word(line);
    if (word == "private") continue;
    if (word == "function") {
      file.functions.emplace_back(take_word(line));
    } else if (word == "global") {
      while (!line.empty() && is_word(line.front())) {
        file.globals.emplace_back(take_word(line));
        size_t comma = line.find(',');
        if (comma == std::string_view::npos) break;
        line = skip_blanks(line.substr(comma + 1));
      }
    } else if (word == "probe") {
      scan_alias(line, file);
    }
  }
}

/// Can the aliases of this text be parsed one by one? Not if it holds anything else.
bool holds_aliases_only(const TapsetFile& file, std::string_view text) {
  if (file.aliases.size() < 2 || !file.functions.empty() || !file.globals.empty()) return false;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.starts_with("%") || line.starts_with("@") || line.starts_with("private")) return false;
    if (line.starts_with("probe ") && line.find('=') == std::string_view::npos) return false;
  }
  return true;
}

/// Adds one TapsetFile per alias, each with blank lines in place of what is before it, so that its positions
/// are those in the file. What is between two aliases (comments) goes with the first.
void add_aliases(const std::string& path, const std::string& text, std::vector<TapsetFile>& files) {
  constexpr std::string_view kStart = "\nprobe ";
  size_t lines = 0;
  for (size_t at = 0, next; at < text.size(); at = next) {
    next = text.find(kStart, at);
    next = next == std::string::npos ? text.size() : next + 1;
    std::string_view piece = std::string_view(text).substr(at, next - at);
    TapsetFile file;
    file.path = path;
    scan(file, std::string(piece));
    file.text = std::string(lines, '\n').append(piece);
    lines += static_cast<size_t>(std::count(piece.begin(), piece.end(), '\n'));
    if (!file.aliases.empty()) files.push_back(std::move(file));
  }
}

}  // namespace

Program::Program(Sources& sources, Diagnostics& diagnostics, const CompileInput& input,
                 const PreprocessorFacts& facts, Lookups& lookups)
    : sources(sources),
      diagnostics(diagnostics),
      input(input),
      facts(facts),
      lookups(lookups),
      macros(make_macro_library()),
      tapsets(std::make_shared<TapsetLibrary>()) {}

Program::~Program() = default;

namespace {

/// The files below `dir` with the extension, by name.
std::vector<std::string> files_of(Program& program, const std::string& dir, const char* extension) {
  std::error_code error, ignored;
  std::vector<std::string> paths;
  program.lookups.file(dir);  // a new file changes its folder
  for (fs::recursive_directory_iterator it(dir, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_directory(ignored)) program.lookups.file(it->path().string());
    if (it->path().extension() == extension) paths.push_back(it->path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) program.lookups.file(path);
  program.library_scripts += paths.size();
  return paths;
}

bool can_read(Program& program, const std::string& dir) {
  std::error_code error;
  program.lookups.file(dir);
  const fs::directory_iterator entries(dir, error);
  if (error)
    program.diagnostics.error("tapset-dir",
                              "cannot read tapset directory '" + dir + "': " + error.message());
  return !error;
}

/// A file that has errors is not used, which the first of them explains.
void say_skipped(Program& program, const std::string& path, const Diagnostics& problems) {
  Diagnostic& warning = program.diagnostics.warning(
      "tapset-errors", Span{}, "tapset \"" + path + "\" has errors, and will be skipped");
  for (const Diagnostic& problem : problems.all())
    if (problem.severity != Severity::Warning) {
      warning.hint(describe(problem.span) + ": " + problem.message);
      return;
    }
}

ParseContext context_for_tapset(Program& program, Diagnostics& diagnostics) {
  ParseContext context;
  context.sources = &program.sources;
  context.facts = &program.facts;
  context.macros = program.macros.get();
  context.diagnostics = &diagnostics;
  context.is_tapset = true;
  return context;
}

void add_user_file(Program& program, const std::string& path) {
  const SourceFile& source = program.sources.add(path, read_library_file(path), false);
  Diagnostics problems;
  ParseContext context = context_for_tapset(program, problems);
  TapsetFile file;
  file.path = path;
  file.parsed = parse(source, context);
  if (problems.has_errors()) return say_skipped(program, path, problems);
  for (const auto& function : file.parsed->functions)
    if (!function->is_private) file.functions.push_back(function->name);
  for (const auto& global : file.parsed->globals)
    if (!global->is_private) file.globals.push_back(global->name);
  for (const auto& alias : file.parsed->aliases)
    for (const ast::ProbePoint& name : alias->alias_names) {
      std::string dotted;
      for (const ast::ProbeComponent& component : name.components)
        dotted += (dotted.empty() ? "" : ".") + component.functor;
      file.aliases.push_back(std::move(dotted));
    }
  program.tapsets->files.push_back(std::move(file));
}

void add_own_file(Program& program, const std::string& path) {
  TapsetFile file;
  file.path = path;
  std::string text = read_library_file(path);
  scan(file, text);
  if (holds_aliases_only(file, text)) return add_aliases(path, text, program.tapsets->files);
  file.text = std::move(text);
  program.tapsets->files.push_back(std::move(file));
}

void add_macros(Program& program, const std::string& path) {
  const SourceFile& source = program.sources.add(path, read_library_file(path), false);
  Diagnostics problems;
  parse_macro_library(*program.macros, source, program.facts, problems);
  if (problems.has_errors()) say_skipped(program, path, problems);
}

}  // namespace

void open_tapsets(Program& program) {
  const std::vector<std::string>& all = program.input.tapset_dirs;
  std::vector<std::string> dirs;
  for (const std::string& dir : all)
    if (can_read(program, dir)) dirs.push_back(dir);
  for (const std::string& dir : dirs)
    for (const std::string& path : files_of(program, dir, ".stpm")) add_macros(program, path);
  bool has_own = !dirs.empty() && dirs.front() == all.front();
  for (size_t i = has_own ? 1 : 0; i < dirs.size(); i++)
    for (const std::string& path : files_of(program, dirs[i], ".stp")) add_user_file(program, path);
  if (!has_own) return;
  for (const std::string& path : files_of(program, dirs.front(), ".stp"))
    add_own_file(program, path);
}

void parse_script(Program& program, const SourceFile& script) {
  ParseContext context;
  context.sources = &program.sources;
  context.facts = &program.facts;
  context.macros = program.macros.get();
  context.argument_use = &program.argument_use;
  context.diagnostics = &program.diagnostics;
  program.files.push_back(parse(script, context));
  const ast::File& file = *program.files.back();
  bool is_empty = file.globals.empty() && file.functions.empty() && file.probes.empty() &&
                  file.aliases.empty() && file.embedded.empty();
  if (is_empty && !program.diagnostics.has_errors())
    program.diagnostics.parse_error("empty-script", Span{&script, 0, 0, nullptr},
                                    "the script declares nothing");
}

namespace {

bool load(Program& program, TapsetFile& file) {
  if (file.file) return false;
  if (!file.parsed) {
    const SourceFile& source = program.sources.add(file.path, std::move(file.text), false);
    ParseContext context = context_for_tapset(program, program.diagnostics);
    context.is_own_library = true;
    file.parsed = parse(source, context);
  }
  file.file = file.parsed.get();
  program.files.push_back(std::move(file.parsed));
  return true;
}

/// Components of a dotted alias name match those of a point; either may hold wildcards.
bool alias_may_match(const std::string& alias, const ast::ProbePoint& point) {
  size_t i = 0;
  for (std::string_view rest = alias; !rest.empty();) {
    const size_t dot = rest.find('.');
    if (i >= point.components.size()) return false;
    const ast::ProbeComponent& component = point.components[i++];
    if (!glob_match(component.functor, rest.substr(0, dot))) return false;
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  return true;
}

}  // namespace

bool load_aliases_for(Program& program, const ast::ProbePoint& point) {
  bool any = false;
  for (TapsetFile& file : program.tapsets->files) {
    if (file.file) continue;
    bool wanted = std::any_of(file.aliases.begin(), file.aliases.end(),
                              [&](const std::string& a) { return alias_may_match(a, point); });
    if (wanted) any |= load(program, file);
  }
  return any;
}

namespace {
std::vector<std::string> collect(const TapsetLibrary& library,
                                 std::vector<std::string> TapsetFile::*names) {
  std::vector<std::string> all;
  for (const TapsetFile& file : library.files)
    all.insert(all.end(), (file.*names).begin(), (file.*names).end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}
}  // namespace

void load_all_functions(Program& program) {
  for (TapsetFile& file : program.tapsets->files)
    if (!file.functions.empty()) load(program, file);
}

const ast::File* library_file_with_function(Program& program, const std::string& name,
                                            std::optional<size_t> arguments) {
  auto serves = [&](const std::unique_ptr<ast::FunctionDecl>& function) {
    return function->name == name && !function->is_private &&
           (!arguments || function->parameters.size() == *arguments);
  };
  for (TapsetFile& file : program.tapsets->files) {
    const auto& names = file.functions;
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    load(program, file);
    if (std::any_of(file.file->functions.begin(), file.file->functions.end(), serves))
      return file.file;
  }
  return nullptr;
}

const ast::File* library_file_with_global(Program& program, const std::string& name) {
  for (TapsetFile& file : program.tapsets->files) {
    const auto& names = file.globals;
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    load(program, file);
    return file.file;
  }
  return nullptr;
}

std::vector<std::string> tapset_function_names(const Program& program) {
  return collect(*program.tapsets, &TapsetFile::functions);
}
std::vector<std::string> tapset_alias_names(const TapsetLibrary& library) {
  return collect(library, &TapsetFile::aliases);
}

bool glob_match(std::string_view pattern, std::string_view text) {
  // '*' and '?' only; [] does not occur in probe point functors.
  size_t p = 0, t = 0, star = std::string::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      p++, t++;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') p++;
  return p == pattern.size();
}

}  // namespace coretap
