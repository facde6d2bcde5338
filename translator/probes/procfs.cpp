// procfs("PATH").read and .write: files that the session serves while it runs (runtime/user/run/served_files.h). The handler of
// a .read makes what a reader gets, that of a .write takes what was written; both know it as $value, which
// analyse/file_value.cpp makes calls of. PATH "__stdin" is the session's standard input: input.char and input.line.
#include <algorithm>

#include "probes/families.h"

namespace coretap::probes {

namespace {

constexpr const char* kDefaultPath = "command";  // stap's
constexpr uint32_t kOwnerOnly = 077;
constexpr uint64_t kMostBytes = 1 << 30;

/// Folders and names with '/' between them: no empty one, and none that leads elsewhere.
bool is_plain_path(const std::string& path) {
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    std::string name = path.substr(begin, end - begin);
    if (name.empty() || name == "." || name == ".." || name.size() > 255) return false;
    begin = end + 1;
  }
  return true;
}

/// Is `path` inside of what would have to be a folder `folder`?
bool is_inside(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.compare(0, folder.size(), folder) == 0 &&
         path[folder.size()] == '/';
}

/// Is the file at odds with one of the probes before? Reports it.
bool clashes(const ir::ServedFile& file, ir::UserEvent event, const Span& at,
             ResolveContext& context) {
  for (const auto& [other, other_event] : context.files) {
    if (event == ir::UserEvent::FileRead && other_event == event && file.path == other.path) {
      context.diagnostics.semantic_error(
          "procfs-twice", at,
          "only one read procfs probe can exist for procfs path \"" + file.path + "\"");
      return true;
    }
    if (is_inside(file.path, other.path) || is_inside(other.path, file.path)) {
      const std::string& shorter = std::min(file.path, other.path);
      context.diagnostics.semantic_error(
          "procfs-path", at, "\"" + shorter + "\" cannot be a file and a folder of other files");
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<ResolvedProbe> resolve_procfs(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent& head = point.components.front();
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.side = ir::Side::User;
  probe.file.path = head.string_arg.value_or(kDefaultPath);
  probe.event = has_component(point, "read") ? ir::UserEvent::FileRead : ir::UserEvent::FileWrite;
  if (!is_plain_path(probe.file.path)) {
    context.diagnostics
        .semantic_error("procfs-path", head.span,
                        "\"" + probe.file.path + "\" is not a path for a procfs probe")
        .hint(
            "it is within the session's folder: names with '/' between them, without '.' and '..'");
    return {};
  }
  probe.file.umask = kOwnerOnly;
  if (const ast::ProbeComponent* umask = find_component(point, "umask"))
    probe.file.umask = static_cast<uint32_t>(*umask->number_arg) & 0777;
  if (const ast::ProbeComponent* size = find_component(point, "maxsize")) {
    if (*size->number_arg <= 0 || *size->number_arg > static_cast<int64_t>(kMostBytes)) {
      context.diagnostics.semantic_error(
          "procfs-maxsize", size->span,
          "a procfs probe's maxsize must be between 1 and " + std::to_string(kMostBytes));
      return {};
    }
    probe.file.capacity = static_cast<uint64_t>(*size->number_arg);
  }
  if (clashes(probe.file, probe.event, head.span, context)) return {};
  context.files.emplace_back(probe.file, probe.event);
  probe.scope = make_no_scope("a procfs probe has only $value");
  return {probe};
}

}  // namespace coretap::probes
