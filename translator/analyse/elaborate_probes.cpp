// From `probe` statements to bodies with sites.
//
// A point names either an alias or a built-in. Aliases are expanded depth first: each step wraps
// the body with the alias's prologue or epilogue and replaces the alias's components at the
// front of the point by one of the alias's own points; components left over stay behind it
// (`probe foo = process("x").function("f")`, used as `foo.return`). `?` makes the failure of
// a point silent; `!` also stops the list of alternatives at the first that resolves. What is true
// of a site here may not be so on the kernel where it is attached: Site::need says which of them may
// be missing there.
#include <algorithm>

#include "analyse/alias_chain.h"
#include "analyse/file_value.h"
#include "analyse/probewrite.h"
#include "analyse/tapset_library.h"
#include "ast/print.h"
#include "runtime/common/words.h"
#include "support/elsewhere.h"

namespace coretap {

namespace {

/// The layers of one expansion: bodies around the user's handler, outermost alias last.
struct Layers {
  struct Body {
    const ast::Stmt* code;
    Span use;  ///< of the point that named the alias
  };
  std::vector<Body>
      prologues;  ///< to run before it, from the inner alias to the outer: the last runs first
  std::vector<Body> epilogues;
  std::vector<const ast::Expr*> conditions;
  std::vector<const ast::ProbeDecl*> aliases;
  std::vector<const ast::ProbePoint*> aliased;  ///< the points that named an alias, outermost first
  bool optional = false;  ///< one of the points on the way may be missing: see may_be_missing()
};

/// May `point`, one of `points`, be missing where the script runs, once it was found here? `a !, b` without `a` is
/// `b`, which was left out because `a` was found: so `a` may be missing only if nothing follows it.
bool may_be_missing(const ast::ProbePoint& point, const std::vector<ast::ProbePoint>& points) {
  return point.optional || (point.sufficient && &point == &points.back());
}

class Elaborator {
 public:
  Elaborator(Program& program, probes::ResolveContext& context, const ast::ProbeDecl& probe)
      : program_(program), context_(context), probe_(probe) {}

  /// True if any of the probe's points exists here.
  bool run() {
    bool any = false;
    for (const ast::ProbePoint& point : probe_.points) {
      top_ = &point;
      point_ = ir::kNone;
      alias_.clear();
      Layers layers;
      layers.optional = may_be_missing(point, probe_.points);
      Diagnostics::Attempt attempt(program_.diagnostics);
      bool found = expand(point, layers, 0, point.optional || point.sufficient);
      if (!found && (point.optional || point.sufficient)) attempt.drop();
      any |= found;
      if (found && point.sufficient) break;
    }
    return any;
  }

 private:
  static bool matches(const ast::ProbePoint& name, const ast::ProbePoint& point) {
    if (name.components.size() > point.components.size()) return false;
    for (size_t i = 0; i < name.components.size(); i++) {
      if (!glob_match(point.components[i].functor, name.components[i].functor)) return false;
      if (point.components[i].has_arg() != name.components[i].has_arg()) return false;
    }
    return true;
  }

  /// True if at least one site came of it.
  bool expand(const ast::ProbePoint& point, Layers layers, int depth, bool quiet) {
    if (point.condition) layers.conditions.push_back(point.condition.get());
    load_aliases_for(program_, point);
    bool wildcard = false, any_alias = false, found = false;
    for (const ast::ProbeComponent& component : point.components)
      wildcard |= ct::has_wildcard(component.functor);

    // The longest alias name wins, unless a wildcard asks for all of them.
    std::vector<std::pair<const ast::ProbeDecl*, const ast::ProbePoint*>> candidates;
    size_t longest = 0;
    for (const auto& file : program_.files)
      for (const auto& alias : file->aliases)
        for (const ast::ProbePoint& name : alias->alias_names)
          if (alias->body.get() != probe_.body.get() && matches(name, point)) {
            if (wildcard && name.components.size() != point.components.size()) continue;
            candidates.emplace_back(alias.get(), &name);
            longest = std::max(longest, name.components.size());
          }
    for (auto [alias, name] : candidates) {
      if (!wildcard && name->components.size() != longest) continue;
      any_alias = true;
      found |= expand_alias(*alias, *name, point, layers, depth, quiet || wildcard);
    }
    if (wildcard) {
      for (const ast::ProbePoint& one : probes::without_wildcards(point)) {
        Diagnostics::Attempt attempt(program_.diagnostics);
        bool exists = resolve_builtin(one, layers);
        if (!exists) attempt.drop();
        found |= exists;
      }
      if (found) return true;
    }
    if (any_alias) {
      if (!found && wildcard)
        program_.diagnostics.semantic_error("no-probe-match", point.span,
                                            "no probe point matches " + ast::to_string(point));
      return found;
    }
    return resolve_builtin(point, layers);
  }

