// The compiler as the language server sees it: one script at a time, and what is known of the tapsets, found once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyse/program.h"
#include "language_server/services.h"

namespace coretap::language_server {

/// A script on its way through the compiler, and all that must live as long.
struct Session {
  CompileInput input;
  Lookups lookups;
  Sources sources;
  Diagnostics diagnostics;
  PreprocessorFacts facts;
  std::unique_ptr<Program> program;
  const SourceFile* script = nullptr;
};

/// A function, macro, global or alias, of the script or of a tapset.
struct Definition {
  enum Kind { Function, Macro, Global, Alias } kind = Function;
  std::string name;
  std::string signature;      ///< "strlen:long (s:string)"
  std::string documentation;  ///< the text of the comment before it, without its stars
  std::string path;           ///< "" in the script itself
  LineColumn place;           ///< of its name
};

/// A variable at a probe point: "$size" or an alias's, and its type as -L shows it.
struct Variable {
  std::string name, type;
};

class Compiler {
 public:
  explicit Compiler(Services services);
  ~Compiler();

  /// Passes 1 and 2: all messages are in the session's diagnostics.
  std::unique_ptr<Session> analyse(const std::string& name, const std::string& text) const;
  /// Pass 1. The tree may be of a part of the script, if that has mistakes.
  std::unique_ptr<Session> parse(const std::string& name, const std::string& text) const;
  /// The functions, globals, macros and aliases that the script defines.
  std::vector<Definition> definitions(const std::string& text) const;
  /// Functions of the tapsets, sorted by name. Read when they are first asked for, and again when a file has changed.
  const std::vector<Definition>& tapset_functions();
  /// The alias of the tapsets that the point names.
  std::optional<Definition> tapset_alias(const std::string& point) const;
  /// The variables at a probe point, or at several with commas.
  const std::vector<Variable>& variables(const std::string& points);
  /// Type of an access ("$task->mm") at probe points, as -L spells it; nothing if it has none.
  std::optional<std::string> type_of(const std::string& points, const std::string& access);
  /// The members of what it is or points to.
  std::vector<Variable> members(const std::string& points, const std::string& access);
  /// The source line of the first place of a probe point, for what debug information has one.
  std::optional<Definition> source_of(const std::string& point);
  const Services& services() const { return services_; }

 private:
  struct Points;
  Points& resolve(const std::string& points);
  debug::TypePtr find_type(const std::string& points, const std::string& access);

  Services services_;
  std::vector<Definition> functions_;
  std::unique_ptr<Session> of_functions_;                  ///< what they were read from
  std::map<std::string, std::unique_ptr<Points>> points_;  ///< by their text
};

}  // namespace coretap::language_server
