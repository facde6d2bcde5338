// What a vmlinux is besides an ELF object: which kernel it is of, and where its code and its per-CPU data are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coretap::debug {

class ElfFile;

struct KernelImage {
  bool is_cut_off = false;  ///< the file ends too early
  std::string release;      ///< as `uname -r` says it; "" if the file is no kernel
  /// Link-time address of the symbol _stext. The kernel may run elsewhere (KASLR), but all of it moves by one distance.
  std::optional<uint64_t> text;
  /// Link-time addresses of per-CPU variables: of a template, which each CPU has a copy of.
  std::optional<std::pair<uint64_t, uint64_t>> per_cpu;

  /// Is the address that of a per-CPU variable, where there is no value?
  bool is_per_cpu(uint64_t address) const {
    return per_cpu && address >= per_cpu->first && address < per_cpu->second;
  }
};

KernelImage read_kernel_image(const ElfFile& object);

/// What the file of a kernel module lacks for probes to be placed in it, as a sentence; "" if nothing.
std::string what_module_lacks(const std::string& path);

/// May the kernel have a probe in a section of this name? Not where its code is gone after the start (.init.text), or runs
/// while it takes a probe (Documentation/trace/kprobes.rst, "Blacklist").
bool takes_kprobes(const std::string& section);

}  // namespace coretap::debug
