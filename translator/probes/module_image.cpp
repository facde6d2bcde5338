#include "probes/module_image.h"

#include <fnmatch.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "dwarf/kernel_image.h"
#include "runtime/user/kernel/build_id.h"
#include "support/process.h"

namespace coretap::probes {

namespace fs = std::filesystem;

namespace {

/// The kernel calls a module by its file's name, with '_' for '-' (scripts/Makefile.lib, name-fix).
std::string name_of(const fs::path& path) {
  std::string name = path.filename().string();
  name.erase(name.find(".ko"));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Of another kernel than the running one, the release that its vmlinux says.
std::string release_of(ResolveContext& context) {
  if (context.input.kernel_vmlinux.empty()) return context.input.kernel_release;
  auto vmlinux = context.object(context.input.kernel_vmlinux);
  return vmlinux ? (*vmlinux)->kernel_image().release : "";
}

/// A file in memory that has the bytes; -1 if that cannot be had.
int in_memory(const std::string& name, const std::string& bytes) {
  const int fd = memfd_create(name.c_str(), MFD_CLOEXEC);
  for (size_t at = 0; fd >= 0 && at < bytes.size();) {
    const ssize_t written = write(fd, bytes.data() + at, bytes.size() - at);
    if (written <= 0) {
      close(fd);
      return -1;
    }
    at += static_cast<size_t>(written);
  }
  return fd;
}

ct::Result<std::shared_ptr<debug::Module>> link_file(const std::string& path,
                                                     ResolveContext& context) {
  context.lookups.file(path);
  const ct::Result<std::string> id = ct::build_id_of_file(path);
  if (!id) return id.failure();
  if (const std::string missing = debug::what_module_lacks(path); !missing.empty())
    return ct::Status(missing);
  ToolCommand command;
  // The first page stays free, as in every program: 0 is where nothing is.
  command.argv = {context.lookups.tool("ld.lld"),
                  "-o",
                  "-",
                  "--image-base=0x1000000",
                  "-e",
                  "0",
                  "--unresolved-symbols=ignore-all",
                  "-z",
                  "keep-text-section-prefix",
                  "--build-id=0x" + *id,
                  path};
  command.library_path = context.input.tool_library_path;
  if (command.argv[0].empty())
    return ct::Status("there is no ld.lld, which links it (package lld)");
  Job job = start(command);
  if (!job.started) return job.started;
  const JobResult linked = finish(job);
  if (linked.exit_code != 0)
    return ct::Status("ld.lld does not link it: " +
                      linked.output.substr(0, linked.output.find('\n')));
  const int fd = in_memory(fs::path(path).filename().string(), linked.output);
  if (fd < 0) return ct::Status("there is no memory for it");
  debug::DebugPlaces places;
  places.object_path = path;
  auto module = debug::Module::open("/proc/self/fd/" + std::to_string(fd), places);
  close(fd);
  if (!module) return ct::Status(module.failure().message);
  return *std::move(module);
}

}  // namespace

const ModuleFiles& ResolveContext::module_files() {
  if (module_files_) return *module_files_;
  module_files_.emplace();
  const std::string release = release_of(*this);
  if (input.kernel_tree.empty())
    module_files_->places = {"/usr/lib/debug/lib/modules/" + release,
                             "/lib/modules/" + release + "/build"};
  else
    module_files_->places = {input.kernel_tree};
  for (const std::string& place : module_files_->places) {
    std::map<std::string, std::vector<std::string>> found;
    lookups.folder(place);
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at(place, options, error), end; !error && at != end;
         at.increment(error))
      if (at->path().extension() == ".ko" && at->is_regular_file(error))
        found[name_of(at->path())].push_back(fs::absolute(at->path()).string());
    for (auto& [name, paths] : found) std::sort(paths.begin(), paths.end());
    module_files_->paths.merge(found);  // the first place that has a module is taken
  }
  return *module_files_;
}

std::map<std::string, std::vector<std::string>> find_module_files(const std::string& pattern,
                                                                  ResolveContext& context) {
  std::string wanted = pattern;
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  std::map<std::string, std::vector<std::string>> found = context.module_files().paths;
  std::erase_if(found, [&](const auto& module) {
    return fnmatch(wanted.c_str(), module.first.c_str(), 0) != 0;
  });
  return found;
}

ct::Result<std::shared_ptr<debug::Module>> link_module(const std::vector<std::string>& files,
                                                       ResolveContext& context) {
  std::string why;
  for (const std::string& path : files) {
    auto linked = link_file(path, context);
    if (linked) return linked;
    why = "cannot use the module's file '" + path + "': " + linked.failure().text();
  }
  return ct::Status(why);
}

}  // namespace coretap::probes
