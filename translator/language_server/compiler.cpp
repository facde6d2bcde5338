#include "language_server/compiler.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "analyse/place_returns.h"
#include "dwarf/types.h"
#include "lower/lower.h"
#include "probes/probe_kind.h"

namespace coretap::language_server {

namespace {

constexpr size_t kMostPoints =
    50;  // resolved probe points that are kept, each with its debug information
constexpr size_t kMostSites = 20;  // of a wildcard, that are asked for their variables

/// The comment `/** … */` that ends before `begin`, without its stars; "" if there is none.
std::string documentation_before(std::string_view text, size_t begin) {
  std::string_view before = text.substr(0, begin);
  while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back())))
    before.remove_suffix(1);
  if (!before.ends_with("*/")) return "";
  const size_t open = before.rfind("/**");
  if (open == std::string_view::npos) return "";
  before = before.substr(open + 3, before.size() - open - 5);
  std::string out;
  while (!before.empty()) {
    const size_t end = before.find('\n');
    std::string_view line = before.substr(0, end);
    before = end == std::string_view::npos ? "" : before.substr(end + 1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.starts_with("*")) line.remove_prefix(1);
    if (line.starts_with(" ")) line.remove_prefix(1);
    if (!out.empty() || !line.empty()) out += std::string(line) + "\n";
  }
  while (!out.empty() && std::isspace(static_cast<unsigned char>(out.back()))) out.pop_back();
  return out;
}

/// Where the declaration begins that a span within it belongs to: the line's begin.
size_t line_begin(std::string_view text, size_t at) {
  const size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

std::string signature_of(const ast::FunctionDecl& function) {
  std::string text = function.name;
  if (function.return_type != ast::Type::Unknown)
    text += std::string(":") + ast::type_name(function.return_type);
  text += " (";
  for (const auto& parameter : function.parameters) {
    if (!text.ends_with("(")) text += ", ";
    text += parameter->name;
    if (parameter->type != ast::Type::Unknown)
      text += std::string(":") + ast::type_name(parameter->type);
  }
  return text + ")";
}

/// Name and place of a declaration whose span holds its name.
Definition definition_of(Definition::Kind kind, const std::string& name, const Span& span) {
  Definition made;
  made.kind = kind;
  made.name = name;
  if (!span.file->is_user_script) made.path = span.file->name;
  // A macro's text is at home where the macro is; what it declares is where the macro is used.
  const std::string_view text = std::string_view(span.file->text).substr(span.begin);
  const size_t at = std::min(text.find(name), text.size());
  made.place = line_column(*span.file,
                           span.begin + static_cast<uint32_t>(at < span.end - span.begin ? at : 0));
  return made;
}

Definition definition_of(const ast::FunctionDecl& function) {
  Definition made = definition_of(Definition::Function, function.name, function.span);
  made.signature = signature_of(function);
  const std::string_view text = function.span.file->text;
  made.documentation = documentation_before(text, line_begin(text, function.span.begin));
  return made;
}

std::string dotted(const ast::ProbePoint& point) {
  std::string name;
  for (const ast::ProbeComponent& component : point.components)
    name += (name.empty() ? "" : ".") + component.functor;
  return name;
}

/// "name:type" as -L has it; names have no ':'.
Variable variable_of(const std::string& listed) {
  const size_t colon = listed.find(':');
  if (colon == std::string::npos) return {listed, ""};
  return {listed.substr(0, colon), listed.substr(colon + 1)};
}

/// Would the compiler be told the same today? A program may have been built anew, or a tapset been changed.
bool is_current(const Session& session) {
  const std::vector<Lookup> asked = session.lookups.all();
  return std::all_of(asked.begin(), asked.end(), [&](const Lookup& each) {
    return session.lookups.answer_today(each.question, each.subject) == each.answer;
  });
}

void add_new(std::vector<Variable>& all, Variable variable) {
  const bool is_known = std::any_of(
      all.begin(), all.end(), [&](const Variable& each) { return each.name == variable.name; });
  if (!is_known) all.push_back(std::move(variable));
}

}  // namespace

/// Points that are resolved.
struct Compiler::Points {
  std::unique_ptr<Session> session;
  std::unique_ptr<probes::ResolveContext> context;
  std::vector<Variable> variables;
  std::map<std::string, debug::TypePtr> types;
};

