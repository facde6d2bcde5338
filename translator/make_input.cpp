#include "make_input.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "examples.h"
#include "runtime/common/regular_file.h"
#include "runtime/user/kernel/build_id.h"
#include "support/descriptor.h"
#include "support/file.h"
#include "support/own_files.h"
#include "support/vmlinux_places.h"

namespace coretap {

namespace {

Listing listing_of(const Options& o) {
  switch (o.mode) {
    case Options::Mode::List: return Listing::Places;
    case Options::Mode::ListVariables: return Listing::Variables;
    case Options::Mode::ListLines:
      return o.lines_as_json ? Listing::LinesAsJson
             : o.verbose > 0 ? Listing::LinesWithVariables
                             : Listing::Lines;
    default: return Listing::None;
  }
}

/// The probe point of -l, -L, or of every line that --lines is about.
std::string listed_point(const Options& o) {
  if (o.mode != Options::Mode::ListLines) return o.listing;
  std::string file = o.arguments.empty() ? "*" : o.arguments.front();
  if (file.find(':') == std::string::npos) file += ":*";
  return o.listing + ".statement(\"*@" + file + "\")";
}

/// The script's text: of the listing's pattern, of -e, or of a file, which may be a FIFO.
bool load_script(const Options& o, CompileInput& input, Diagnostics& diagnostics) {
  input.listing = listing_of(o);
  input.script_name = input.listing != Listing::None ? "<listing>" : "<input>";
  if (input.listing != Listing::None) {
    input.script_text = "probe " + listed_point(o) + " {}\n";
    return true;
  }
  if (o.mode == Options::Mode::Answer) {
    input.script_name = kQuestionName;
    input.script_text = o.question;
    return true;
  }
  if (o.has_script_text) {
    input.script_text = o.script_text + "\n";
  } else {
    const std::string given =
        o.is_example ? find_example(o.script_path, diagnostics) : o.script_path;
    if (given.empty() && o.is_example) return false;
    constexpr size_t kMost = 16 << 20;  // bytes: /dev/zero has no end
    std::string path = given == "-" ? "/dev/stdin" : given;
    if (given != "-") input.script_name = given;
    struct stat status;
    bool is_folder = stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    ct::Result<std::string> text =
        is_folder ? ct::Status::of_errno(EISDIR) : read_file(path, kMost);
    if (!text) {
      diagnostics.error("script-read",
                        "cannot read script '" + given + "': " + text.failure().text());
      return false;
    }
    input.script_text = *std::move(text);
  }
  for (const std::string& extra : o.extra_scripts) input.script_text += extra + "\n";
  return true;
}

/// The vmlinux of --vmlinux, or of another kernel than the running one, where the types come from, too. The running kernel's is
/// looked for when a probe needs it.
bool set_vmlinux(const Options& o, CompileInput& input, Diagnostics& diagnostics) {
  input.kernel_vmlinux = o.vmlinux;
  if (o.vmlinux.empty() && !input.kernel_is_running)
    for (const std::string& path : vmlinux_places(input.kernel_release, input.kernel_tree))
      if (input.kernel_vmlinux.empty() && access(path.c_str(), R_OK) == 0)
        input.kernel_vmlinux = path;
  if (input.kernel_vmlinux.empty()) return true;
  ct::Result<std::string> build_id = ct::build_id_of_file(input.kernel_vmlinux);
  if (!build_id) {
    diagnostics.error("bad-vmlinux", "cannot use the kernel's file '" + input.kernel_vmlinux +
                                         "': " + build_id.failure().text());
    return false;
  }
  if (o.btf.empty() && *build_id != ct::kernel_build_id()) {
    input.kernel_btf = input.kernel_vmlinux;
    input.kernel_build_id = *build_id;
  }
  return true;
}

/// -r RELEASE, or the build tree of a kernel.
bool set_kernel(const Options& o, CompileInput& input, Diagnostics& diagnostics) {
  utsname running{};
  uname(&running);
  input.arch = running.machine;
  input.kernel_release = o.kernel_release.empty() ? running.release : o.kernel_release;
  if (input.kernel_release.starts_with("/")) {
    input.kernel_tree = input.kernel_release;
    std::string path = input.kernel_tree + "/include/config/kernel.release";
    Descriptor file(ct::open_regular(path.c_str()).value_or(-1));
    std::string release = file ? read_all(file.get()).value_or("") : "";
    input.kernel_release = release.substr(0, release.find('\n'));
    if (input.kernel_release.empty()) {
      diagnostics.error("kernel-tree", "-r " + input.kernel_tree +
                                           ": there is no kernel build tree (" + path +
                                           " cannot be read)");
      return false;
    }
  }
  input.kernel_is_named = !o.kernel_release.empty();
  input.kernel_is_running = input.kernel_release == running.release;
  input.kernel_btf = o.btf.empty() ? "/sys/kernel/btf/vmlinux" : o.btf;
  if (o.btf.empty()) input.kernel_build_id = ct::kernel_build_id();
  return set_vmlinux(o, input, diagnostics);
}

/// A built binary takes both flavours of the kernel object along; a script that runs now has only the one that this
/// kernel takes, as far as that can be told before it is loaded.
KernelFlavours flavours_of(const Options& o) {
  if (!o.build.empty() || !o.dump.empty() || o.last_pass == 3) return KernelFlavours::Both;
  const char* forced = std::getenv("CORETAP_FLAVOUR");
  if (!forced || !*forced) return KernelFlavours::ForThisKernel;
  return std::string(forced) == "base" ? KernelFlavours::Base : KernelFlavours::Modern;
}

/// The precompiled header is of coretap's own headers: those of -R have none.
void set_own_files(const Options& o, CompileInput& input) {
  const OwnFiles own = own_files();
  input.runtime_libraries = own.compiled;
  input.runtime_headers = own.runtime;
  input.harness_prefix = own.compiled + "/harness_prefix.h";
  if (o.runtime_dir.empty()) return;
  const bool is_absolute = o.runtime_dir.front() == '/';
  input.runtime_headers = (is_absolute ? "" : input.working_folder + "/") + o.runtime_dir;
  input.harness_prefix = input.runtime_headers + "/user/harness/harness_prefix.h";
}

}  // namespace

std::vector<std::string> tapset_folders(const Options& o) {
  const char* named = std::getenv("CORETAP_TAPSETS");
  std::vector<std::string> folders{named && *named ? named : own_files().tapsets};
  folders.insert(folders.end(), o.tapset_dirs.begin(), o.tapset_dirs.end());
  return folders;
}

bool make_input(const Options& o, CompileInput& input, Diagnostics& diagnostics) {
  if (!load_script(o, input, diagnostics) || !set_kernel(o, input, diagnostics)) return false;
  input.arguments = o.arguments;
  input.defines = o.defines;
  input.tapset_dirs = tapset_folders(o);
  char folder[PATH_MAX];
  input.working_folder = getcwd(folder, sizeof folder) ? folder : "/";
  set_own_files(o, input);
  input.guru = o.guru;
  input.keep_unused = o.keep_unused;
  input.explain_elision = o.verbose > 2;
  input.timing = o.timing;
  input.suppress_errors = o.suppress_errors;
  input.display_globals = !o.no_global_display;
  input.portable = o.portable;
  input.systemtap_version =
      o.compatible.empty() ? PreprocessorFacts().systemtap_version : o.compatible;
  input.flavours = flavours_of(o);
  if (const char* urls = std::getenv("DEBUGINFOD_URLS")) input.debuginfod_urls = urls;
  if (const char* path = std::getenv("LD_LIBRARY_PATH")) input.tool_library_path = path;
  input.coretap_build_id = ct::own_build_id();
  return true;
}

PreprocessorFacts facts_of(const CompileInput& input, Lookups& lookups) {
  PreprocessorFacts facts;
  facts.kernel_release = input.kernel_release;
  facts.arch = input.arch;
  facts.systemtap_version = input.systemtap_version;
  facts.guru_mode = input.guru;
  facts.kernel_config = std::make_shared<KernelConfig>(
      kernel_config_places(input.kernel_release, input.kernel_tree, input.kernel_is_running),
      &lookups);
  facts.arguments = input.arguments;
  return facts;
}

}  // namespace coretap
