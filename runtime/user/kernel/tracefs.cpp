// tracefs is often not mounted in containers and minimal systems. A mount made with fsopen() and
// fsmount() (Linux 5.2) belongs to a file descriptor only: nobody sees it and it goes when the
// descriptor is closed. Older kernels: the mounted one, or a message that says what to mount.
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace ct {
namespace {

int open_tracefs() {
  for (const char* path : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && faccessat(fd, "events", F_OK, 0) == 0) return fd;
    if (fd >= 0) close(fd);
  }
  int context = static_cast<int>(syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC));
  if (context < 0) return -1;
  int mount = -1;
  if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
    mount = static_cast<int>(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0));
  int saved = errno;
  close(context);
  errno = saved;
  return mount;
}

/// The root of tracefs, or -1.
int tracefs_root() {
  static const int root = open_tracefs();
  return root;
}

}  // namespace

Result<int> tracepoint_id(const std::string& name) {
  if (tracefs_root() < 0) {
    if (access("/sys/kernel/tracing/events", F_OK) != 0 && errno == EACCES)
      return Status("this user may not read tracefs (/sys/kernel/tracing)");
    return Status(
        "tracefs is not mounted and cannot be: mount -t tracefs tracefs /sys/kernel/tracing");
  }
  std::string path = "events/" + name + "/id";
  std::replace(path.begin(), path.end(), ':', '/');
  int fd = openat(tracefs_root(), path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return Status(Failure::Missing, "this kernel has no such tracepoint", errno);
  if (fd < 0) {
    Status failure = Status::of_errno(errno, "cannot read its number: ");
    if (failure.code() != EACCES) return failure;
    return failure.reworded(failure.text() +
                            " (tracefs is for root: CAP_DAC_READ_SEARCH lets others read it)");
  }
  char text[32] = {};
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n > 0) return atoi(text);
  return Status("cannot read its number");
}

const std::map<std::string, std::string>& trace_event_systems() {
  static const std::map<std::string, std::string> systems = [] {
    namespace fs = std::filesystem;
    std::map<std::string, std::string> found;
    if (tracefs_root() < 0) return found;
    std::error_code error;
    // The name of a descriptor's folder: a private mount has no other.
    fs::path events = "/proc/self/fd/" + std::to_string(tracefs_root()) + "/events";
    for (const auto& system : fs::directory_iterator(events, error)) {
      std::error_code inner;
      if (!system.is_directory(inner)) continue;
      for (const auto& event : fs::directory_iterator(system.path(), inner))
        if (event.is_directory(inner))
          found.emplace(event.path().filename().string(), system.path().filename().string());
    }
    return found;
  }();
  return systems;
}

std::vector<TraceField> trace_event_fields(const std::string& system, const std::string& event) {
  std::vector<TraceField> fields;
  const int fd = openat(tracefs_root(), ("events/" + system + "/" + event + "/format").c_str(),
                        O_RDONLY | O_CLOEXEC);
  FILE* format = fd >= 0 ? fdopen(fd, "r") : nullptr;
  // "\tfield:const char * filename;\toffset:16;…", in a paragraph of its own behind the common fields.
  char declaration[256];
  for (char line[1024]; format && fgets(line, sizeof line, format);) {
    if (sscanf(line, " field:%255[^;];", declaration) != 1) continue;
    const std::string text = declaration;
    const size_t space = text.rfind(' ');
    if (space == std::string::npos || text.compare(space + 1, 7, "common_") == 0) continue;
    fields.push_back({text.substr(0, space), text.substr(space + 1)});
  }
  if (format) fclose(format);
  return fields;
}

const std::set<std::string>& traceable_functions() {
  static const std::set<std::string> functions = [] {
    std::set<std::string> names;
    int fd = openat(tracefs_root(), "available_filter_functions", O_RDONLY | O_CLOEXEC);
    FILE* list = fd >= 0 ? fdopen(fd, "r") : nullptr;
    char name[512];
    // "name" or "name [module]" in each line
    while (list && fscanf(list, "%511s%*[^\n]", name) == 1) names.insert(name);
    if (list) fclose(list);
    return names;
  }();
  return functions;
}

}  // namespace ct
