// The dynamic linker's search, by ld.so(8): for a library that an object needs, the object's DT_RPATH and those of the objects
// that brought it in, unless it has a DT_RUNPATH; its DT_RUNPATH; the cache that ldconfig made; the default folders. So a
// name is first looked for among all libraries that the program needs, directly or not, and then as dlopen(3) in the program
// would look for it: a library that is loaded later can be probed, for a probe is in the file.
//
// LD_LIBRARY_PATH is left out: ours is not that of the process. A process that is there shows what it has mapped.
#include "probes/find_library.h"

#include <elf.h>
#include <fnmatch.h>

#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "dwarf/dynamic.h"
#include "probes/families.h"
#include "support/file.h"

namespace coretap::probes {

namespace {

namespace fs = std::filesystem;

constexpr const char* kCache = "/etc/ld.so.cache";

/// What depends on the architecture: the folder of its libraries (Debian's multiarch, and that of other distributions), and
/// how the cache marks them (glibc, sysdeps/generic/ldconfig.h: FLAG_ELF_LIBC6 and FLAG_X8664_LIB64 or FLAG_AARCH64_LIB64;
/// i386 has no flag of its own). The linker of Debian's package libc6-i386 has $LIB as it is here.
struct Machine {
  uint16_t elf;
  const char* multiarch;
  const char* lib;  ///< $LIB
  const char* platform;
  const char* beside;  ///< the folder of its libraries beside those of other machines: /lib64
  int32_t cache_flags;
};
constexpr Machine kMachines[] = {
    {EM_X86_64, "x86_64-linux-gnu", "lib/x86_64-linux-gnu", "x86_64", "lib64", 0x0303},
    {EM_386, "i386-linux-gnu", "lib32", "i686", "lib32", 0x0003},
    {EM_AARCH64, "aarch64-linux-gnu", "lib/aarch64-linux-gnu", "aarch64", "lib64", 0x0a03},
};
#ifdef __aarch64__
constexpr const Machine& kOwn = kMachines[2];
#else
constexpr const Machine& kOwn = kMachines[0];
#endif

const Machine& machine_of(uint16_t elf) {
  for (const Machine& machine : kMachines)
    if (machine.elf == elf) return machine;
  return kOwn;
}

/// The cache as glibc writes it since 2.2 (elf/cache.c, struct cache_file_new): names to paths, the best first.
class LibraryCache {
 public:
  LibraryCache(const std::string& bytes, int32_t flags) {
    constexpr char kMagic[] = "glibc-ld.so.cache1.1";
    constexpr size_t kHeader = 48, kEntry = 24;
    // The older format may be in front of it.
    size_t start = bytes.find(kMagic);
    if (start == std::string::npos || bytes.size() - start < kHeader) return;
    std::string_view cache = std::string_view(bytes).substr(start);
    const uint32_t count = word(cache, 20);
    for (uint32_t i = 0; i < count && kHeader + (i + 1ul) * kEntry <= cache.size(); i++) {
      const size_t at = kHeader + i * kEntry;
      if (static_cast<int32_t>(word(cache, at)) != flags) continue;
      std::string name = text(cache, word(cache, at + 4)), path = text(cache, word(cache, at + 8));
      if (!name.empty() && !path.empty()) paths_.emplace(std::move(name), std::move(path));
    }
  }
  const std::map<std::string, std::string>& paths() const { return paths_; }

 private:
  static uint32_t word(std::string_view bytes, size_t at) {
    uint32_t value = 0;
    if (at + sizeof value <= bytes.size()) memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }
  static std::string text(std::string_view bytes, size_t at) {
    if (at >= bytes.size()) return "";
    std::string_view rest = bytes.substr(at);
    return std::string(rest.substr(0, rest.find('\0')));
  }
  std::map<std::string, std::string> paths_;
};

bool is_file(const std::string& path, Lookups& lookups) {
  lookups.file(path);
  std::error_code error;
  return fs::is_regular_file(path, error);
}

class LibrarySearch {
 public:
  LibrarySearch(const std::string& program, Lookups& lookups) : lookups_(lookups) {
    std::optional<debug::DynamicSection> dynamic;
    if (!program.empty()) dynamic = read(program);
    machine_ = dynamic ? &machine_of(dynamic->machine) : &kOwn;
    if (!dynamic) return;
    const Folders own = folders_of(*dynamic, program, {});
    folders_ = own.searched;
    load(*dynamic, own);
  }

  std::vector<std::string> find(const std::string& name) {
    std::vector<std::string> paths;
    for (const auto& [needed, path] : loaded_)
      if (fnmatch(name.c_str(), needed.c_str(), 0) == 0 ||
          fnmatch(name.c_str(), fs::path(path).filename().c_str(), 0) == 0)
        paths.push_back(path);
    if (!paths.empty()) return paths;
    if (!has_wildcard(name)) {
      std::string path = search(name, folders_);
      return path.empty() ? paths : std::vector<std::string>{path};
    }
    for (const std::vector<std::string>& folders : {folders_, default_folders()})
      for (const std::string& folder : folders)
        if (paths = lookups_.matches(folder + "/" + name); !paths.empty()) return paths;
    return {};
  }

