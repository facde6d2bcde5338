// Where debug information is looked for that is not in the object itself, in this order; the first that fits is taken:
//   1. <root>/.build-id/xx/yyyy.debug for each root, if the object has a build-id;
//   2. the file that .gnu_debuglink names: beside the object, in .debug/ beside it, and under
//      <root>/<directory of the object>; its CRC must be the recorded one;
//   3. servers, by the build-id (probes/debuginfod.h).
// A separate file with another build-id than the object's is never used: its addresses would lie.
// dwz moves what several files share into an alternate file; .gnu_debugaltlink names it by path
// and build-id. Without it, references into it fail one by one, and what needs them is unnamed.
#include "dwarf/debug_files.h"

#include <elfutils/libdwelf.h>

#include <cstdio>
#include <cstring>

namespace coretap::debug {
namespace {

std::string directory_of(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string build_id_path(const std::string& root, const std::string& id) {
  return root + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug";
}

std::string crc_text(uint32_t crc) {
  char text[16];
  std::snprintf(text, sizeof text, "%08x", crc);
  return text;
}

}  // namespace

std::unique_ptr<ElfFile> DebugFiles::open_if_fits(const std::string& path, const ElfFile& object,
                                                  std::optional<uint32_t> crc) {
  looked_at_.push_back(path);
  error_.tried.push_back(path);
  auto reject = [&](const std::string& why) {
    error_.rejected.push_back("'" + path + "' does not fit: " + why);
    return nullptr;
  };
  auto opened = ElfFile::open(path);
  if (!opened) {
    if (opened.failure().kind == LoadError::NotFound) return nullptr;
    return reject(opened.failure().message);
  }
  std::unique_ptr<ElfFile> file = *std::move(opened);
  if (file->path() == object.path()) return nullptr;
  if (!file->has_debug_info()) return reject("there is no debug information in it");
  if (!object.build_id().empty() && !file->build_id().empty() &&
      file->build_id() != object.build_id())
    return reject("it is of another build (its build-id is " + file->build_id() + ", that of '" +
                  object.path() + "' is " + object.build_id() + ")");
  if (!crc) return file;
  const std::optional<uint32_t> own = file_crc32(path);
  if (!own) return reject("it cannot be read");
  if (*own != *crc)
    return reject("its checksum is " + crc_text(*own) + ", and the .gnu_debuglink of '" +
                  object.path() + "' asks for " + crc_text(*crc));
  return file;
}

/// The path of what a server has, or "" after noting why there is nothing. `of`: whose it is.
std::string DebugFiles::ask_server(const std::string& build_id, const std::string& of) {
  if (!places_.server || build_id.empty()) return "";
  ct::Result<std::string> found = places_.server->find(build_id);
  if (found) return *found;
  const ct::Status& failure = found.failure();
  if (failure.category() != ct::Failure::Missing)
    notices_.push_back("the debug information of '" + of + "' was not fetched: " + failure.text());
  else if (!failure.text().empty())
    error_.rejected.push_back(failure.text());
  return "";
}

std::unique_ptr<ElfFile> DebugFiles::find(const ElfFile& object,
                                          const std::function<ct::Status(const ElfFile&)>& use) {
  auto take = [&](const std::string& path, std::optional<uint32_t> crc, bool needs_id = false) {
    std::unique_ptr<ElfFile> file = open_if_fits(path, object, crc);
    if (file && needs_id && file->build_id() != object.build_id()) {
      error_.rejected.push_back("'" + path + "' does not fit: it has no build-id");
      return std::unique_ptr<ElfFile>();
    }
    if (!file) return file;
    if (ct::Status used = use(*file); !used) {
      error_.rejected.push_back("the debug information in '" + path +
                                "' is damaged: " + used.text());
      file = nullptr;
    }
    return file;
  };
  if (object.build_id().size() > 2)
    for (const std::string& root : places_.roots)
      if (auto file = take(build_id_path(root, object.build_id()), std::nullopt)) return file;
  GElf_Word crc = 0;
  const char* link = dwelf_elf_gnu_debuglink(object.elf(), &crc);
  if (link && *link && !strchr(link, '/')) {
    const std::string directory = directory_of(object.path());
    std::vector<std::string> candidates{directory + "/" + link, directory + "/.debug/" + link};
    for (const std::string& root : places_.roots)
      candidates.push_back(root + directory + "/" + link);
    for (const std::string& candidate : candidates)
      if (auto file = take(candidate, crc)) return file;
  }
  const std::string path = ask_server(object.build_id(), object.path());
  if (path.empty()) return nullptr;
  const size_t before = error_.rejected.size();
  if (auto file = take(path, std::nullopt, true)) return file;
  notices_.push_back("what a debuginfod server sent for '" + object.path() + "' was not used: " +
                     (error_.rejected.size() > before ? error_.rejected.back()
                                                      : "'" + path + "' is not a separate file"));
  return nullptr;
}

std::unique_ptr<ElfFile> DebugFiles::find_alternate(Dwarf* dwarf, const ElfFile& file) {
  const char* name = nullptr;
  const void* id_bytes = nullptr;
  const ssize_t id_length = dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &id_bytes);
  if (id_length <= 0 || !name) return nullptr;
  const std::string id = to_hex(id_bytes, static_cast<size_t>(id_length));
  std::vector<std::string> candidates;
  candidates.push_back(*name == '/' ? name : directory_of(file.path()) + "/" + name);
  for (const std::string& root : places_.roots) {
    if (id.size() > 2) candidates.push_back(build_id_path(root, id));
    if (*name == '/') candidates.push_back(root + name);
    if (const char* dwz = strstr(name, ".dwz/")) candidates.push_back(root + "/" + dwz);
  }
  auto open = [&](const std::string& path) {
    looked_at_.push_back(path);
    std::unique_ptr<ElfFile> alternate =
        ElfFile::open(path, ElfFile::Purpose::DebugInfo).value_or(nullptr);
    return alternate && alternate->build_id() == id ? std::move(alternate) : nullptr;
  };
  for (const std::string& path : candidates)
    if (auto alternate = open(path)) return alternate;
  const std::string fetched = ask_server(id, file.path());
  if (!fetched.empty())
    if (auto alternate = open(fetched)) return alternate;
  notices_.push_back("a part of the debug information of '" + file.path() +
                     "' is missing: dwz moved it to '" + candidates.front() + "' (build-id " + id +
                     "); names and types that are there are not known");
  return nullptr;
}

}  // namespace coretap::debug
