#include "harness.h"

#include <array>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "syntax/parse.h"

namespace coretap::probes::test {

namespace {

/// Lowers index expressions: literals and other context variables.
class TestLowering final : public ContextLowering {
 public:
  TestLowering(ContextScope& scope, ResolveContext& context)
      : scope_(scope), context_(context), builder_(body_, {}) {}
  ir::Builder& builder() override { return builder_; }
  ir::Module& module() override { return module_; }
  Diagnostics& diagnostics() override { return context_.diagnostics; }
  const std::vector<Shape>& shapes() override { return context_.shapes(); }
  ir::Operand lower_long(const ast::Expr& expr) override {
    return lower(expr).value_or(ir::Operand::integer(0));
  }
  ir::Operand entry_register(unsigned dwarf_register, ir::Operand cfa) override {
    // Shown in goldens as a call with the frame address and the register's number.
    ir::LocalId dst = builder().temp(ir::Ty::Long);
    builder().append(ir::Op::ArrayGet, {std::move(cfa), ir::Operand::integer(dwarf_register)}, dst);
    return ir::Operand::of(dst);
  }

  std::optional<ir::Operand> lower(const ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::Number:
        return ir::Operand::integer(static_cast<const ast::Number&>(expr).value);
      case ast::ExprKind::Target: return scope_.lower(static_cast<const ast::Target&>(expr), *this);
      case ast::ExprKind::AtVar: return scope_.lower(static_cast<const ast::AtVar&>(expr), *this);
      case ast::ExprKind::Defined:
        return ir::Operand::integer(
            scope_.defines(*static_cast<const ast::Defined&>(expr).operand) ? 1 : 0);
      case ast::ExprKind::Cast: {
        const auto& cast = static_cast<const ast::Cast&>(expr);
        std::optional<ir::Operand> value = lower(*cast.operand);
        if (!value) return std::nullopt;
        return lower_cast(cast, *value, &scope_, context_, *this);
      }
      default: throw std::runtime_error("the harness cannot lower this expression");
    }
  }

  std::string text(const std::optional<ir::Operand>& result) {
    if (!result) return "error\n";
    bool is_string =
        result->kind == ir::Operand::StrLit ||
        (result->kind == ir::Operand::Local && body_.locals[result->local].type.ty == ir::Ty::Str);
    ir::Inst inst;
    inst.op = ir::Op::Return;
    inst.args = {*result};
    body_.block.push_back(inst);
    std::string text = ir::print(body_, 0);
    for (const ir::Binding& b : module_.bindings)
      text += b.owner + " " + (b.name.empty() ? "result" : "$" + b.name) + " in slot " +
              std::to_string(b.slot) + (b.is_pointer ? ": " + b.pointee + " *" : "") + "\n";
    for (const ir::CoreType& type : module_.core_types) {
      text += type.name + " {";
      for (const ir::CoreType::Member& member : type.members) text += " " + member.declaration;
      text += " }\n";
    }
    return (is_string ? "string\n" : "") + text;
  }

 private:
  ContextScope& scope_;
  ResolveContext& context_;
  ir::Module module_;
  ir::Body body_;
  ir::Builder builder_;
};

}  // namespace

Script::Script(const std::string& text) {
  PreprocessorFacts facts;
  ParseContext parse_context;
  parse_context.sources = &sources_;
  parse_context.facts = &facts;
  parse_context.diagnostics = &diagnostics;
  file_ = parse(sources_.add("<input>", text, true), parse_context);
}

std::vector<const ast::Expr*> Script::expressions() const {
  std::vector<const ast::Expr*> found;
  const auto* body = static_cast<const ast::Block*>(file_->probes.at(0)->body.get());
  for (const ast::StmtPtr& statement : body->statements)
    if (statement->kind == ast::StmtKind::Expr)
      found.push_back(static_cast<const ast::ExprStmt&>(*statement).expr.get());
  return found;
}

std::string Script::rendered() {
  std::ostringstream out;
  diagnostics.flush(out);
  return out.str();
}

std::string lower_text(const ast::Expr& expr, const ResolvedProbe& probe, Script& script) {
  TestLowering lowering(*probe.scope, script.context);
  return lowering.text(lowering.lower(expr));
}

std::string run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("cannot run " + command);
  std::string text;
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), n);
  pclose(pipe);
  return text;
}

std::string program(const std::string& name) {
  return std::string(CORETAP_TEST_PROGRAMS) + "/" + name;
}

}  // namespace coretap::probes::test
