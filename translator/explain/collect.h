// Fills a Story, stage by stage. Each takes what a pass has left, and links what it finds to what stands in the stages before.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyse/program.h"
#include "explain/places.h"
#include "explain/story.h"
#include "ir/ir.h"

namespace coretap::explain {

/// The places where a handler names a variable of the target.
struct TargetUse {
  const ast::Target* target = nullptr;  ///< the first
  std::set<Id> ids;
};

/// Ids of what is in the tree, for the stages behind the script.
struct Named {
  std::map<const ast::VarDecl*, std::set<Id>> variables;  ///< where each is declared and used
  std::map<const ast::FunctionDecl*, std::set<Id>> functions;
  /// For each of Program::probes: its variables of the target, by the whole name, "$x".
  std::vector<std::map<std::string, TargetUse>> targets;
  /// Sites by what they are attached to.
  std::map<std::pair<std::string, uint64_t>, std::set<Id>> sites;
};

/// The script's lines and names, and the pieces of the tapsets. The program's types are inferred.
void collect_script(const Program& program, Places& places, Story& story, Named& named);

/// The sites of the program's probes, with the code around them, and where the handlers' variables are there.
void collect_sites(const Program& program, const Places& places, probes::ResolveContext& context,
                   Story& story, Named& named);

void collect_types(const Program& program, const Places& places, const Named& named, Story& story);

/// The module has gone through all passes.
void collect_sides(const ir::Module& module, const Places& places, const Named& named,
                   Story& story);

/// How each kernel handler would be attached, on this and on older kernels. The same.
void collect_attach(const ir::Module& module, Story& story);

/// What a kernel handler was made for: its probe points, as the script has them.
std::set<Id> points_of(const ir::Module& module, const ir::KernelHandler& handler,
                       const Places& places);

}  // namespace coretap::explain
