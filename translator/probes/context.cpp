// ResolveContext: debug information, opened once per run and with its failures explained.
#include <algorithm>
#include <filesystem>

#include "probes/families.h"

namespace coretap::probes {

std::shared_ptr<debug::KernelBtf> ResolveContext::kernel_btf(const Span& at) {
  if (btf_) return btf_;
  lookups.file(input.kernel_btf);
  auto opened = debug::KernelBtf::open(input.kernel_btf);
  if (opened) {
    btf_ = *opened;
  } else {
    diagnostics
        .semantic_error("no-kernel-btf", at,
                        "cannot read the kernel's type information (BTF) from " + input.kernel_btf +
                            ": " + opened.failure().text())
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
  std::string path = kernel_btf_folder() + "/" + module;
  lookups.file(path);
  auto opened = debug::KernelBtf::open_module(path, kernel);
  if (opened)
    known->second = *opened;
  else
    diagnostics.semantic_error(
        "no-kernel-btf", at,
        "cannot read the types of module '" + module + "': " + opened.failure().text());
  return known->second;
}

ct::Result<std::shared_ptr<debug::Module>, debug::LoadError> ResolveContext::object(
    const std::string& path) {
  std::shared_ptr<debug::Module>& known = objects_[path];
  if (known) return known;
  lookups.resolved(path);
  auto opened = debug::Module::open(path, debug_roots);
  if (!opened) return opened;
  known = *std::move(opened);
  // Files with its debug information, also those that are not there and may come.
  for (const std::string& file : known->files()) lookups.file(file);
  for (const std::string& file : known->dwarf_error().tried) lookups.file(file);
  return known;
}

std::shared_ptr<debug::Module> ResolveContext::named_object(const std::string& name) {
  std::string path = lookups.program(name);
  return path.empty() ? nullptr : object(path).value_or(nullptr);
}

}  // namespace coretap::probes
