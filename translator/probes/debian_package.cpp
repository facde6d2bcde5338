// What is known of Debian's debug symbols:
//
// - Since Debian 9 debhelper makes a package NAME-dbgsym of nearly every package NAME with programs or libraries, and puts it into
//   an archive of its own, debian-debug (wiki.debian.org/AutomaticDebugPackages).
// - A few packages keep one that is made by hand, NAME-dbg, in the main archive: see of_main_archive().
//
// Since /lib is a link to /usr/lib, a file may be in dpkg's lists under either name.
#include "probes/debian_package.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "support/process.h"

namespace coretap::probes {
namespace {

constexpr const char* kDpkgQuery = "/usr/bin/dpkg-query";

/// The package that has a file, without its architecture; "" if none has.
std::string owner_of(const std::string& path) {
  Job job = start({{kDpkgQuery, "-S", path}, Input::None, -1, 0, ""});
  const JobResult result = finish(job);
  if (result.exit_code != 0) return "";
  // "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6"; lines of diversions begin otherwise.
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) {
    const std::string end = ": " + path;
    if (!line.ends_with(end) || line.starts_with("diversion by ")) continue;
    const std::string packages = line.substr(0, line.size() - end.size());
    return packages.substr(0, packages.find_first_of(":,"));
  }
  return "";
}

/// The value of a line NAME=VALUE of /etc/os-release.
std::string release_value(const std::string& name) {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name + "=")) continue;
    std::string value = line.substr(name.size() + 1);
    std::erase(value, '"');
    return value;
  }
  return "";
}

/// Python's packages, as python3.11-minimal and libpython3.11-stdlib: the version, or "".
std::string python_version(const std::string& package, const std::string& start) {
  if (!package.starts_with(start)) return "";
  const std::string rest = package.substr(start.size());
  return rest.substr(0, rest.find_first_not_of("0123456789."));
}

/// The package of the main archive with the debug symbols of a package, as far as that is known; or "".
std::string of_main_archive(const std::string& package) {
  if (package == "libc6") return "libc6-dbg";
  if (std::string version = python_version(package, "python3."); !version.empty())
    return "python3." + version + "-dbg";
  if (std::string version = python_version(package, "libpython3."); !version.empty())
    return "libpython3." + version + "-dbg";
  return "";
}

}  // namespace

std::string debug_package_hint(const std::string& path) {
  if (access(kDpkgQuery, X_OK) != 0) return "";
  std::string package = owner_of(path);
  if (package.empty() && path.starts_with("/usr/")) package = owner_of(path.substr(4));
  if (package.empty()) return "";
  const std::string from = "it is from Debian's package " + package + ": ";
  if (std::string known = of_main_archive(package); !known.empty())
    return from + "apt-get install " + known;
  const std::string codename = release_value("VERSION_CODENAME");
  const bool is_debian = release_value("ID") == "debian" && !codename.empty();
  return from + "its debug symbols are in " + package + "-dbgsym" +
         (is_debian ? ", of the archive \"deb http://deb.debian.org/debian-debug " + codename +
                          "-debug main\""
                    : "");
}

}  // namespace coretap::probes
