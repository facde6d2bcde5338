#include "StpLexer.h"
#include "syntax/build_ast.h"
#include "syntax/literals.h"

namespace coretap::syntax {

using namespace ast;

namespace {

/// Where two tokens' range is shown when they come from different texts (a macro on one side):
/// the place in the script that both belong to.
Span outermost(const Span& span) {
  Span at = span;
  while (at.expanded_from) at = *at.expanded_from;
  return at;
}

std::string inside_braces(const std::string& text) { return text.substr(2, text.size() - 4); }

}  // namespace

Span Builder::span(antlr4::ParserRuleContext* tree) const {
  Span first = token(tree->start).span;
  if (!tree->stop || tree->stop->getTokenIndex() < tree->start->getTokenIndex()) return first;
  Span last = token(tree->stop).span;
  if (first.file != last.file || first.expanded_from != last.expanded_from) {
    if (!first.expanded_from && !last.expanded_from) return first;
    first = outermost(first);
    last = outermost(last);
    if (first.file != last.file) return first;
  }
  first.end = std::max(first.end, last.end);
  return first;
}

ExprPtr Builder::error_value(const Span& span) const {
  auto zero = std::make_unique<Number>();
  zero->span = span;
  return zero;
}

bool Builder::allow_embedded(const Span& at) {
  if (context_.facts->guru_mode || context_.is_tapset) return true;
  error("embedded-c", at, "embedded C code is allowed in guru mode only")
      .hint("add -g if you trust this script");
  return false;
}

int64_t Builder::number_value(const Token& token, bool negative) {
  std::optional<int64_t> value = parse_number(token.text);
  if (!value) {
    const NumberProblem problem = problem_of_number(token.text);
    Diagnostic& message = error("number", token.span, "'" + token.text + "' " + problem.what);
    if (!problem.hint.empty()) message.hint(problem.hint);
    return 0;
  }
  auto magnitude = static_cast<uint64_t>(*value);
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

std::unique_ptr<File> Builder::build(StpParser::FileContext* tree) {
  auto file = std::make_unique<File>();
  file->source = &file_;
  file->is_own_library = context_.is_own_library;
  for (StpParser::DeclarationContext* each : tree->declaration()) declaration(each, *file);
  return file;
}

void Builder::declaration(StpParser::DeclarationContext* tree, File& file) {
  if (tree->exception) return;
  if (auto* each = tree->probeDeclaration()) {
    probe(each, file);
  } else if (auto* each = tree->globalDeclaration()) {
    global(each, file);
  } else if (auto* each = tree->functionDeclaration()) {
    function(each, file);
  } else if (auto* code = tree->EMBEDDED()) {
    const Token& text = token(code);
    if (allow_embedded(text.span))
      file.embedded.push_back({text.span, EmbeddedC(inside_braces(text.text))});
  }
}

// ------------------------------------------------------------------ probes

void Builder::probe(StpParser::ProbeDeclarationContext* tree, File& file) {
  auto decl = std::make_unique<ProbeDecl>();
  decl->span = span(tree);
  decl->is_private = tree->PRIVATE() != nullptr;
  size_t names = tree->aliasMark().size();
  for (StpParser::AliasMarkContext* mark : tree->aliasMark())
    if (mark->ADD_ASSIGN()) decl->epilogue = true;
  for (size_t i = 0; i < tree->probePoint().size(); i++) {
    if (i < names) {
      alias_name(tree->probePoint(i), *decl);
      continue;
    }
    for (ProbePoint& point : probe_point(tree->probePoint(i)))
      decl->points.push_back(std::move(point));
  }
  decl->body = block(tree->block(0));
  bool is_alias = !decl->alias_names.empty();
  if (tree->block().size() > 1) {
    if (is_alias)
      decl->epilogue_body = block(tree->block(1));
    else
      error("second-block", span(tree->block(1)),
            "only an alias (probe name = …) can have a second block");
  }
  (is_alias ? file.aliases : file.probes).push_back(std::move(decl));
}

/// `name` of `probe name = …`. Its condition, which stap takes too, says nothing.
void Builder::alias_name(StpParser::ProbePointContext* tree, ProbeDecl& decl) {
  for (StpParser::ProbeComponentContext* part : tree->probeComponent())
    if (!part->probeFunctor())
      return void(
          error("alias-name", span(part), "an alias has one name, not alternatives in '{}'"));
  if (tree->QUESTION() || tree->BANG())
    error("alias-name", span(tree), "an alias's name cannot be optional ('?') or sufficient ('!')")
        .hint("write the mark behind the points that the alias stands for");
  for (ProbePoint& point : probe_point(tree)) {
    for (const ProbeComponent& component : point.components)
      if (component.string_arg || component.number_arg)
        error("alias-name", component.span,
              "an alias's name has no arguments in parentheses: '" + component.functor +
                  "' is all of it");
    decl.alias_names.push_back(std::move(point));
  }
}

std::vector<ProbePoint> Builder::probe_points(StpParser::ProbePointListContext* tree) {
  std::vector<ProbePoint> points;
  for (StpParser::ProbePointContext* each : tree->probePoint())
    for (ProbePoint& point : probe_point(each)) points.push_back(std::move(point));
  return points;
}

/// One written point may stand for several: `a.{b,c}.d` is `a.b.d, a.c.d`. A `?`, `!` or `if` of
/// an alternative holds for the points made from it; nothing may follow such an alternative.
std::vector<ProbePoint> Builder::probe_point(StpParser::ProbePointContext* tree) {
  std::vector<ProbePoint> points;
  points.emplace_back().span = span(tree);
  for (StpParser::ProbeComponentContext* part : tree->probeComponent()) {
    if (part->probeFunctor()) {
      for (ProbePoint& point : points) point.components.push_back(probe_component(part));
      continue;
    }
    join_alternatives(part, points);
  }
  bool marked = false, conditional = false;
  for (const ProbePoint& point : points) {
    marked |= point.optional || point.sufficient;
    conditional |= point.condition != nullptr;
  }
  if (marked && (tree->QUESTION() || tree->BANG()))
    error("probe-suffix", span(tree), "this point has a '?' or '!' on an alternative already");
  if (conditional && tree->probeCondition())
    error("probe-suffix", span(tree->probeCondition()),
          "this point has a condition on an alternative already");
  for (ProbePoint& point : points) {
    if (tree->QUESTION()) point.optional = true;
    if (tree->BANG()) point.sufficient = true;
    if (tree->probeCondition()) point.condition = expr(tree->probeCondition()->expr());
  }
  return points;
}

/// Each of `points` with each of the alternatives in braces behind it.
void Builder::join_alternatives(StpParser::ProbeComponentContext* part,
                                std::vector<ProbePoint>& points) {
  auto* whole = dynamic_cast<StpParser::ProbePointContext*>(part->parent);
  std::vector<ProbePoint> alternatives = probe_points(part->probePointList());
  std::vector<ProbePoint> longer;
  for (const ProbePoint& tail : alternatives) {
    bool has_mark = tail.optional || tail.sufficient || tail.condition;
    if (!has_mark || part == whole->probeComponent().back()) continue;
    error("probe-suffix", tail.span,
          "'?', '!' or a condition can only stand at the end of a whole probe point");
    break;
  }
  for (const ProbePoint& head : points) {
    for (const ProbePoint& tail : alternatives) {
      if (longer.size() >= 1000) {
        error("probe-alternatives", span(part), "these alternatives make over 1000 probe points");
        return;
      }
      ProbePoint joined = clone(head);
      for (const ProbeComponent& component : tail.components)
        joined.components.push_back(component);
      joined.optional |= tail.optional;
      joined.sufficient |= tail.sufficient;
      if (tail.condition) joined.condition = clone(*tail.condition);
      longer.push_back(std::move(joined));
    }
  }
  points = std::move(longer);
}

ProbeComponent Builder::probe_component(StpParser::ProbeComponentContext* tree) {
  ProbeComponent component;
  component.span = span(tree);
  StpParser::ProbeFunctorContext* functor = tree->probeFunctor();
  size_t first = functor->start->getTokenIndex(), last = functor->stop->getTokenIndex();
  for (size_t i = first; i <= last; i++) {
    const Token& piece = tokens_[i];
    component.functor += piece.text;
    if (piece.type == StpLexer::NUMBER) {
      error("probe-component", piece.span,
            "a part of a probe point is a name, not the number " + piece.text);
      break;
    }
    // A macro or an argument may give a piece: its text is somewhere else.
    if (i == first || piece.span.file != tokens_[i - 1].span.file ||
        piece.span.expanded_from != tokens_[i - 1].span.expanded_from ||
        piece.span.begin == tokens_[i - 1].span.end)
      continue;
    error("probe-component", piece.span, "a name with wildcards is written without blanks");
    break;
  }
  if (StpParser::ProbeArgumentContext* argument = tree->probeArgument()) {
    if (argument->STRING_LITERAL())
      component.string_arg = token(argument->STRING_LITERAL()).text;
    else
      component.number_arg = number_value(token(argument->NUMBER()), argument->MINUS());
  }
  return component;
}

// ------------------------------------------------------------------ globals and functions

void Builder::global(StpParser::GlobalDeclarationContext* tree, File& file) {
  for (StpParser::GlobalVariableContext* each : tree->globalVariable()) {
    auto variable = std::make_unique<VarDecl>();
    variable->span = token(each->IDENTIFIER()).span;
    variable->name = token(each->IDENTIFIER()).text;
    variable->storage = VarDecl::Global;
    variable->is_private = tree->PRIVATE() != nullptr;
    variable->wrap = each->PERCENT() != nullptr;
    if (StpParser::ArraySizeContext* size = each->arraySize()) {
      variable->declared_array = true;
      if (size->NUMBER()) variable->max_size = number_value(token(size->NUMBER()), false);
      if (variable->max_size && *variable->max_size <= 0)
        error("array-size", token(size->NUMBER()).span,
              "an array needs room for at least 1 element");
      else if (variable->max_size && *variable->max_size > UINT32_MAX)
        error("array-size", token(size->NUMBER()).span,
              "array size out of range: at most " + std::to_string(UINT32_MAX) + " elements");
    }
    if (StpParser::LiteralContext* init = each->literal()) {
      if (variable->declared_array || variable->wrap)
        error("array-initialiser", span(init), "only a scalar global can have a first value")
            .hint("fill the array in a 'probe begin'");
      if (init->STRING_LITERAL()) {
        auto text = make<String>(init);
        text->value = token(init->STRING_LITERAL()).text;
        variable->init = std::move(text);
      } else {
        variable->init = number(token(init->NUMBER()), span(init), init->MINUS());
      }
    }
    check_new(*variable, file.globals, "global");
    file.globals.push_back(std::move(variable));
  }
}

void Builder::check_new(const VarDecl& added, const std::vector<std::unique_ptr<VarDecl>>& before,
                        const std::string& kind) {
  for (const auto& other : before) {
    if (other->name != added.name) continue;
    error("duplicate-name", added.span,
          "there is already a " + kind + " named '" + added.name + "'")
        .see(other->span, "the first is here");
    return;
  }
}

void Builder::function(StpParser::FunctionDeclarationContext* tree, File& file) {
  auto decl = std::make_unique<FunctionDecl>();
  decl->span = token(tree->IDENTIFIER()).span;
  decl->name = token(tree->IDENTIFIER()).text;
  decl->is_private = tree->PRIVATE() != nullptr;
  decl->return_type = value_type(tree->valueType());
  if (tree->parameterList()) {
    for (StpParser::ParameterContext* each : tree->parameterList()->parameter()) {
      auto parameter = std::make_unique<VarDecl>();
      parameter->span = token(each->IDENTIFIER()).span;
      parameter->name = token(each->IDENTIFIER()).text;
      parameter->storage = VarDecl::Parameter;
      parameter->type = value_type(each->valueType());
      check_new(*parameter, decl->parameters, "parameter");
      decl->parameters.push_back(std::move(parameter));
    }
  }
  if (StpParser::FunctionPriorityContext* priority = tree->functionPriority()) {
    decl->priority = number_value(token(priority->NUMBER()), priority->MINUS());
    if (*decl->priority <= 0)
      error("function-priority", span(priority), "a function's priority is a number above 0");
  }
  if (tree->block()) {
    in_function_ = true;
    decl->body = block(tree->block());
    in_function_ = false;
  } else {
    const Token& code = token(tree->EMBEDDED());
    decl->embedded_span = code.span;
    decl->c.emplace(allow_embedded(code.span) ? inside_braces(code.text) : "");
  }
  file.functions.push_back(std::move(decl));
}

Type Builder::value_type(StpParser::ValueTypeContext* tree) {
  if (!tree) return Type::Unknown;
  return tree->LONG() ? Type::Long : Type::String;
}

}  // namespace coretap::syntax