  bool expand_alias(const ast::ProbeDecl& alias, const ast::ProbePoint& name,
                    const ast::ProbePoint& point, Layers layers, int depth, bool quiet) {
    if (std::find(layers.aliases.begin(), layers.aliases.end(), &alias) != layers.aliases.end()) {
      program_.diagnostics.semantic_error(
          "alias-recursion", point.span,
          "probe alias " + ast::to_string(name) + " is defined by itself");
      return false;
    }
    layers.aliases.push_back(&alias);
    if (alias.epilogue) {
      layers.epilogues.push_back({alias.body.get(), point.span});
    } else {
      layers.prologues.push_back({alias.body.get(), point.span});
      if (alias.epilogue_body) layers.epilogues.push_back({alias.epilogue_body.get(), point.span});
    }
    layers.aliased.push_back(&point);
    if (depth == 0) {
      ast::ProbePoint named = ast::clone(name);
      for (size_t i = name.components.size(); i < point.components.size(); i++)
        named.components.push_back(point.components[i]);
      alias_ = ast::to_string(named);
    }
    bool found = false;
    for (const ast::ProbePoint& target : alias.points) {
      ast::ProbePoint full = AliasClone(program_.sources, point.span).point(target);
      for (size_t i = name.components.size(); i < point.components.size(); i++)
        full.components.push_back(point.components[i]);
      Diagnostics::Attempt attempt(program_.diagnostics);
      Layers below = layers;
      below.optional |= may_be_missing(target, alias.points);
      bool one = expand(full, below, depth + 1, quiet);
      if (!one && (target.optional || target.sufficient || quiet)) attempt.drop();
      found |= one;
      if (one && target.sufficient) break;
    }
    if (!found && !quiet && !program_.diagnostics.has_errors())
      program_.diagnostics.semantic_error(
          "no-probe-match", point.span,
          "no point of probe alias " + ast::to_string(name) + " exists here");
    return found;
  }

  /// `syscall.read.return.maxactive(10)`: a return that is no kernel function's, but a tracepoint,
  /// has nothing that could be limited.
  static bool has_idle_maxactive(const ast::ProbePoint& point, const Layers& layers) {
    if (layers.aliased.empty() || point.components.size() < 2) return false;
    const ast::ProbeComponent& last = point.components.back();
    if (last.functor != "maxactive" || !last.number_arg) return false;
    const ast::ProbePoint& used = *layers.aliased.front();
    return used.components.size() > 2 && used.components.end()[-2].functor == "return" &&
           probes::without_wildcards(point).empty();
  }

  bool resolve_builtin(const ast::ProbePoint& point, const Layers& layers) {
    if (has_idle_maxactive(point, layers)) {
      ast::ProbePoint shorter = ast::clone(point);
      shorter.components.pop_back();
      return resolve_builtin(shorter, layers);
    }
    if (!probes::is_builtin(point)) {
      auto& diagnostic = program_.diagnostics.semantic_error(
          "unknown-probe", point.span, "unknown probe point " + ast::to_string(point));
      std::string wanted;
      for (const auto& component : point.components)
        wanted += (wanted.empty() ? "" : ".") + component.functor;
      if (const std::string hint = systemtap_hint(wanted); !hint.empty()) {
        diagnostic.hint(hint);
        return false;
      }
      diagnostic.hint_if_shown([library = program_.tapsets, wanted] {
        std::vector<std::string> names = tapset_alias_names(*library);
        for (const std::string& pattern : probes::point_patterns())
          names.push_back(pattern.substr(0, pattern.find_first_of(".(")));
        return similar_hint(wanted, names, " ");
      });
      return false;
    }
    size_t errors = program_.diagnostics.error_count();
    std::vector<probes::ResolvedProbe> sites = probes::resolve(point, context_);
    if (sites.empty()) {
      // `never` and a family that already said why are fine; silence is not.
      return program_.diagnostics.error_count() == errors;
    }
    for (probes::ResolvedProbe& site : sites) {
      site.site.need = need(point, layers);
      if (site.may_be_absent && site.site.need == ir::Need::Required)
        site.site.need = ir::Need::OneOfMany;
      site.site.point = written_point();
    }
    ElaboratedProbe probe;
    probe.span = top_->span;
    probe.origin = origin(layers);
    probe.alias = alias_;
    probe.body = make_body(layers);
    // All sites of a built-in point have the same.
    if (const std::string& test = sites.front().only_if; !test.empty())
      probe.body = only_if(test, point.span, std::move(probe.body));
    if (!sites.front().file.path.empty())
      make_file_value_calls(probe.body, sites.front().event, program_.diagnostics);
    for (const ast::Expr* condition : layers.conditions)
      probe.conditions.push_back(ast::clone(*condition));
    probe.sites = std::move(sites);
    program_.probes.push_back(std::move(probe));
    return true;
  }