 private:
  struct Folders {
    std::vector<std::string> searched;   ///< for what the object needs
    std::vector<std::string> inherited;  ///< DT_RPATH of it and of those that brought it in
  };

  std::optional<debug::DynamicSection> read(const std::string& path) {
    lookups_.file(path);
    return debug::read_dynamic(path);
  }

  Folders folders_of(const debug::DynamicSection& dynamic, const std::string& path,
                     const std::vector<std::string>& inherited) const {
    Folders folders;
    if (dynamic.runpath.empty())
      for (const std::string& folder : dynamic.rpath)
        folders.inherited.push_back(expanded(folder, path));
    folders.inherited.insert(folders.inherited.end(), inherited.begin(), inherited.end());
    if (dynamic.runpath.empty()) folders.searched = folders.inherited;
    for (const std::string& folder : dynamic.runpath)
      folders.searched.push_back(expanded(folder, path));
    return folders;
  }

  std::string expanded(const std::string& folder, const std::string& object) const {
    std::error_code error;
    const std::map<std::string, std::string> values = {
        {"ORIGIN", fs::canonical(object, error).parent_path().string()},
        {"LIB", machine_->lib},
        {"PLATFORM", machine_->platform}};
    static const std::regex token(R"(\$(?:\{(\w+)\}|(\w+)))");
    std::string text;
    size_t done = 0;
    for (std::sregex_iterator it(folder.begin(), folder.end(), token), end; it != end; ++it) {
      auto value = values.find((*it)[1].str() + (*it)[2].str());
      if (value == values.end()) continue;
      const auto at = static_cast<size_t>(it->position());
      text += folder.substr(done, at - done) + value->second;
      done = at + static_cast<size_t>(it->length());
    }
    return text + folder.substr(done);
  }

  /// All libraries that the object needs, breadth first, as the linker loads them: the first of a name serves all.
  void load(const debug::DynamicSection& program, const Folders& own) {
    struct Object {
      debug::DynamicSection dynamic;
      Folders folders;
    };
    std::vector<Object> objects{{program, own}};
    std::set<std::string> known;
    constexpr size_t kMost = 4096;  // of damaged files
    for (size_t i = 0; i < objects.size() && i < kMost; i++) {
      const std::vector<std::string> needed = objects[i].dynamic.needed;
      for (const std::string& name : needed) {
        if (!known.insert(name).second) continue;
        std::string path = search(name, objects[i].folders.searched);
        if (path.empty()) continue;
        loaded_.emplace_back(name, path);
        std::optional<debug::DynamicSection> dynamic = read(path);
        if (!dynamic) continue;
        Folders folders = folders_of(*dynamic, path, objects[i].folders.inherited);
        objects.push_back({std::move(*dynamic), std::move(folders)});
      }
    }
  }

  std::string search(const std::string& name, const std::vector<std::string>& folders) {
    if (name.find('/') != std::string::npos) return is_file(name, lookups_) ? name : "";
    for (const std::string& folder : folders)
      if (is_file(folder + "/" + name, lookups_)) return folder + "/" + name;
    auto cached = cache().find(name);
    if (cached != cache().end() && is_file(cached->second, lookups_)) return cached->second;
    for (const std::string& folder : default_folders())
      if (is_file(folder + "/" + name, lookups_)) return folder + "/" + name;
    return "";
  }

  const std::map<std::string, std::string>& cache() {
    if (!cache_) {
      lookups_.file(kCache);
      // Without one, the folders are left.
      cache_.emplace(read_file(kCache).value_or(""), machine_->cache_flags);
    }
    return cache_->paths();
  }

  std::vector<std::string> default_folders() const {
    const std::string multiarch = machine_->multiarch, beside = machine_->beside;
    return {"/lib/" + multiarch, "/usr/lib/" + multiarch, "/" + beside,
            "/usr/" + beside,    "/usr/local/lib",        "/lib",
            "/usr/lib"};
  }

  Lookups& lookups_;
  const Machine* machine_ = &kOwn;
  std::vector<std::string> folders_;                         ///< the program's own
  std::vector<std::pair<std::string, std::string>> loaded_;  ///< name and path
  std::optional<LibraryCache> cache_;
};

}  // namespace

std::vector<std::string> find_library(const std::string& name, const std::string& program,
                                      int64_t pid, Lookups& lookups) {
  if (name.find('/') != std::string::npos)
    return has_wildcard(name) ? lookups.matches(name) : std::vector<std::string>{name};
  if (pid != 0)
    if (std::string mapped = lookups.library(pid, name); !mapped.empty()) return {mapped};
  return LibrarySearch(program, lookups).find(name);
}

}  // namespace coretap::probes
