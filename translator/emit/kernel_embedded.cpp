#include "emit/kernel_embedded.h"

#include "emit/code_template.h"
#include "emit/layout.h"
#include "emit/user_body.h"

namespace coretap::kernel {

using ir::Ty;

std::string embedded_function(const std::string& name, const ir::Type& result,
                              const std::vector<EmbeddedParameter>& parameters,
                              const std::string& code, const SourceFile* file, uint32_t line) {
  std::string defined, undefined;
  auto define = [&](const std::string& macro, const std::string& arguments,
                    const std::string& body) {
    defined += "#define " + macro + arguments + " " + body + "\n";
    undefined += "#undef " + macro + "\n";
  };
  std::string signature = "struct ct_ctx *c";
  if (result.ty == Ty::Long) {
    signature += ", s64 *ct_ret";
    define("STAP_RETVALUE", "", "(*ct_ret)");
    define("STAP_RETURN", "(value)", "do { *ct_ret = (value); goto ct_out; } while (0)");
  } else {
    if (result.ty == Ty::Str) {
      signature += ", char *ct_ret";
      define("STAP_RETVALUE", "", "ct_ret");
      std::string cap = std::to_string(result.cap);
      define("STAP_RETCAP", "", cap);
      define("STAP_RETLEN", "", "CT_MIN(" + cap + ", CT_MAXSTRINGLEN)");
    }
    define("STAP_RETURN", result.ty == Ty::Str ? "(...)" : "()",
           result.ty == Ty::Str ? "do { __VA_OPT__(bpf_probe_read_kernel_str(ct_ret, STAP_RETLEN, "
                                  "__VA_ARGS__);) goto ct_out; } while (0)"
                                : "goto ct_out");
  }
  define("STAP_PRINTF", "(...)",
         "_Static_assert(0, \"STAP_PRINTF prints in user space: mark the C as /* harness */\")");
  define("STAP_NEXT", "", "do { c->declined = 1; goto ct_out; } while (0)");
  define("STAP_ERROR", "(message)",
         "do { ct_rc = CT_FAIL_LITERAL(message); goto ct_out; } while (0)");
  for (const EmbeddedParameter& p : parameters) {
    std::string id = layout::identifier(p.name);
    signature += std::string(", ") + (p.is_string ? "const char *" : "s64 ") + "ct_arg_" + id;
    define("STAP_ARG_" + id, "", "ct_arg_" + id);
    if (p.is_string) define("STAP_CAP_" + id, "", std::to_string(p.cap));
  }
  CodeWriter position;
  if (file && line) position.at(*file, line);
  // What is embedded may be an expression, so a semicolon follows it.
  return fill(R"(
      ${defined}
      ${position}
      static __always_inline int ${name}(${signature}) {
        int ct_rc = 0;
        ${is_long?}*ct_ret = 0;
        ${is_text?}ct_str_clear(ct_ret, ${cap});
        {
      ${position}
      ${code}
        ;
        }
        ct_out:;
        return ct_rc;
      }
      ${undefined}
  )",
              {{"defined", defined},
               {"position", position.take()},
               {"name", name},
               {"signature", signature},
               {"is_long", result.ty == Ty::Long},
               {"is_text", result.ty == Ty::Str},
               {"cap", result.cap},
               {"code", code + "\n"},
               {"undefined", undefined}});
}

}  // namespace coretap::kernel
