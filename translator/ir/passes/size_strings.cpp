// Capacities of kernel-side strings. A name of 16 bytes does not need a buffer, a copy and a hash
// key of 512: so every string gets the smallest capacity that holds all that can flow into it,
// by a fixpoint over copies, calls, globals and keys. Capacities only grow, and are bounded by
// MAXSTRINGLEN, so it ends.
//
// User-side strings are always MAXSTRINGLEN: user space has room. What user code stores in a
// shared global or key can be that long, unless it is a literal.
#include <algorithm>

#include "ir/passes/passes.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

uint32_t round8(size_t n) { return static_cast<uint32_t>((n + 7) & ~size_t{7}); }

class StringSizer {
 public:
  explicit StringSizer(ir::Module& module) : module_(module) {}

  void run() {
    for (ir::Global& global : module_.globals)
      if (global.init && global.init->kind == Operand::StrLit)
        grow(global.value.cap, literal(global.init->str));
    let_options_set();
    for (auto& handler : module_.user_handlers) all_max(handler.body);
    for (auto& segment : module_.segments) all_max(segment.body);
    for (auto& function : module_.functions) {
      if (function.side == ir::Side::User) all_max(function.body);
      if (function.result.ty == Ty::Str && (function.side == ir::Side::User || function.c))
        function.result.cap =
            function.result.cap ? std::min(function.result.cap, widest()) : widest();
    }
    do {
      changed_ = false;
      for (auto& handler : module_.kernel_handlers) sweep(handler, handler.body);
      for (auto& function : module_.functions) sweep_function(function);
      for (auto& handler : module_.user_handlers) sweep_user(handler.body);
      for (auto& segment : module_.segments) sweep_user(segment.body);
    } while (changed_);
    finish();
  }

 private:
  /// A global that no code assigns is a parameter of the script: -G gives it a text of any length, when it runs.
  void let_options_set() {
    std::vector<bool> assigned(module_.globals.size());
    for_each_body([&](ir::Body& body) {
      for_each_inst(body.block, [&](Inst& inst) {
        const bool reads = inst.op == Op::GlobalGet;
        if (ir::info(inst.op).names_global() && !reads) assigned[inst.global] = true;
      });
    });
    for (size_t i = 0; i < assigned.size(); i++) {
      ir::Global& global = module_.globals[i];
      if (!assigned[i] && !global.is_array() && global.value.ty == Ty::Str)
        grow(global.value.cap, widest());
    }
  }

  template <typename Visit>
  void for_each_body(Visit&& visit) {
    for (auto& handler : module_.kernel_handlers) visit(handler.body);
    for (auto& handler : module_.user_handlers) visit(handler.body);
    for (auto& segment : module_.segments) visit(segment.body);
    for (auto& function : module_.functions) visit(function.body);
  }

  /// Capacity of a string of MAXSTRINGLEN.
  uint32_t widest() const { return round8(module_.max_string); }

  uint32_t literal(const std::string& text) const {
    return std::min(round8(text.size() + 1), widest());
  }

  void grow(uint32_t& cap, uint32_t to) {
    to = std::min(to, widest());
    if (to <= cap) return;
    cap = to;
    changed_ = true;
  }

  void all_max(ir::Body& body) {
    for (ir::Local& local : body.locals)
      if (local.type.ty == Ty::Str && !local.type.bytes) local.type.cap = widest();
  }

  uint32_t cap_of(const Operand& operand, const ir::Body& body) const {
    if (operand.kind == Operand::StrLit) return literal(operand.str);
    if (operand.kind == Operand::Local && body.locals[operand.local].type.ty == Ty::Str)
      return body.locals[operand.local].type.cap;
    return 0;
  }

  uint32_t formatted(const Inst& inst, const ir::Body& body) const {
    uint64_t total = 1;
    size_t next = 0;
    for (const FormatPiece& piece : *inst.format) {
      if (piece.kind == FormatPiece::Literal) {
        total += piece.text.size();
        continue;
      }
      if (piece.width_kind != FormatPiece::None || piece.precision_kind == FormatPiece::Dynamic ||
          piece.kind != FormatPiece::Conversion)
        return widest();
      const Operand& arg = inst.args[next++];
      if (piece.is_wide()) next++;
      if (piece.conversion == 'E') return round8(module_.max_string);
      constexpr uint32_t kWidestNumber = 24, kWidestWide = 40;
      total += piece.conversion == 's' ? cap_of(arg, body)
               : piece.is_wide()       ? kWidestWide
                                       : kWidestNumber;
      constexpr uint32_t kMark = 7;  // "<fault>", or quotes
      if (piece.fault_bit >= 0) total += kMark;
    }
    return static_cast<uint32_t>(std::min<uint64_t>(round8(total), widest()));
  }

