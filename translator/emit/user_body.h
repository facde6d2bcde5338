// Bodies and functions of the user side as C++ text.
#pragma once

#include <string>
#include <utility>

#include "ir/ir.h"

namespace coretap {

/// Text that grows line by line, with an indent and #line directives.
class CodeWriter {
 public:
  void line(const std::string& text);
  void lines(const std::string& text);  ///< of which each ends with a line break
  void open(const std::string& text);   ///< a line that ends in '{'; what follows is indented
  void close(const std::string& text = "}");
  void middle(const std::string& text);  ///< "} else {" and the like, between two indented parts
  /// Says that the next line comes from `span`, unless the compiler would think so anyway.
  void at(const Span& span);
  /// Says that the next line is `line` of `file`.
  void at(const SourceFile& file, uint32_t line);
  /// Verbatim text (embedded C) that begins at `line` of `file`.
  void verbatim(const std::string& text, const SourceFile* file, uint32_t line);
  /// Moves what follows by `levels` to the right (negative: to the left).
  void indent(int levels) { indent_ += levels; }
  /// Text that another writer has finished.
  void append(const std::string& finished) {
    text_ += finished;
    file_ = nullptr;
  }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
  int indent_ = 0;
  const SourceFile* file_ = nullptr;
  uint32_t next_line_ = 0;  ///< line that the compiler gives to the next line written
};

/// The STAP_ macros of embedded C that results in `result`, and their end.
std::string embedded_macros(ir::Ty result);
std::string embedded_macros_end();

/// "text" as a C string literal, and as a ct::View expression.
std::string c_string(const std::string& text);
std::string view_literal(const std::string& text);

/// SystemTap's name of the token at a span that is known: "identifier 'x'", "operator '/'"; "" if the file
/// has no text there (explain/collect_code).
std::string token_of(const Span& span);
/// The same with its place: "identifier 'x' at FILE:LINE:COL", or "" if that is not known.
std::string describe_token(const Span& span);

/// Names in the generated C++: a host-memory scalar, a script function's user-side version.
std::string host_variable(const ir::Module& module, ir::GlobalId global);
std::string user_function(const ir::Function& function);
/// The table of a column of Module::columns.
std::string column_table(size_t column);

/// Index of a histogram among those that a global keeps.
size_t hist_index(const ir::Global& global, const ir::HistSpec& hist);

/// Index of a regular expression in Module::patterns, and so in the unit's ct_regexes.
size_t pattern_index(const ir::Module& module, const std::string& pattern);
/// Definition of ct_regexes: a table for each pattern that user-side code matches, and a program
/// for each if it asks for groups.
std::string user_regexes(const ir::Module& module);

/// Writes a body's locals and block.
class UserBody {
 public:
  /// A statement that takes so many of the handler's MAXACTION statements, or ends it.
  static std::string take_actions(int64_t count, const Span& at);
  /// Body of a handler or segment, a C++ function that returns nothing.
  UserBody(const ir::Module& module, const ir::Body& body, CodeWriter& out)
      : module_(module), body_(body), out_(out) {}
  /// Body of a script function.
  UserBody(const ir::Module& module, const ir::Function& function, CodeWriter& out)
      : module_(module),
        body_(function.body),
        out_(out),
        result_(function.result.ty),
        in_function_(true) {}

  /// Declares locals from `first` on.
  void declare_locals(size_t first);
  void block(const ir::Block& block);
  std::string local(ir::LocalId id) const;

 private:
  void inst(const ir::Inst& inst);
  void control(const ir::Inst& inst);
  void foreach_loop(const ir::Inst& inst);
  void call(const ir::Inst& inst);
  void run_kernel(const ir::Inst& inst);
  void embedded(const ir::Inst& inst);
  void embedded_parameters(const ir::Inst& inst);
  void string_op(const ir::Inst& inst);
  void global_op(const ir::Inst& inst);
  std::string updated(const ir::Inst& inst);
  void array_op(const ir::Inst& inst);
  void stat_op(const ir::Inst& inst);
  bool wants_memory(const ir::Inst& inst);
  void format(const ir::Inst& inst, const std::string& sink);
  void put_enum(const std::string& sink, const std::string& number, const EnumNames& names);
  std::string binary(const ir::Inst& inst) const;

  std::string value(const ir::Operand& operand) const;
  std::string view(const ir::Operand& operand) const;
  std::string printed(const ir::Operand& operand) const;
  /// Declares a packed key of args[from…] and returns its name.
  std::string key(const ir::Inst& inst, size_t from, size_t count);
  bool is_str(const ir::Operand& operand) const;
  std::string near(const ir::Inst& inst) const;
  static std::string near_span(const Span& span);
  void assign(ir::LocalId dst, const std::string& expression);

  const ir::Module& module_;
  const ir::Body& body_;
  CodeWriter& out_;
  ir::Ty result_ = ir::Ty::Void;
  bool in_function_ = false;
  int labels_ = 0;
  std::string continue_label_;
};

}  // namespace coretap
