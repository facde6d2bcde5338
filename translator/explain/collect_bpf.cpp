#include "explain/collect_bpf.h"

#include <map>

#include "emit/variants.h"
#include "explain/bpf_object.h"
#include "explain/bpf_text.h"

namespace coretap::explain {
namespace {

constexpr const char* kSource = "kernel.c";

/// The handlers' ids by the names of their programs; of the base flavour, which may have one for each site, of these, too.
std::map<std::string, Id> handlers_by_program(const ir::Module& module, Flavour flavour) {
  std::map<std::string, Id> ids;
  for (size_t i = 0; i < module.kernel_handlers.size(); i++) {
    const ir::KernelHandler& handler = module.kernel_handlers[i];
    for (const Variant& variant : variants(module, handler, flavour)) {
      const Id id = "h" + std::to_string(i);
      ids[variant.program] = id;
      for (size_t site = 0; site < handler.sites.size(); site++)
        ids[site_program(variant.program, site)] = id;
    }
  }
  return ids;
}

BpfProgram program_of(const BpfFunction& function, const Id& id, const std::string& letter,
                      Links& links) {
  BpfProgram program;
  program.id = id;
  program.name = function.name;
  program.section = function.section;
  program.slots = static_cast<uint32_t>(function.code.size());
  std::map<std::string, uint32_t> calls;
  uint32_t line = 0;
  for (size_t i = 0; i < function.code.size();) {
    const bpf_insn* const code = &function.code[i];
    const size_t left = function.code.size() - i;
    const auto index = static_cast<uint32_t>(i);
    if (const auto from = function.lines.find(index); from != function.lines.end())
      line = from->second;
    BpfInstruction one;
    one.id = letter + std::to_string(i);
    one.index = index;
    one.text = bpf_text(code, left);
    one.c_line = line;
    if (const auto symbol = function.symbols.find(index); symbol != function.symbols.end())
      one.symbol = symbol->second;
    one.helper = helper_name(*code);
    if (!one.helper.empty()) calls[one.helper]++;
    links.add(one.id, line ? "k" + std::to_string(line) : "");
    program.code.push_back(std::move(one));
    i += bpf_length(code, left);
  }
  for (const auto& [name, count] : calls)
    program.helpers.push_back({name, helper_sentence(name), count});
  return program;
}

}  // namespace

std::string kernel_text(const Story& story) {
  std::string text = std::string("#line 1 \"") + kSource + "\"\n";
  for (const CodeLine& line : story.code.front().lines) text += line.text + "\n";
  return text;
}

ct::Status collect_bpf(const std::string& object, const ir::Module& module, Flavour flavour,
                       Story& story) {
  const ct::Result<std::vector<BpfFunction>> functions = read_bpf_object(object, kSource);
  if (!functions) return functions.failure();
  const std::map<std::string, Id> handlers = handlers_by_program(module, flavour);
  for (const BpfFunction& function : *functions) {
    const std::string number = std::to_string(story.programs.size());
    const Id id = "p" + number;
    if (const auto handler = handlers.find(function.name); handler != handlers.end())
      story.links.add(id, handler->second);
    story.programs.push_back(program_of(function, id, "b" + number + "_", story.links));
  }
  return {};
}

}  // namespace coretap::explain
