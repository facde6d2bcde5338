// ResolveContext: debug information, opened once per run and with its failures explained.
#include <algorithm>
#include <filesystem>

#include "probes/families.h"

namespace coretap::probes {

std::shared_ptr<debug::KernelBtf> ResolveContext::kernel_btf(const Span& at) {
  if (btf_) return btf_;
  std::string error;
  btf_ = debug::KernelBtf::open(kernel_btf_path, error);
  if (!btf_) {
    diagnostics
        .semantic_error("no-kernel-btf", at,
                        "cannot read the kernel's type information (BTF) from " + kernel_btf_path +
                            ": " + error)
        .hint("use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or name a file with --btf FILE");
  }
  return btf_;
}

std::string ResolveContext::kernel_btf_folder() const {
  size_t slash = kernel_btf_path.rfind('/');
  return slash == std::string::npos ? "." : kernel_btf_path.substr(0, slash);
}

std::vector<std::string> ResolveContext::kernel_modules() const {
  std::vector<std::string> names;
  std::error_code error;
  std::string kernel = std::filesystem::path(kernel_btf_path).filename();
  for (const auto& entry : std::filesystem::directory_iterator(kernel_btf_folder(), error))
    if (entry.path().filename() != kernel) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<debug::KernelBtf> ResolveContext::module_btf(const std::string& module,
                                                             const Span& at) {
  auto [known, is_new] = module_btf_.try_emplace(module);
  if (!is_new && known->second) return known->second;
  std::shared_ptr<debug::KernelBtf> kernel = kernel_btf(at);
  if (!kernel) return nullptr;
  std::string error, path = kernel_btf_folder() + "/" + module;
  known->second = debug::KernelBtf::open_module(path, kernel, error);
  if (!known->second)
    diagnostics.semantic_error("no-kernel-btf", at,
                               "cannot read the types of module '" + module + "': " + error);
  return known->second;
}

std::shared_ptr<debug::Module> ResolveContext::object(const std::string& path, const Span& at) {
  auto [entry, is_new] = objects_.try_emplace(path);
  if (!is_new && entry->second) return entry->second;
  debug::LoadError error;
  entry->second = debug::Module::open(path, error, debug_roots);
  if (!entry->second) {
    Diagnostic& diagnostic =
        diagnostics.semantic_error("bad-object", at, "cannot use '" + path + "': " + error.message);
    if (error.tried.size() > 1) diagnostic.hint("tried: " + join(error.tried));
  }
  return entry->second;
}

std::vector<std::string> ResolveContext::dependencies() const {
  std::vector<std::string> files;
  if (btf_) files.push_back(kernel_btf_path);
  for (const auto& [module, btf] : module_btf_) files.push_back(kernel_btf_folder() + "/" + module);
  for (const auto& [path, module] : objects_) {
    if (!module) continue;
    std::vector<std::string> more = module->files();
    files.insert(files.end(), more.begin(), more.end());
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace coretap::probes