Compiler::Compiler(Services services) : services_(std::move(services)) {}

Compiler::~Compiler() = default;

std::unique_ptr<Session> Compiler::parse(const std::string& name, const std::string& text) const {
  auto session = std::make_unique<Session>();
  Session& s = *session;
  if (!services_.input(name, text, s.input, s.diagnostics)) return session;
  s.facts = services_.facts(s.input, s.lookups);
  s.program = std::make_unique<Program>(s.sources, s.diagnostics, s.input, s.facts, s.lookups);
  s.program->header_constant = [&s, this](const std::string& expression) {
    return services_.header_constant(expression, s.input, s.lookups);
  };
  open_tapsets(*s.program);
  s.script = &s.sources.add(name, text, true);
  parse_script(*s.program, *s.script);
  return session;
}

std::unique_ptr<Session> Compiler::analyse(const std::string& name, const std::string& text) const {
  std::unique_ptr<Session> session = parse(name, text);
  if (!session->program || session->diagnostics.has_errors()) return session;
  // A script's arguments are not known here, so what it means is not.
  if (!session->input.arguments.empty()) return session;
  Program& program = *session->program;
  probes::ResolveContext context(session->diagnostics, session->input, session->lookups);
  elaborate_probes(program, context);
  place_returns(program, false);
  if (!session->diagnostics.has_errors()) resolve_symbols(program, context);
  place_returns(program, false);
  if (session->diagnostics.has_errors()) return session;
  settle_arities(program);
  if (session->diagnostics.has_errors()) return session;
  elide(program);
  check_loops(program);
  infer_types(program);
  if (session->diagnostics.has_errors()) return session;
  check_usage(program);
  if (!session->diagnostics.has_errors()) lower(program, context);
  return session;
}

std::vector<Definition> Compiler::definitions(const std::string& text) const {
  std::vector<Definition> all;
  const std::unique_ptr<Session> session = parse("script", text);
  if (!session->program || session->program->files.empty()) return all;
  const ast::File& file = *session->program->files.front();
  for (const auto& function : file.functions) all.push_back(definition_of(*function));
  for (const auto& global : file.globals)
    all.push_back(definition_of(Definition::Global, global->name, global->span));
  for (const auto& alias : file.aliases)
    for (const ast::ProbePoint& name : alias->alias_names)
      all.push_back(definition_of(Definition::Alias, dotted(name), name.span));
  return all;
}

const std::vector<Definition>& Compiler::tapset_functions() {
  if (of_functions_ && is_current(*of_functions_)) return functions_;
  functions_.clear();
  of_functions_ = parse("script", "probe begin {}\n");
  Session* session = of_functions_.get();
  if (!session->program) return functions_;
  load_all_functions(*session->program);
  std::set<std::pair<std::string, std::string>> known;
  for (size_t i = 1; i < session->program->files.size(); i++)
    for (const auto& function : session->program->files[i]->functions) {
      if (function->is_private || function->name.starts_with("_")) continue;
      Definition made = definition_of(*function);
      // A function may have a version for each side; the comment is before the first.
      if (known.emplace(made.name, made.signature).second) functions_.push_back(std::move(made));
    }
  std::stable_sort(functions_.begin(), functions_.end(),
                   [](const Definition& a, const Definition& b) { return a.name < b.name; });
  session->program.reset();
  return functions_;
}

std::optional<Definition> Compiler::tapset_alias(const std::string& point) const {
  const std::unique_ptr<Session> session = parse("script", "probe " + point + " {}\n");
  if (!session->program || session->diagnostics.has_errors()) return std::nullopt;
  const ast::File& script = *session->program->files.front();
  if (script.probes.empty() || script.probes.front()->points.empty()) return std::nullopt;
  const ast::ProbePoint& written = script.probes.front()->points.front();
  const std::string wanted = dotted(written);
  load_aliases_for(*session->program, written);
  for (size_t i = 1; i < session->program->files.size(); i++)
    for (const auto& alias : session->program->files[i]->aliases)
      for (const ast::ProbePoint& name : alias->alias_names)
        if (dotted(name) == wanted) return definition_of(Definition::Alias, wanted, name.span);
  return std::nullopt;
}

