#include "explain/collect.h"
#include "runtime/common/words.h"

namespace coretap::explain {
namespace {

std::string type_text(const ast::VarDecl& variable) {
  if (variable.arity <= 0) return ast::type_name(variable.type);
  std::vector<std::string> keys;
  for (ast::Type key : variable.key_types) keys.emplace_back(ast::type_name(key));
  return std::string("array of ") + ast::type_name(variable.type) + " by (" + ct::join(keys) + ")";
}

class TypeCollector {
 public:
  TypeCollector(const Program& program, const Places& places, const Named& named, Story& story)
      : program_(program), places_(places), named_(named), story_(story) {}

  void run() {
    for (const ast::VarDecl* global : program_.globals) variable(*global, "global");
    for (const ElaboratedProbe& probe : program_.probes)
      for (const auto& local : probe.locals) variable(*local, "local");
    for (const ast::FunctionDecl* function : program_.functions) {
      const auto ids = named_.functions.find(function);
      if (ids != named_.functions.end())
        add(function->name, "function", ast::type_name(function->return_type), function->typed_at,
            ids->second);
      for (const auto& parameter : function->parameters)
        variable(*parameter, "parameter of " + function->name);
      for (const auto& local : function->locals) variable(*local, "local of " + function->name);
    }
  }

 private:
  /// Of what the script does not name nothing is told.
  void variable(const ast::VarDecl& variable, const std::string& what) {
    const auto ids = named_.variables.find(&variable);
    if (ids == named_.variables.end()) return;
    add(variable.name, what, type_text(variable), variable.typed_at, ids->second);
  }

  void add(const std::string& name, const std::string& what, const std::string& type,
           const Span& typed_at, const std::set<Id>& ids) {
    TypeRow row;
    row.name = name;
    row.what = what;
    row.type = type;
    row.settled_line = places_.script_line(typed_at);
    if (typed_at.file == &places_.script())
      row.because = typed_at.file->text.substr(typed_at.begin, typed_at.end - typed_at.begin);
    else if (typed_at)
      row.because = "a use in " + typed_at.file->name + ", line " +
                    std::to_string(line_column(*typed_at.file, typed_at.begin).line);
    else
      row.because = "its declaration";
    // Probes of one body have locals of their own, which are the same to a reader.
    const auto [known, is_new] =
        known_.try_emplace({name, what, type, row.because, std::to_string(row.settled_line)}, "");
    if (is_new) {
      known->second = row.id = "y" + std::to_string(known_.size());
      story_.types.push_back(std::move(row));
    }
    story_.links.add(known->second, ids);
    if (typed_at.file == &places_.script()) story_.links.add(known->second, places_.of(typed_at));
  }

  const Program& program_;
  const Places& places_;
  const Named& named_;
  Story& story_;
  std::map<std::vector<std::string>, Id> known_;
};

}  // namespace

void collect_types(const Program& program, const Places& places, const Named& named, Story& story) {
  TypeCollector(program, places, named, story).run();
}

}  // namespace coretap::explain
