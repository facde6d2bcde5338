// What this kernel has, asked without loading anything: from its BTF, /proc/kallsyms, tracefs and
// sysfs. So an unprivileged user may ask too, though not for everything.
#pragma once

#include <memory>
#include <string>

#include "probed_files.h"
#include "runtime/user/harness/program.h"

struct btf;

namespace ct {

/// An answer; `why` says more, and is the reason when it is not Yes.
struct Offer {
  enum State { Yes, No, Unknown } state = Yes;
  std::string why;
};

class KernelOffers {
 public:
  KernelOffers();
  ~KernelOffers();
  KernelOffers(const KernelOffers&) = delete;
  KernelOffers& operator=(const KernelOffers&) = delete;

  Offer types() const;  ///< BTF, which CO-RE relocations need
  /// `name` as in enum bpf_func_id and enum bpf_map_type, without prefix.
  Offer helper(const std::string& name) const;
  Offer map_type(const std::string& name) const;
  /// Can a handler of this kind be attached to this site? For files: do they hold the same code?
  Offer site(Mechanism mechanism, const Site& site) const;
  /// Is it known that this kernel has no such function, tracepoint or module? False of a file's code.
  bool lacks(Mechanism mechanism, const Site& site) const;

 private:
  Offer enumerator(const char* type, const std::string& name) const;
  Offer function(const char* name) const;
  bool has_tracepoint(const char* name) const;
  Offer file(const Site& site) const;
  Offer data_watch(const Site& site) const;

  btf* types_;
  std::unique_ptr<ProbedFiles> files_;
};

/// Of a perf event: how many counts lie between two events, or how many events a second has (Site::perf_is_freq).
u64 perf_period(const Site& site);

}  // namespace ct