  /// Keys of `inst` flow into the array's key types.
  void note_keys(const Inst& inst, const ir::Body& body) {
    if (!ir::info(inst.op).names_global() || inst.op == Op::Foreach) return;
    ir::Global& global = module_.globals[inst.global];
    size_t from = ir::first_key(inst);
    if (!global.is_array()) return;
    for (size_t i = 0; i < global.keys.size() && from + i < inst.args.size(); i++)
      if (global.keys[i].ty == Ty::Str) grow(global.keys[i].cap, cap_of(inst.args[from + i], body));
    if (inst.op == Op::ArraySet && global.value.ty == Ty::Str)
      grow(global.value.cap, cap_of(inst.args[0], body));
  }

  void sweep_user(ir::Body& body) {
    for_each_inst(body.block, [&](Inst& inst) {
      note_keys(inst, body);
      if (inst.op == Op::GlobalSet && module_.globals[inst.global].value.ty == Ty::Str)
        grow(module_.globals[inst.global].value.cap, cap_of(inst.args[0], body));
    });
  }

  void sweep_function(ir::Function& function) {
    if (function.side == ir::Side::User) sweep_user(function.body);
  }

  void sweep(ir::KernelHandler& handler, ir::Body& body) {
    for_each_inst(body.block, [&](Inst& inst) {
      note_keys(inst, body);
      if (inst.op == Op::GlobalSet && module_.globals[inst.global].value.ty == Ty::Str)
        grow(module_.globals[inst.global].value.cap, cap_of(inst.args[0], body));
      if (inst.op == Op::Call) {
        ir::Function& callee = module_.functions[inst.function];
        for (size_t i = 0; i < inst.args.size() && i < callee.body.locals.size(); i++)
          if (callee.body.locals[i].type.ty == Ty::Str)
            grow(callee.body.locals[i].type.cap, cap_of(inst.args[i], body));
      }
      if (inst.dst == ir::kNone || body.locals[inst.dst].type.ty != Ty::Str) return;
      if (body.locals[inst.dst].type.bytes) return;  // lowering knew
      grow(body.locals[inst.dst].type.cap, produced(handler, inst, body));
    });
  }

  uint32_t produced(const ir::KernelHandler& handler, const Inst& inst, const ir::Body& body) {
    switch (inst.op) {
      case Op::Copy: return cap_of(inst.args[0], body);
      case Op::Concat: {
        // Both NULs are counted: one is spare.
        return round8(cap_of(inst.args[0], body) + cap_of(inst.args[1], body));
      }
      case Op::Sprintf: return formatted(inst, body);
      case Op::GlobalGet:
      case Op::ArrayGet: return module_.globals[inst.global].value.cap;
      case Op::Call: return module_.functions[inst.function].result.cap;
      case Op::ColumnStr: {
        uint32_t longest = 8;
        for (const ir::Operand& value : module_.columns[static_cast<size_t>(inst.imm)].values)
          longest = std::max(longest, cap_of(value, body));
        return longest;
      }
      case Op::SiteStr: {
        uint32_t longest = 8;
        for (const ir::Site& site : handler.sites)
          for (const std::string* text :
               {&site.pp, &site.function, &site.file_line, &site.label, &site.module})
            longest =
                std::max(longest, round8(std::min<size_t>(text->size() + 1, module_.max_string)));
        return longest;
      }
      default: return widest();
    }
  }

  /// Whatever nothing flows into is empty; give it room for its NUL.
  void finish() {
    auto settle = [](ir::Type& type) {
      if (type.ty == Ty::Str && type.cap == 0) type.cap = 8;
    };
    for (ir::Global& global : module_.globals) {
      settle(global.value);
      for (ir::Type& key : global.keys) settle(key);
    }
    for (auto& handler : module_.kernel_handlers)
      for (ir::Local& local : handler.body.locals) settle(local.type);
    for (auto& function : module_.functions) {
      settle(function.result);
      for (ir::Local& local : function.body.locals) settle(local.type);
    }
    // A segment's captures arrive with the kernel's capacity.
    for (auto& handler : module_.kernel_handlers)
      for_each_inst(handler.body.block, [&](Inst& inst) {
        if (inst.op != Op::Send) return;
        ir::Segment& segment = module_.segments[static_cast<size_t>(inst.imm)];
        for (size_t i = 0; i < inst.args.size(); i++)
          if (segment.body.locals[i].type.ty == Ty::Str)
            segment.body.locals[i].type.cap = cap_of(inst.args[i], handler.body);
      });
  }

  ir::Module& module_;
  bool changed_ = false;
};

}  // namespace

void size_strings(ir::Module& module, Diagnostics&) { StringSizer(module).run(); }

}  // namespace coretap
