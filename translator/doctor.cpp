// The kernel is looked at in this process (runtime/user/tell/machine.h). Whether scripts compile is tried as a user would: coretap
// starts itself with small ones, and what it says is the finding. So a header that is missing, a library that is too old and
// a full disk are found by the code that stumbles over them, and not by a second list of what is needed.
#include "doctor.h"

#include <link.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "build/cache_place.h"
#include "build/trusted_folder.h"
#include "build/work_folder.h"
#include "probes/debian_package.h"
#include "runtime/common/terminal.h"
#include "runtime/user/tell/machine.h"
#include "support/lookups.h"
#include "support/process.h"
#include "support/vmlinux_places.h"

namespace coretap {

namespace {

using ct::Finding;

class Report {
 public:
  explicit Report(std::ostream& out) : out_(out) {}

  void heading(const std::string& text) { out_ << text << '\n'; }

  void add(const Finding& finding) {
    constexpr int kWhat = 28;
    static constexpr const char* kStates[] = {"ok     ", "limited", "MISSING"};
    out_ << "  " << kStates[finding.state] << "  " << std::left << std::setw(kWhat) << finding.what
         << ct::terminal_safe(finding.found) << '\n';
    // What coretap said of a script is shown whole, line by line.
    std::istringstream lines(finding.state == Finding::Good ? "" : finding.mend);
    const char* before = finding.mend.find('\n') == std::string::npos ? "-> " : "| ";
    for (std::string line; std::getline(lines, line);)
      out_ << std::string(11, ' ') << before << ct::terminal_safe(line) << '\n';
    out_.flush();
    missing_ += finding.state == Finding::Missing;
    limited_ += finding.state == Finding::Limited;
  }

  int end() {
    out_ << '\n';
    if (missing_ > 0)
      out_ << "What is MISSING has to be mended before scripts with probes can run here.\n";
    else if (limited_ > 0)
      out_ << "Scripts can run here, but for those that need what is limited.\n";
    else
      out_ << "Scripts can run here.\n";
    return missing_ > 0 ? 1 : 0;
  }