  /// May a site of a built-in point be missing where the program runs?
  static ir::Need need(const ast::ProbePoint& point, const Layers& layers) {
    if (layers.optional) return ir::Need::Optional;
    bool one_of_many = probes::has_wildcard(point);
    for (const ast::ProbePoint* aliased : layers.aliased)
      one_of_many |= probes::has_wildcard(*aliased);
    return one_of_many ? ir::Need::OneOfMany : ir::Need::Required;
  }

  /// Number of the point that is expanded.
  uint32_t written_point() {
    if (point_ == ir::kNone) {
      point_ = static_cast<uint32_t>(program_.points.size());
      program_.points.push_back(
          {unconditional(*top_), top_->span, may_be_missing(*top_, probe_.points)});
    }
    return point_;
  }

  static std::string unconditional(const ast::ProbePoint& point) {
    ast::ProbePoint plain = ast::clone(point);
    plain.condition = nullptr;
    return ast::to_string(plain);
  }

  /// As stap's -t says it: the chain ends in the written point, which an alias's name is once more.
  ir::Origin origin(const Layers& layers) const {
    auto name = [](const ast::ProbePoint& point) { return " from: " + unconditional(point); };
    ir::Origin origin{probe_.span, ""};
    for (auto it = layers.aliased.rbegin(); it != layers.aliased.rend(); ++it)
      origin.derivation += name(**it);
    origin.derivation += name(*top_);
    if (!layers.aliased.empty()) origin.at = layers.aliased.back()->span;
    return origin;
  }

  /// `if (test()) body`
  static ast::StmtPtr only_if(const std::string& test, const Span& at, ast::StmtPtr body) {
    auto call = std::make_unique<ast::Call>();
    call->span = at;
    call->function = test;
    auto made = std::make_unique<ast::If>();
    made->span = body->span;
    made->condition = std::move(call);
    made->then_branch = std::move(body);
    return made;
  }

  ast::StmtPtr make_body(const Layers& layers) const {
    auto block = std::make_unique<ast::Block>();
    block->span = probe_.body->span;
    // Aliases closer to the built-in point run first: they were pushed last.
    for (auto it = layers.prologues.rbegin(); it != layers.prologues.rend(); ++it)
      block->statements.push_back(AliasClone(program_.sources, it->use).body(*it->code));
    ast::StmtPtr handler = ast::clone(*probe_.body);
    block->statements.push_back(ast::clone(*handler));
    for (const Layers::Body& epilogue : layers.epilogues)
      block->statements.push_back(AliasClone(program_.sources, epilogue.use).body(*epilogue.code));
    ast::StmtPtr whole = std::move(block);
    answer_probewrite(handler, whole);
    return whole;
  }

  Program& program_;
  probes::ResolveContext& context_;
  const ast::ProbeDecl& probe_;
  const ast::ProbePoint* top_ = nullptr;
  uint32_t point_ = ir::kNone;  ///< see written_point()
  std::string alias_;           ///< see ElaboratedProbe::alias
};

}  // namespace

bool elaborate_file(Program& program, size_t index, probes::ResolveContext& context) {
  // program.files grows while aliases load; the File itself stays where it is.
  const ast::File* file = program.files[index].get();
  bool any = false;
  for (const auto& probe : file->probes) any |= Elaborator(program, context, *probe).run();
  return any;
}

void elaborate_probes(Program& program, probes::ResolveContext& context) {
  bool any = elaborate_file(program, 0, context);
  if (program.diagnostics.has_errors()) return;
  if (program.files[0]->probes.empty())
    program.diagnostics.error("no-probes", "the script has no probes");
  else if (!any)
    program.diagnostics.error("no-probes", "none of the script's optional probes exists here");
}

}  // namespace coretap
