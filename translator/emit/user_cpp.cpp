// The unit from top to bottom: limits, harness.h, the layout shared with the kernel object,
// file-level embedded C, host-memory globals, functions, segments, handlers, and last the tables
// (user_tables.cpp) that describe all of it to the runtime.
#include "emit/user_cpp.h"

#include <algorithm>
#include <cctype>

#include "emit/code_template.h"
#include "emit/layout.h"
#include "emit/literals.h"
#include "emit/user_body.h"
#include "emit/user_tables.h"

namespace coretap {

using ir::Ty;

std::string host_variable(const ir::Module& module, ir::GlobalId global) {
  return "g" + std::to_string(global) + "_" + layout::identifier(module.globals[global].name);
}

std::string column_table(size_t column) { return "ct_column_" + num(column); }

std::string user_function(const ir::Function& function) {
  return "ct_fn_" + layout::identifier(function.name);
}

namespace {

/// Bytes of the longest packed key of any array, see ct::Key.
size_t key_bytes(const ir::Module& module) {
  size_t longest = 8;
  for (const ir::Global& g : module.globals) {
    size_t bytes = 0;
    for (const ir::Type& k : g.keys) bytes += k.ty == Ty::Str ? 5 + module.max_string : 9;
    longest = std::max(longest, bytes);
  }
  return longest;
}

class Unit {
 public:
  explicit Unit(const ir::Module& module) : module_(module) {}

  std::string text() {
    out_.append(fill(R"(
        // Made by coretap from ${script}.
        #define CT_MAXSTRINGLEN ${max_string}
        #define CT_MAXBACKTRACE ${max_backtrace}
        #define CT_KEY_BYTES ${key_bytes}
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        #include "harness.h"
        ${layout}
        static struct ct_globals* ct_shared;
    )",
                     {{"script", layout::identifier(module_.script_name)},
                      {"max_string", module_.max_string},
                      {"max_backtrace", module_.max_backtrace},
                      {"key_bytes", key_bytes(module_)},
                      {"layout", layout::text(module_)}}));
    host_globals();
    out_.verbatim(user_regexes(module_), nullptr, 0);
    columns();
    for (const std::string& code : module_.user_code) out_.verbatim(code, nullptr, 0);
    for (const ir::Function& f : module_.functions)
      if (f.side == ir::Side::User) out_.line(signature(f) + ";");
    for (const ir::Function& f : module_.functions)
      if (f.side == ir::Side::User) function(f);
    for (const ir::Segment& s : module_.segments) segment(s);
    for (const ir::UserHandler& h : module_.user_handlers) handler(h);
    out_.verbatim("#line 1 \"tables\"\n" + user_tables(module_), nullptr, 0);
    return out_.take();
  }

 private:
  /// Those that only kernel code reads are here, too: the compiler drops what nobody uses.
  void columns() {
    for (size_t i = 0; i < module_.columns.size(); ++i) {
      const ir::SiteColumn& column = module_.columns[i];
      const bool is_text = column.ty() == Ty::Str;
      std::string rows;
      for (const ir::Operand& value : column.values)
        rows += (is_text ? view_literal(value.str.substr(0, module_.max_string - 1))
                         : long_literal(value.num, "ll")) +
                ", ";
      out_.line("[[maybe_unused]] static const " + std::string(is_text ? "ct::View " : "s64 ") +
                column_table(i) + "[] = {" + rows + "};");
    }
  }

  void host_globals() {
    for (ir::GlobalId id = 0; id < module_.globals.size(); ++id) {
      const ir::Global& g = module_.globals[id];
      if (g.shared || g.is_array() || g.is_stat) continue;
      std::string name = host_variable(module_, id);
      out_.line(g.value.ty == Ty::Str ? "static char " + name + "[CT_MAXSTRINGLEN];"
                                      : "static s64 " + name + ";");
    }
  }

  std::string signature(const ir::Function& f) {
    std::string parameters = f.result.ty == Ty::Str ? "ct::Out ct_result" : "";
    for (uint32_t i = 0; i < f.parameters; ++i) {
      if (!parameters.empty()) parameters += ", ";
      parameters += f.body.locals[i].type.ty == Ty::Str ? "ct::View " : "s64 ";
      parameters += "p" + std::to_string(i);
    }
    return std::string("static ") + (f.result.ty == Ty::Long ? "s64 " : "void ") +
           user_function(f) + "(" + parameters + ")";
  }