 private:
  std::ostream& out_;
  int missing_ = 0, limited_ = 0;
};

/// coretap itself with these arguments.
JobResult run_coretap(std::vector<std::string> arguments) {
  std::error_code ignored;
  arguments.insert(arguments.begin(),
                   std::filesystem::read_symlink("/proc/self/exe", ignored).string());
  Job job = start({std::move(arguments), Input::None, -1, 0, ""});
  return finish(job);
}

Finding tool(const char* name, const char* package, const char* is_for, bool needed) {
  Lookups lookups;
  std::string path = lookups.tool(name);
  if (!path.empty()) return {Finding::Good, name, path, ""};
  return {needed ? Finding::Missing : Finding::Limited, name,
          std::string("is not in $PATH; it ") + is_for, std::string("apt-get install ") + package};
}

void examine_tools(Report& report) {
  report.add(tool("clang", "clang", "compiles the kernel's part of scripts", true));
  report.add(tool("g++", "g++", "compiles the user-space part of scripts; clang++ does as well",
                  tool("clang++", "", "", true).state == Finding::Missing));
  report.add(tool("ld", "binutils", "links scripts; ld.lld does as well",
                  tool("ld.lld", "", "", true).state == Finding::Missing));
  report.add(tool("clang++", "clang", "compiles what --build makes", false));
  report.add(tool("ld.lld", "lld", "links what --build makes", false));
}

Finding tried(const std::string& what, const std::string& works, Finding::State if_not,
              std::vector<std::string> arguments) {
  const JobResult result = run_coretap(std::move(arguments));
  if (result.exit_code == 0) return {Finding::Good, what, works, ""};
  return {if_not, what, "does not work:", result.output};
}

/// Scripts are compiled as for the first time. The first has no part in the kernel, and so needs no rights; that of the
/// executable is only compiled. None of them leaves files behind, as -p4 would.
void examine_scripts(Report& report, bool may_trace) {
  constexpr const char* kScript =
      "global n probe kernel.trace(\"sched_switch\") { n++ } "
      "probe begin { exit() } probe end { println(n) }";
  report.add(tried("compile a script", "works", Finding::Missing,
                   {"--disable-cache", "-e", "probe begin { exit() }"}));
  ct::Result<std::unique_ptr<WorkFolder>> folder = WorkFolder::make_private();
  if (folder)
    report.add(tried("build an executable", "works", Finding::Limited,
                     {"--build=" + (*folder)->path() + "/binary", "-e", kScript}));
  else
    report.add({Finding::Limited, "build an executable", folder.failure().text(),
                "make room, or set TMPDIR"});
  if (may_trace)
    report.add(
        tried("run a script", "works", Finding::Missing, {"--disable-cache", "-e", kScript}));
}

Finding cache() {
  const std::string path = cache_folder_path();
  if (path.empty())
    return {Finding::Limited, "cache", "there is no home folder to keep compiled scripts in",
            "export CORETAP_CACHE_DIR=/var/cache/coretap-$USER"};
  const TrustedFolder folder = open_trusted_folder(path, IfMissing::Create);
  if (folder.state != FolderState::Trusted)
    return {Finding::Limited, "cache", "compiled scripts are not kept: " + folder.why,
            "set CORETAP_CACHE_DIR to a folder that only you can write"};
  return {Finding::Good, "cache", path, ""};
}

/// The C library that this process has loaded, as a path.
std::string libc_path() {
  std::string path;
  dl_iterate_phdr(
      [](dl_phdr_info* object, size_t, void* found) {
        const std::string name = object->dlpi_name;
        if (name.find("/libc.so") == std::string::npos) return 0;
        *static_cast<std::string*>(found) = name;
        return 1;
      },
      &path);
  return path;
}

/// A C library's lines are known where its debug information is: what a user's own programs bring along is not asked.
Finding libc_debug_information() {
  const char* what = "debug information of libc";
  const std::string path = libc_path();
  if (path.empty()) return {Finding::Limited, what, "no libc is loaded", ""};
  const JobResult result = run_coretap(
      {"--disable-cache", "-l", "process(\"" + path + "\").statement(\"*@malloc.c:*\")"});
  if (result.exit_code == 0)
    return {Finding::Good, what, "lines and variables of " + path + " are known", ""};
  const std::string package = probes::debug_package_hint(path);
  return {Finding::Limited, what, "only the names of its functions are known (" + path + ")",
          package.empty() ? "install its debug symbols" : package};
}

Finding kernel_debug_information(const std::string& release) {
  const char* what = "debug information, kernel";
  for (const std::string& path : vmlinux_places(release, ""))
    if (access(path.c_str(), R_OK) == 0) return {Finding::Good, what, path, ""};
  return {Finding::Limited, what, "no vmlinux: lines and locals of the kernel cannot be probed",
          "install it (for a kernel of Debian's: apt-get install linux-image-" + release +
              "-dbg), or name one with --vmlinux FILE"};
}

Finding debug_servers() {
  const char* urls = std::getenv("DEBUGINFOD_URLS");
  if (!urls || !*urls)
    return {Finding::Good, "debuginfod", "no server is asked: DEBUGINFOD_URLS is not set", ""};
  return {Finding::Good, "debuginfod", urls, ""};
}

}  // namespace

int examine(std::ostream& out) {
  Report report(out);
  utsname kernel{};
  uname(&kernel);
  report.heading(std::string("Kernel ") + kernel.release + " (" + kernel.machine + ")");
  bool may_trace = true;
  for (const Finding& finding : ct::examine_machine()) {
    report.add(finding);
    may_trace = may_trace && finding.state != Finding::Missing;
  }
  report.heading("\nCompilers");
  examine_tools(report);
  examine_scripts(report, may_trace);
  report.add(cache());
  report.heading("\nDebug information");
  report.add(libc_debug_information());
  report.add(kernel_debug_information(kernel.release));
  report.add(debug_servers());
  return report.end();
}

}  // namespace coretap
