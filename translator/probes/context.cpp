// ResolveContext: debug information, opened once per run and with its failures explained.
#include <algorithm>
#include <filesystem>

#include "probes/families.h"

namespace coretap::probes {

std::shared_ptr<debug::KernelBtf> ResolveContext::kernel_btf(const Span& at) {
  if (btf_) return btf_;
  std::string error;
  lookups.file(input.kernel_btf);
  btf_ = debug::KernelBtf::open(input.kernel_btf, error);
  if (!btf_) {
    diagnostics
        .semantic_error("no-kernel-btf", at,
                        "cannot read the kernel's type information (BTF) from " + input.kernel_btf +
                            ": " + error)
        .hint("use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or name a file with --btf FILE");
  }
  return btf_;
}

std::string ResolveContext::kernel_btf_folder() const {
  size_t slash = input.kernel_btf.rfind('/');
  return slash == std::string::npos ? "." : input.kernel_btf.substr(0, slash);
}

std::vector<std::string> ResolveContext::kernel_modules() {
  std::vector<std::string> names = lookups.folder(kernel_btf_folder());
  std::erase(names, std::filesystem::path(input.kernel_btf).filename().string());
  return names;
}

std::shared_ptr<debug::KernelBtf> ResolveContext::module_btf(const std::string& module,
                                                             const Span& at) {
  auto [known, is_new] = module_btf_.try_emplace(module);
  if (!is_new && known->second) return known->second;
  std::shared_ptr<debug::KernelBtf> kernel = kernel_btf(at);
  if (!kernel) return nullptr;
  std::string error, path = kernel_btf_folder() + "/" + module;
  lookups.file(path);
  known->second = debug::KernelBtf::open_module(path, kernel, error);
  if (!known->second)
    diagnostics.semantic_error("no-kernel-btf", at,
                               "cannot read the types of module '" + module + "': " + error);
  return known->second;
}

std::shared_ptr<debug::Module> ResolveContext::object(const std::string& path, const Span& at,
                                                      debug::LoadError* why) {
  auto [entry, is_new] = objects_.try_emplace(path);
  if (!is_new && entry->second) return entry->second;
  debug::LoadError error;
  lookups.resolved(path);
  entry->second = debug::Module::open(path, error, debug_roots);
  // Files with its debug information, also those that are not there and may come.
  if (entry->second) {
    for (const std::string& file : entry->second->files()) lookups.file(file);
    for (const std::string& file : entry->second->dwarf_error().tried) lookups.file(file);
  }
  if (!entry->second) {
    Diagnostic& diagnostic =
        diagnostics.semantic_error("bad-object", at, "cannot use '" + path + "': " + error.message);
    if (error.tried.size() > 1) diagnostic.hint("tried: " + join(error.tried));
    if (why) *why = error;
  }
  return entry->second;
}

}  // namespace coretap::probes
