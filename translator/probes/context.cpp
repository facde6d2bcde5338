// ResolveContext: debug information, opened once per run and with its failures explained.
#include <algorithm>
#include <filesystem>

#include "probes/families.h"
#include "support/file.h"
#include "support/vmlinux_places.h"

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
                        "cannot read the kernel's type information (BTF) from '" +
                            input.kernel_btf + "': " + opened.failure().text())
        .hint("use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or name a file with --btf FILE");
  }
  return btf_;
}

std::string ResolveContext::kernel_btf_folder() const {
  size_t slash = input.kernel_btf.rfind('/');
  return slash == std::string::npos ? "." : input.kernel_btf.substr(0, slash);
}

std::string ResolveContext::find_vmlinux(std::vector<std::string>& tried) {
  if (!input.kernel_vmlinux.empty()) return input.kernel_vmlinux;
  for (const std::string& path : vmlinux_places(input.kernel_release, input.kernel_tree)) {
    lookups.file(path);
    tried.push_back(path);
    std::error_code error;
    if (std::filesystem::exists(path, error)) return path;
  }
  return "";
}

namespace {

/// What is wrong with a vmlinux as that of the kernel which is asked for: the end of a sentence, or "".
std::string why_not_the_kernel(const debug::Module& vmlinux, const CompileInput& input) {
  const debug::KernelImage& image = vmlinux.kernel_image();
  if (image.is_cut_off) return "the file is cut off: it ends before its section headers";
  if (image.release.empty() || !image.text)
    return "it is not a kernel with symbols (there is no linux_banner or no _stext)";
  if (vmlinux.build_id().empty()) return "it has no build-id, by which a probe knows its kernel";
  if (!vmlinux.has_dwarf()) {
    const debug::LoadError& error = vmlinux.dwarf_error();
    return error.kind == debug::LoadError::Corrupt ? error.message
                                                   : "it has no debug information (.debug_info)";
  }
  const bool was_found =
      input.kernel_vmlinux.empty();  // among those of the running kernel's release
  if ((was_found || input.kernel_is_named) && image.release != input.kernel_release)
    return "it is of kernel '" + image.release + "', not of '" + input.kernel_release + "'";
  const std::string& running = input.kernel_build_id;
  if (!was_found || running.empty() || vmlinux.build_id() == running) return "";
  return "it is another build than the running kernel (build-id " + vmlinux.build_id() +
         ", the running kernel's is " + running + ")";
}

}  // namespace

bool ResolveContext::has_kernel_object() {
  std::vector<std::string> tried;
  const std::string path = find_vmlinux(tried);
  if (path.empty()) return false;
  auto vmlinux = object(path);
  return vmlinux && why_not_the_kernel(**vmlinux, input).empty();
}

std::shared_ptr<debug::Module> ResolveContext::kernel_object(const Span& at) {
  std::vector<std::string> tried;
  const std::string path = find_vmlinux(tried);
  if (path.empty()) {
    Diagnostic& diagnostic =
        diagnostics.semantic_error("no-kernel-debuginfo", at,
                                   "this needs the debug information of kernel '" +
                                       input.kernel_release + "', and it is not installed");
    diagnostic.hint("tried: " + join(tried));
    diagnostic.hint("install the kernel's debug symbols (Debian: linux-image-" +
                    input.kernel_release + "-dbg), or name the file: --vmlinux FILE");
    diagnostic.hint("kernel.function(\"NAME\"), alone or with .call or .return, takes none");
    return nullptr;
  }
  auto vmlinux = object(path);
  std::string why = vmlinux ? why_not_the_kernel(**vmlinux, input) : vmlinux.failure().message;
  if (why.empty()) return *vmlinux;
  diagnostics.semantic_error("bad-vmlinux", at,
                             "cannot use the kernel's file '" + path + "': " + why);
  return nullptr;
}

ct::Result<std::shared_ptr<debug::Module>> ResolveContext::kernel_module(
    const std::string& name,
    const std::function<ct::Result<std::shared_ptr<debug::Module>>()>& make) {
  auto known = kernel_modules_.find(name);
  if (known == kernel_modules_.end()) known = kernel_modules_.emplace(name, make()).first;
  return known->second;
}

std::vector<std::string> ResolveContext::kernel_modules() {
  if (input.kernel_btf == input.kernel_vmlinux) return {};  // in files of their own, elsewhere
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
    diagnostics.semantic_error("no-kernel-btf", at,
                               "cannot read the types of module '" + module + "' from " + path +
                                   ": " + opened.failure().text());
  return known->second;
}

ct::Result<std::shared_ptr<debug::Module>, debug::LoadError> ResolveContext::object(
    const std::string& path) {
  std::shared_ptr<debug::Module>& known = objects_[path];
  if (known) return known;
  lookups.resolved(path);
  auto opened = debug::Module::open(path, debug_places);
  if (!opened) return opened;
  known = *std::move(opened);
  for (const std::string& file : known->files()) lookups.file(file);
  for (const std::string& notice : known->notices())
    diagnostics.warning("debug-files", Span{}, notice);
  return known;
}

void ResolveContext::leave_objects_open() const {
  static std::vector<std::shared_ptr<debug::Module>>& left =
      *new std::vector<std::shared_ptr<debug::Module>>;
  for (const auto& [path, module] : objects_) left.push_back(module);
}

std::shared_ptr<debug::Module> ResolveContext::named_object(const std::string& name) {
  std::string path = lookups.program(name);
  return path.empty() ? nullptr : object(path).value_or(nullptr);
}

const std::vector<Shape>& ResolveContext::shapes() {
  if (shapes_) return *shapes_;
  shapes_.emplace();
  const std::string extension = ".shapes";
  // Our own folder is the first.
  for (auto folder = input.tapset_dirs.rbegin(); folder != input.tapset_dirs.rend(); ++folder)
    for (const std::string& name : lookups.folder(*folder)) {
      if (!name.ends_with(extension)) continue;
      const std::string path = *folder + "/" + name;
      lookups.file(path);
      ct::Result<std::string> text = read_file(path);
      ct::Result<std::vector<Shape>> found =
          text ? read_shapes(*text) : ct::Result<std::vector<Shape>>(text.failure());
      if (!found) {
        diagnostics.error("bad-shapes", "cannot use " + path + ": " + found.failure().text());
        continue;
      }
      shapes_->insert(shapes_->end(), found->begin(), found->end());
    }
  return *shapes_;
}

}  // namespace coretap::probes
