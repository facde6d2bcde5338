// What scopes with variables have in common: finding the root variable is theirs, everything
// behind it (members, values, addresses, pretty printing, @defined) is done here once.
#pragma once

#include <functional>

#include "probes/access.h"
#include "probes/pretty.h"
#include "probes/probe_kind.h"

namespace coretap::probes {

/// A variable that was found: its type, and how to get at it.
struct Root {
  debug::TypePtr type;
  std::function<Place(PlaceEmitter&)> emit;
};

class VariableScope : public ContextScope {
 public:
  std::optional<ir::Operand> lower(const ast::Target& target, ContextLowering& to) override;
  std::optional<ir::Operand> lower(const ast::AtVar& var, ContextLowering& to) override;
  bool defines(const ast::Expr& target) override;
  debug::TypePtr type_of(const ast::Expr& target) override;
  size_t group_size(const std::string& name) override {
    std::optional<std::vector<VarsEntry>> found = group(name);
    return found ? found->size() : 0;
  }

  /// Where casts without a module look for a type: null if there is none.
  virtual debug::TypePtr type_named(const std::string& name) = 0;
  virtual bool is_kernel() const = 0;

 protected:
  explicit VariableScope(ResolveContext& context) : context_(context) {}

  /// `name` without '$'.
  virtual ct::Result<Root, Diagnostic> find(const std::string& name, const Span& at) = 0;
  virtual ct::Result<Root, Diagnostic> find_var(const ast::AtVar& var) = 0;
  /// The variables of "$$vars", "$$parms", "$$locals" or "$$return"; nothing if there is no such
  /// group here.
  virtual std::optional<std::vector<VarsEntry>> group(const std::string& name) = 0;
  /// "$$name" and the like: text that is known at compile time.
  virtual std::optional<std::string> text(const std::string& name) const;
  virtual LocationSite location_site() const { return {}; }

  ResolveContext& context_;

 private:
  struct Written {
    std::string name;
    Span span;
    bool address_of;
    const std::vector<ast::Component>& components;
  };
  std::optional<ir::Operand> lower_access(const Root& root, const Written& written,
                                          ContextLowering& to);
  std::optional<ir::Operand> lower_group(const ast::Target& target, ContextLowering& to);
  std::optional<Root> root_of(const ast::Expr& expr);
};

/// Why `target`, a Target or AtVar, cannot be read in the scope: what lowering it would report. Nothing if it can be read.
std::optional<Diagnostic> refusal(ContextScope& scope, const ast::Expr& target,
                                  ResolveContext& context);

/// Emits `components` behind `root`, reports what cannot be done.
std::optional<ir::Operand> lower_components(const Root& root, const std::string& name,
                                            const Span& span, bool address_of,
                                            const std::vector<ast::Component>& components,
                                            const LocationSite& site, ContextLowering& to);

/// The type that @cast names and where its values are.
struct CastType {
  debug::TypePtr type;
  bool is_kernel = false;
};
ct::Result<CastType, Diagnostic> find_cast_type(const ast::Cast& cast, ContextScope* scope,
                                                ResolveContext& context);

/// "type*" of a type, for casts: their operand is a pointer.
debug::TypePtr pointer_to(debug::TypePtr target);

/// Adds a "similar:" hint, or the whole list if it is short.
void hint_names(Diagnostic& problem, const std::string& name,
                const std::vector<std::string>& known);

}  // namespace coretap::probes