Compiler::Points& Compiler::resolve(const std::string& points) {
  if (const auto known = points_.find(points);
      known != points_.end() && is_current(*known->second->session))
    return *known->second;
  if (points_.size() >= kMostPoints) points_.clear();
  auto made = std::make_unique<Points>();
  made->session = parse("script", "probe " + points + " {}\n");
  Session& s = *made->session;
  if (s.program && !s.diagnostics.has_errors()) {
    s.input.listing = Listing::Variables;
    made->context = std::make_unique<probes::ResolveContext>(s.diagnostics, s.input, s.lookups);
    made->context->is_listing = true;
    elaborate_probes(*s.program, *made->context);
    place_returns(*s.program, true);
    resolve_symbols(*s.program, *made->context);
    settle_arities(*s.program);
    infer_types(*s.program);
    size_t asked = 0;
    for (ElaboratedProbe& probe : s.program->probes) {
      for (const auto& local : probe.locals)
        add_new(made->variables, {local->name, ast::type_name(local->type)});
      for (probes::ResolvedProbe& site : probe.sites)
        if (site.scope && asked++ < kMostSites)
          for (const std::string& listed : site.scope->listing())
            add_new(made->variables, variable_of(listed));
    }
  }
  return *(points_[points] = std::move(made));
}

const std::vector<Variable>& Compiler::variables(const std::string& points) {
  return resolve(points).variables;
}

debug::TypePtr Compiler::find_type(const std::string& points, const std::string& access) {
  Points& resolved = resolve(points);
  Session& s = *resolved.session;
  if (!s.program || !resolved.context) return nullptr;
  if (const auto known = resolved.types.find(access); known != resolved.types.end())
    return known->second;
  // The access as an expression, by the parser.
  Diagnostics quiet;
  ParseContext context;
  context.sources = &s.sources;
  context.facts = &s.facts;
  context.diagnostics = &quiet;
  const SourceFile& text = s.sources.add("access", "probe begin { " + access + " }", true);
  const std::unique_ptr<ast::File> file = coretap::parse(text, context);
  debug::TypePtr type;
  if (!quiet.has_errors() && file->probes.size() == 1) {
    const auto& block = static_cast<const ast::Block&>(*file->probes.front()->body);
    if (block.statements.size() == 1 && block.statements.front()->kind == ast::StmtKind::Expr) {
      const ast::Expr& expression =
          *static_cast<const ast::ExprStmt&>(*block.statements.front()).expr;
      const bool is_target =
          expression.kind == ast::ExprKind::Target || expression.kind == ast::ExprKind::AtVar;
      size_t asked = 0;
      for (ElaboratedProbe& probe : s.program->probes)
        for (probes::ResolvedProbe& site : probe.sites)
          if (is_target && !type && site.scope && asked++ < kMostSites)
            type = site.scope->type_of(expression);
    }
  }
  return resolved.types[access] = type;
}

std::optional<std::string> Compiler::type_of(const std::string& points, const std::string& access) {
  if (const debug::TypePtr type = find_type(points, access)) return type->spelling();
  for (const Variable& variable : variables(points))
    if (variable.name == access) return variable.type;
  return std::nullopt;
}

std::vector<Variable> Compiler::members(const std::string& points, const std::string& access) {
  std::vector<Variable> found;
  debug::TypePtr type = find_type(points, access);
  if (type && type->kind() == debug::TypeKind::Pointer) type = type->target();
  if (!type) return found;
  for (const std::string& name : debug::member_names(*type)) {
    const std::optional<debug::FoundMember> member = debug::find_member(*type, name);
    found.push_back({name, member && member->leaf().type ? member->leaf().type->spelling() : ""});
  }
  return found;
}

std::optional<Definition> Compiler::source_of(const std::string& point) {
  Points& resolved = resolve(point);
  if (!resolved.session->program) return std::nullopt;
  for (const ElaboratedProbe& probe : resolved.session->program->probes)
    for (const probes::ResolvedProbe& site : probe.sites) {
      if (site.source.line == 0 || site.source.file.empty()) continue;
      Definition found;
      found.path = site.source.file;
      found.place = {site.source.line, std::max(site.source.column, 1u)};
      return found;
    }
  return std::nullopt;
}

}  // namespace coretap::language_server
