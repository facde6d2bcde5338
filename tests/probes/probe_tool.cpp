// Shows what a probe point resolves to, and its variables' IR; for goldens and for people.
//   probe_tool -L 'process("./a").function("*")'
//   probe_tool 'probe process("./a").function("f") { $x $y->z }'
#include <iostream>

#include "harness.h"

using namespace coretap;
using namespace coretap::probes::test;

namespace {

const char* mechanism_name(ir::Mechanism mechanism) {
  switch (mechanism) {
    case ir::Mechanism::Uprobe: return "uprobe";
    case ir::Mechanism::Uretprobe: return "uretprobe";
    case ir::Mechanism::TpBtf: return "tp_btf";
    case ir::Mechanism::Tracepoint: return "tracepoint";
    case ir::Mechanism::PerfEvent: return "perf_event";
    case ir::Mechanism::Kprobe: return "kprobe";
    case ir::Mechanism::Kretprobe: return "kretprobe";
    default: return "other";
  }
}

int list(Script& script, bool variables) {
  for (const probes::ResolvedProbe& probe : script.resolve()) {
    std::cout << probe.canonical;
    if (variables)
      for (const std::string& name : probe.scope->listing()) std::cout << " " << name;
    std::cout << "\n";
  }
  std::cerr << script.rendered();
  return script.diagnostics.has_errors();
}

int show(Script& script) {
  for (const probes::ResolvedProbe& probe : script.resolve()) {
    std::cout << probe.canonical << "\n";
    if (probe.side == ir::Side::Kernel)
      std::cout << "  " << mechanism_name(probe.mechanism) << " " << probe.site.target << "+"
                << std::hex << probe.site.offset << std::dec << " function=" << probe.site.function
                << " line=" << probe.site.file_line << "\n";
    for (const ast::Expr* expr : script.expressions())
      std::cout << lower_text(*expr, probe, script) << "--\n";
  }
  std::cerr << script.rendered();
  return script.diagnostics.has_errors();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && (argv[1] == std::string("-l") || argv[1] == std::string("-L"))) {
    Script script("probe " + std::string(argv[2]) + " {}");
    return list(script, argv[1] == std::string("-L"));
  }
  if (argc != 2) {
    std::cerr << "usage: probe_tool [-l|-L] POINT | SCRIPT\n";
    return 2;
  }
  Script script(argv[1]);
  return show(script);
}