  void function(const ir::Function& f) {
    out_.at(f.span);
    out_.open(signature(f));
    std::string where = describe_token(f.span);
    out_.line("ct::Nest nest(" + (where.empty() ? "nullptr" : c_string(where)) + ");");
    if (f.c) {
      embedded_body(f);
    } else {
      UserBody body(module_, f, out_);
      for (uint32_t i = 0; i < f.parameters; ++i) {
        bool text = f.body.locals[i].type.ty == Ty::Str;
        out_.line((text ? "ct::Str " : "s64 ") + body.local(i) + " = p" + std::to_string(i) + ";");
        out_.line("(void)" + body.local(i) + ";");
      }
      body.declare_locals(f.parameters);
      if (f.actions > 0) out_.line(UserBody::take_actions(f.actions, f.span));
      body.block(f.body.block);
      if (f.result.ty == Ty::Long) out_.line("return 0;");
      if (f.result.ty == Ty::Str) out_.line("ct::copy(ct_result, {\"\", 0});");
    }
    out_.close();
  }

  /// An embedded-C body runs in a lambda, so that its STAP_RETURN and plain `return` leave only it.
  void embedded_body(const ir::Function& f) {
    bool text = f.result.ty == Ty::Str;
    for (uint32_t i = 0; i < f.parameters; ++i) {
      const ir::Local& p = f.body.locals[i];
      out_.lines(fill(R"(
          ${is_text?}
          ct::Str copy_${i} = p${i};
          char* STAP_ARG_${name} = copy_${i}.data;
          ${end}
          ${!is_text?}s64 STAP_ARG_${name} = p${i};
          (void)STAP_ARG_${name};
      )",
                      {{"is_text", p.type.ty == Ty::Str}, {"i", i}, {"name", p.name}}));
    }
    if (text) out_.line("char STAP_RETVALUE[CT_MAXSTRINGLEN] = {};");
    if (f.result.ty == Ty::Long) out_.line("s64 STAP_RETVALUE = 0;");
    out_.verbatim(embedded_macros(f.result.ty), nullptr, 0);
    out_.open("[&]() -> void");
    out_.verbatim(f.c->text, f.span.file, f.embedded_line);
    out_.close("}();");
    out_.verbatim(embedded_macros_end(), nullptr, 0);
    if (f.result.ty == Ty::Long) out_.line("return STAP_RETVALUE;");
    if (text) out_.line("ct::copy(ct_result, ct::text(STAP_RETVALUE, sizeof STAP_RETVALUE));");
  }

  void segment(const ir::Segment& s) {
    out_.at(s.span);
    out_.open("static void ct_segment_" + std::to_string(s.id) + "(const void* ct_data, unsigned)");
    UserBody body(module_, s.body, out_);
    body.declare_locals(0);
    std::string record = layout::record_struct(s);
    out_.line("const " + record + "* ct_r = static_cast<const " + record + "*>(ct_data);");
    out_.line("(void)ct_r;");
    for (uint32_t i = 0; i < s.captures; ++i) {
      std::string field = "ct_r->" + layout::record_field(i);
      const ir::Type& type = s.body.locals[i].type;
      if (type.bytes)
        out_.line(body.local(i) + " = {" + field + ", sizeof " + field + "};");
      else if (type.ty == Ty::Str)
        out_.line(body.local(i) + " = ct::text(" + field + ", sizeof " + field + ");");
      else
        out_.line(body.local(i) + " = " + field + ";");
    }
    body.block(s.body.block);
    out_.close();
  }

  void handler(const ir::UserHandler& h) {
    out_.at(h.span);
    out_.open("static void " + handler_function(h) + "()");
    UserBody body(module_, h.body, out_);
    body.declare_locals(0);
    if (h.actions > 0) out_.line(UserBody::take_actions(h.actions, h.span));
    body.block(h.body.block);
    out_.close();
  }

  const ir::Module& module_;
  CodeWriter out_;
};

}  // namespace

std::string emit_user_cpp(const ir::Module& module) { return Unit(module).text(); }

}  // namespace coretap
