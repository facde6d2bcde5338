// Short forms to write IR modules by hand in tests.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap::test {

using namespace coretap::ir;  // NOLINT: a test's vocabulary

inline Operand L(int64_t v) { return Operand::integer(v); }
inline Operand S(std::string v) { return Operand::string(std::move(v)); }
inline Type Long() { return {Ty::Long, 0}; }
inline Type Str(uint32_t cap) { return {Ty::Str, cap}; }

/// Appends to one block of one body.
class Code {
 public:
  Code(Body& body, Block& block) : body_(body), block_(block) {}

  Operand local(const std::string& name, Type type) {
    body_.locals.push_back({name, type});
    return Operand::of(static_cast<LocalId>(body_.locals.size() - 1));
  }
  Operand temp(Type type) { return local("t" + std::to_string(body_.locals.size()), type); }

  Inst& add(Op op, std::vector<Operand> args = {}, Operand dst = {}) {
    Inst inst;
    inst.op = op;
    inst.args = std::move(args);
    if (dst.kind == Operand::Local) inst.dst = dst.local;
    block_.push_back(std::move(inst));
    return block_.back();
  }
  Inst& embedded(Operand dst, const char* code) {
    Inst& inst = add(Op::EmbeddedC, {}, dst);
    inst.c = std::make_shared<const EmbeddedC>(code);
    return inst;
  }
  /// An operation whose value goes to a fresh local.
  Operand get(Op op, std::vector<Operand> args = {}, Type type = Long()) {
    Operand dst = temp(type);
    add(op, std::move(args), dst);
    return dst;
  }
  void set(Operand dst, Op op, std::vector<Operand> args) { add(op, std::move(args), dst); }

  Inst& on(Op op, GlobalId global, std::vector<Operand> args = {}, Operand dst = {}) {
    Inst& inst = add(op, std::move(args), dst);
    inst.global = global;
    return inst;
  }
  Operand get_on(Op op, GlobalId global, std::vector<Operand> args = {}, Type type = Long()) {
    Operand dst = temp(type);
    on(op, global, std::move(args), dst);
    return dst;
  }

  template <typename F>
  Block nested(F&& fill) {
    Block inner;
    Code code(body_, inner);
    fill(code);
    return inner;
  }
  template <typename Then, typename Else>
  void if_else(Operand condition, Then&& then, Else&& otherwise) {
    Block a = nested(then), b = nested(otherwise);
    add(Op::If, {condition}).blocks = {a, b};
  }
  template <typename Then>
  void if_(Operand condition, Then&& then) {
    if_else(condition, then, [](Code&) {});
  }
  /// while (condition(code)) body; step
  template <typename Condition, typename BodyFn, typename Step>
  Inst& loop(Condition&& condition, BodyFn&& body, Step&& step) {
    Operand test;
    Block c = nested([&](Code& k) { test = condition(k); });
    Block b = nested(body), s = nested(step);
    Inst& inst = add(Op::Loop, {test});
    inst.blocks = {c, b, s};
    return inst;
  }
  template <typename BodyFn, typename Handler>
  void try_catch(Operand message, BodyFn&& body, Handler&& handler) {
    Block b = nested(body), h = nested(handler);
    add(Op::Try, {}, message).blocks = {b, h};
  }

 private:
  Body& body_;
  Block& block_;
};

/// A module under construction.
struct Script {
  Module module;
  Script() { module.script_name = "test.stp"; }

  GlobalId global(Global g) {
    g.shared = true;
    module.globals.push_back(std::move(g));
    return static_cast<GlobalId>(module.globals.size() - 1);
  }
  GlobalId scalar(const std::string& name, Type type = Long(), bool additive = false) {
    Global g;
    g.name = name;
    g.value = type;
    g.additive = additive;
    return global(g);
  }
  GlobalId array(const std::string& name, std::vector<Type> keys, Type value = Long(),
                 bool additive = false) {
    Global g;
    g.name = name;
    g.value = value;
    g.keys = std::move(keys);
    g.additive = additive;
    return global(g);
  }
  Global& stat(const std::string& name, std::vector<Type> keys, bool additive = true) {
    Global g;
    g.name = name;
    g.is_stat = true;
    g.value = Long();
    g.keys = std::move(keys);
    g.additive = additive;
    return module.globals[global(g)];
  }
  GlobalId last() const { return static_cast<GlobalId>(module.globals.size() - 1); }

  KernelHandler& handler(const std::string& name, Mechanism mechanism, const std::string& target) {
    KernelHandler h;
    h.name = name;
    h.mechanism = mechanism;
    Site site;
    site.target = target;
    site.pp = target + ".pp";
    site.function = "fn_" + name;
    h.sites.push_back(site);
    module.kernel_handlers.push_back(std::move(h));
    return module.kernel_handlers.back();
  }
  template <typename F>
  KernelHandler& handler(const std::string& name, Mechanism mechanism, const std::string& target,
                         F&& fill) {
    KernelHandler& h = handler(name, mechanism, target);
    Code code(h.body, h.body.block);
    fill(code);
    return h;
  }
  /// A segment with these captures and nothing to do.
  int64_t segment(std::vector<Type> captures) {
    Segment s;
    s.id = static_cast<uint32_t>(module.segments.size());
    s.captures = static_cast<uint32_t>(captures.size());
    for (size_t i = 0; i < captures.size(); ++i)
      s.body.locals.push_back({"c" + std::to_string(i), captures[i]});
    module.segments.push_back(std::move(s));
    return module.segments.back().id;
  }
  FunctionId embedded(const std::string& name, Type result, std::vector<Local> parameters,
                      const std::string& code) {
    Function f;
    f.name = f.script_name = name;
    f.side = Side::Kernel;
    f.result = result;
    f.parameters = static_cast<uint32_t>(parameters.size());
    f.body.locals = std::move(parameters);
    f.c.emplace(code);
    module.functions.push_back(std::move(f));
    return static_cast<FunctionId>(module.functions.size() - 1);
  }
};

}  // namespace coretap::test
