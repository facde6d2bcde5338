#include "build/cache_place.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace coretap {

namespace {

/// The value of an environment variable that names a folder, if it can be the caller's: it is absolute,
/// and another user's folder is not there.
std::string own_folder(const char* variable) {
  const char* path = std::getenv(variable);
  if (!path || *path != '/') return "";  // the XDG specification has relative ones ignored
  struct stat status;
  if (stat(path, &status) == 0 && status.st_uid != geteuid()) return "";
  return path;
}

/// A home is never made: some accounts have one that must not be there, as nobody's /nonexistent.
bool is_there(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string home_of_password_database() {
  std::vector<char> buffer(1 << 14);
  passwd entry{}, *found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return "";
  return found->pw_dir ? found->pw_dir : "";
}

}  // namespace

std::string cache_folder_path() {
  if (const char* folder = std::getenv("CORETAP_CACHE_DIR"); folder && *folder) return folder;
  if (std::string folder = own_folder("XDG_CACHE_HOME"); !folder.empty())
    return folder + "/coretap";
  std::string home = own_folder("HOME");
  if (!is_there(home)) home = home_of_password_database();
  return is_there(home) ? home + "/.cache/coretap" : "";
}

}  // namespace coretap
