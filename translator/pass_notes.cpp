#include "pass_notes.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "runtime/common/terminal.h"

namespace coretap {

void PassNotes::say(const std::string& line, int least) const {
  int pass = line[5] - '1';
  if (options_.verbose + options_.pass_verbose[pass] >= least)
    std::cerr << ct::terminal_safe(line) << std::endl;
}

void PassNotes::say_sides(const Program& program) const {
  for (const ast::FunctionDecl* function : program.functions) {
    const bool is_silent = function->c && !function->c->says_kernel && !function->c->says_user;
    if (is_silent && function->c->for_user)
      say("Pass 2: the C of function '" + function->name +
              "' names nothing of the kernel: it runs " +
              (function->c->for_kernel ? "on both sides" : "in user space"),
          2);
  }
}

bool pass_failed(Diagnostics& diagnostics, int pass, const char* what) {
  diagnostics.flush(std::cerr);
  if (!diagnostics.ends_run()) return false;
  std::cerr << "Pass " << pass << ": " << what << " failed.  [man error::pass" << pass << "]\n";
  return true;
}

std::string summary(const Program& program) {
  size_t sites = 0, embeds = 0;
  for (const ElaboratedProbe& probe : program.probes)
    sites += static_cast<size_t>(
        std::count_if(probe.sites.begin(), probe.sites.end(),
                      [](const probes::ResolvedProbe& site) { return !site.is_further_place; }));
  for (const auto& file : program.files) embeds += file->embedded.size();
  return "Pass 2: analyzed script: " + std::to_string(sites) + " probes, " +
         std::to_string(program.functions.size()) + " functions, " + std::to_string(embeds) +
         " embeds, " + std::to_string(program.globals.size()) + " globals";
}

std::string memory_use() {
  long virt = 0, res = 0, shr = 0, text = 0, lib = 0, data = 0;
  std::ifstream("/proc/self/statm") >> virt >> res >> shr >> text >> lib >> data;
  long kb = sysconf(_SC_PAGESIZE) / 1024;
  return std::to_string(virt * kb) + "virt/" + std::to_string(res * kb) + "res/" +
         std::to_string(shr * kb) + "shr/" + std::to_string(data * kb) + "data kb";
}

}  // namespace coretap
