// The script's BPF object in the kernel: loaded, its memory mapped, its maps known.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ladder.h"
#include "runtime/common/result.h"
#include "runtime/user/harness/run_options.h"

struct bpf_object;
struct bpf_program;
struct ring_buffer;

namespace ct {

struct Verdict;

/// What happened to the events of one kernel handler, summed over CPUs.
struct HandlerCounts {
  ct_counts counts = {};
  std::vector<u32> program_ids;  ///< as the kernel numbers them
  u64 recursion_misses = 0;      ///< fired while the same program ran on that CPU
};

class KernelObject {
 public:
  KernelObject() = default;
  ~KernelObject();
  KernelObject(const KernelObject&) = delete;
  KernelObject& operator=(const KernelObject&) = delete;

  /// Opens and loads the object with maps of the chosen sizes: its `modern` flavour, or where the
  /// kernel lacks something that needs, `base` (CORETAP_FLAVOUR=modern or base tries that one
  /// only); and of each handler the program that `ladder` names: what this kernel does not load is
  /// given up there. Nothing fires yet: probes are attached by attach.h. May be called again, for
  /// another try. Fails with Failure::Verifier if it is the code that the kernel refuses.
  Status load(const Program& program, const RunOptions& options, Ladder& ladder);

  bool loaded() const { return object_ != nullptr; }
  ct_state* state() const { return state_; }
  char* globals() const { return globals_; }
  /// The program of a site, by the name that a variant has. All sites of a handler have one, and
  /// know themselves by their attach cookies; without cookies, in `base`, each may have its own.
  bpf_program* find_program(const char* variant, u32 site) const;
  /// Is there one program for each site?
  bool has_site_programs(const char* variant) const;
  bool has_cookies() const { return !is_base_; }
  bool is_base() const { return is_base_; }
  /// What the verifier said of optional probes that are left out for it, each a message.
  const std::vector<std::string>& left_out() const { return left_out_; }

  int map_fd(const char* name) const;  ///< negative if there is no such map

  /// Hands the maps of shared arrays to their Array.
  Status connect_arrays(const Program& program);

  /// Tells kernel code which files the programs of Program::programs are; see process.bpf.h. After load().
  Status find_programs(const Program& program);

  /// Records are passed to `consume` in the order in which the kernel reserved them.
  Status open_ring(std::function<void(const void*, size_t)> consume);
  int ring_fd() const;  ///< becomes readable; -1 when the object sends no records
  int drain_ring();     ///< number of records, or negative

  /// Runs a program of the mechanism TestRun with `count` arguments, and waits for its end.
  Status run(const char* variant, const s64* arguments, u32 count) const;

  /// -t: the times of site number `site` of all handlers', for each CPU.
  std::vector<ct_times> site_times(u32 site) const;
  HandlerCounts counts(const Program& program, const Ladder& ladder, u32 handler) const;

 private:
  Status open(const void* data, u64 size, const Program& program, const RunOptions& options,
              Ladder& ladder);
  Status load_flavour(bool base, const Program& program, const RunOptions& options, Ladder& ladder);
  Status refused(int code, const Verdict* verdict, const Program& program,
                 const RunOptions& options, const Ladder& ladder, u32 handler);
  Status make_ready(const KernelHandler& handler, const Rung& rung);
  Status settle_ways(const Program& program, Ladder& ladder);
  void choose_program(const KernelHandler& handler, u32 index, const Ladder& ladder);
  Status set_constants(const Program& program, Ladder& ladder);
  bpf_program* find_program(const std::string& name) const;
  size_t files_to_load() const;
  void set_autoload(const KernelHandler& handler, const char* program, bool load);
  Status map_memory();
  void close_object();

  bpf_object* object_ = nullptr;
  bool is_base_ = false, is_flavour_known_ = false;
  std::vector<std::string> left_out_;
  ct_state* state_ = nullptr;
  char* globals_ = nullptr;
  u64* programs_ = nullptr;  ///< in kernel memory
  bool asks_program_at_end_ = false;
  std::vector<int> program_files_;  ///< open as long as the kernel knows them
  ring_buffer* ring_ = nullptr;
  std::function<void(const void*, size_t)> consume_;
};

}  // namespace ct
