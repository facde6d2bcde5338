// Compiles a module's kernel object, loads it into this kernel, attaches its handlers, and reads
// back what they did: maps, memory, records.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "abi.h"
#include "emit/flavour.h"
#include "ir/ir.h"

struct bpf_object;
struct bpf_link;
struct ring_buffer;

namespace coretap::test {

/// The flavour that tests are about: base if CORETAP_FLAVOUR=base, else modern. ctest runs them all
/// in both.
Flavour tested_flavour();

/// Why this machine cannot run live tests ("" if it can). Tests skip with it, loudly.
std::string cannot_run_live();

/// The module's object file. In the folder CORETAP_OBJECTS its source stays beside it, and a file
/// that is there already is taken as it is: so the tests also run where there is no clang (the
/// kernels of tests/vm).
std::string compile(const ir::Module& module);

class LiveObject {
 public:
  /// Throws std::runtime_error with clang's or the verifier's words.
  explicit LiveObject(const ir::Module& module);
  ~LiveObject();
  LiveObject(const LiveObject&) = delete;

  /// Attaches every handler. Uprobes take the site's target as a symbol of the test binary;
  /// tracepoints "system:name"; perf events their site.
  void attach();
  void start() { state().phase = CT_RUNNING; }
  void stop() { state().phase = CT_STOPPING; }

  ct_state& state() { return *state_; }
  /// A shared scalar's memory.
  int64_t& scalar(ir::GlobalId global);
  std::string text(ir::GlobalId global);
  uint32_t& generation(ir::GlobalId global);

  /// Raw key to raw value (of all CPUs, if per CPU) of one map.
  std::map<std::string, std::string> elements(ir::GlobalId global, int generation = 0);
  /// A long array's element with one long key, or -1.
  int64_t element(ir::GlobalId global, int64_t key, int generation = 0);
  /// Per-CPU values added up, field by field (for count, sum, squares low, histograms), with the
  /// encoded minimum and maximum taken as the largest.
  std::vector<uint64_t> statistic(ir::GlobalId global, const std::string& key, int generation = 0);
  ct_counts counts(uint32_t handler);
  std::vector<ct_times> times(uint32_t site);  ///< of each CPU
  /// Records since the last call.
  std::vector<std::string> records();
  int map_fd(const std::string& name);
  /// What the kernel's JIT has made of all programs that were loaded.
  std::string machine_code();
  int program_fd(const std::string& name);

 private:
  void map_memory();
  const ir::Module& module_;
  bpf_object* object_ = nullptr;
  std::vector<bpf_link*> links_;
  std::vector<int> perf_fds_;
  ring_buffer* ring_ = nullptr;
  std::vector<std::string> records_;
  ct_state* state_ = nullptr;
  char* globals_ = nullptr;
};

}  // namespace coretap::test
