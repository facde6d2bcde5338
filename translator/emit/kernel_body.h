// One kernel-side body as C text.
//
// A body becomes a C function that returns 0 or an enum ct_error in ct_rc. Errors are jumps: to
// the label of the catch block around the instruction, or to the C function's end. Each Loop
// becomes a callback of CT_LOOP(), a C function of its own before the body's; it leaves through
// `ct_leave`, which tells the code behind the loop why (see runtime/bpf/loop.bpf.h). A large body is cut
// into parts, C functions that are left the same way (kernel_parts.cpp).
#pragma once

#include <string>
#include <vector>

#include "emit/kernel_plan.h"
#include "emit/kernel_size.h"
#include "emit/kernel_unit.h"
#include "emit/literals.h"
#include "emit/user_body.h"
#include "emit/walk_cost.h"
#include "ir/ir.h"

namespace coretap::kernel {

/// Text of a finished body.
struct BodyText {
  std::string declarations;  ///< struct of the frame, struct of shared variables, callbacks
  std::string statements;    ///< of the C function, up to and with its `return ct_rc;`
  bool has_loop = false;     ///< counts against MAXACTION
  uint32_t frame_end = 0;    ///< bytes of scratch memory that it and its callees use
};

class BodyEmitter {
 public:
  /// `name` is unique among the unit's C functions. `result` is what the function returns.
  BodyEmitter(Unit& unit, const ir::Body& body, std::string name, uint32_t parameters,
              ir::Type result, bool is_large = false);
  BodyText emit();

  /// C declaration of parameter `id` (a long, or a pointer to a string of its capacity).
  std::string parameter(ir::LocalId id) const;

 private:
  struct Str {
    std::string pointer;
    uint32_t cap = 0;

    /// A string is two arguments of a call (emit/call_text.h).
    friend std::string argument_text(const Str& string) {
      return string.pointer + ", " + num(string.cap);
    }
  };

  // control flow: kernel_body.cpp
  void instructions(const ir::Block& block, size_t from, size_t to);
  void inst(const ir::Inst& inst);
  void arithmetic(const ir::Inst& inst);
  void if_else(const ir::Inst& inst);
  void loop(const ir::Inst& inst);
  std::string turns(const ir::Inst& loop) const;
  void after_loop();
  void size_limit_text(ir::GlobalId id, const Str& to);
  void try_catch(const ir::Inst& inst);
  void return_from(const ir::Inst& inst);
  void leave(const char* code);
  void call(const ir::Inst& inst);
  void embedded(const ir::Inst& inst);
  void declare_variables(uint32_t c_function);
  void clear_locals();
  void enter_parameters();
  std::string frame_struct() const;
  std::string vars_struct() const;
  void point_to_frame();

  // large bodies: kernel_parts.cpp
  void block(const ir::Block& block);
  bool may_cut(const ir::Block& block, size_t at) const;
  bool stays_whole(const ir::Inst& inst) const;
  void part(const ir::Block& block, size_t from, size_t to);
  void declare_assigned(const ir::Block& block, size_t from, size_t to);
  void after_part(const ir::Block& block, size_t from, size_t to);

  // operations on data: kernel_ops.cpp
  void string_op(const ir::Inst& inst);
  void concat(const ir::Inst& inst);
  void regex_match(const ir::Inst& inst);  // kernel_regex.cpp
  void format(const ir::Inst& inst);
  void append_piece(const FormatPiece& piece, const Str& to, const ir::Operand& arg);
  void global_op(const ir::Inst& inst);
  void update_global(const ir::Inst& inst, const std::string& member);
  std::string updated(const ir::Inst& inst);
  void array_op(const ir::Inst& inst);
  std::string wide_value(const ir::Inst& inst);
  void change_element(const ir::Inst& inst, const std::string& key);
  void stat_op(const ir::Inst& inst);
  std::string statistic_name(ir::GlobalId global) const;
  void probe_op(const ir::Inst& inst);
  void core_op(const ir::Inst& inst);
  void perf_read(const ir::Inst& inst);
  void site_string(const ir::Inst& inst);
  void column(const ir::Inst& inst);
  void send(const ir::Inst& inst);
  void raise(const ir::Inst& inst);
  std::string binary(const ir::Inst& inst);
  std::string comparison(const ir::Inst& inst);
  /// Declares the key of `inst` (in an open C block) and returns an expression for its address.
  std::string key(const ir::Inst& inst);
  std::string hashed_key(const ir::Inst& inst);
  std::string fill_key(const ir::Inst& inst, const std::string& access);
  std::string make(const ir::Inst& inst, const std::string& key);
  std::string on_map(ir::GlobalId global, const std::string& text) const;

  // shared
  std::string local(ir::LocalId id);
  /// Address of a number, for a call that writes it; of one that nobody looks at for kNone, which the
  /// caller has declared as ct_unused.
  std::string address(ir::LocalId id);
  std::string value(const ir::Operand& operand);
  Str string(const ir::Operand& operand);
  Str string_local(ir::LocalId id);
  /// ct_str_append() or the like puts this text behind another.
  void note_appended(const Str& text);
  void copy(const Str& to, const Str& from);
  void limit_string(ir::LocalId id);
  /// A buffer that is free until the end of the instruction.
  Str scratch(uint32_t cap);
  bool is_string(const ir::Operand& operand) const;
  bool reads_local(const ir::Inst& inst, ir::LocalId id, size_t from = 0) const;
  void assign(ir::LocalId dst, const std::string& expression);
  /// Writes a call that may fail, and the jump if it does.
  void can_fail(const ir::Inst& inst, const std::string& call);
  void jump_on_error(const ir::Inst& inst);
  bool acts(const ir::Inst& inst) const;
  void leave_to_run_late();
  static uint32_t line_of(const ir::Inst& inst);
  /// On the way of an error that `inst` raised: where that is.
  void name_place(const ir::Inst& inst);

  Unit& unit_;
  const ir::Module& module_;
  const ir::Body& body_;
  std::string name_;
  uint32_t parameters_;
  ir::Type result_;
  BodyPlan plan_;

  CodeWriter out_;         ///< of the C function that is being written
  std::string callbacks_;  ///< finished ones
  std::string error_label_ = "ct_out";
  std::string leave_label_ = "ct_out";  ///< "ct_leave" in a callback
  std::string continue_label_;
  uint32_t c_function_ = 0, c_functions_made_ = 0, labels_ = 0;
  const LocalUses uses_;
  const WalkCosts costs_;
  uint64_t part_steps_ = 0;  ///< of the longest part
  bool is_cut_ = false;      ///< into parts
  bool in_part_ = false;     ///< one is being written
  uint32_t parts_made_ = 0;
  bool touches_frame_ = false;  ///< the C function that is being written does
  std::vector<std::string> frame_members_;
  std::vector<std::string> frame_names_;  ///< by local: the member that it is in
  uint32_t frame_bytes_ = 0;              ///< of this body alone
  uint32_t scratch_bytes_ = 0;            ///< widest use by one instruction
  uint32_t scratch_used_ = 0;             ///< by the current instruction
  uint32_t callee_frames_ = 0;            ///< where this body's own frame begins
};

}  // namespace coretap::kernel
