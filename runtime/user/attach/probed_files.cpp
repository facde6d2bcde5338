#include "probed_files.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "runtime/common/regular_file.h"
#include "runtime/common/terminal.h"
#include "runtime/shared/code_hash.h"
#include "runtime/user/kernel/build_id.h"

namespace ct {
namespace {

/// Adds what the file holds there; false if it is shorter or cannot be read.
bool add_bytes(int fd, FunctionCode::Range range, std::vector<char>& buffer, CodeHash& hash) {
  while (range.size != 0) {
    size_t wanted = std::min<u64>(range.size, buffer.size());
    ssize_t got = pread(fd, buffer.data(), wanted, static_cast<off_t>(range.offset));
    if (got <= 0) return false;
    hash.add(buffer.data(), static_cast<size_t>(got));
    range.offset += static_cast<u64>(got);
    range.size -= static_cast<u64>(got);
  }
  return true;
}

/// Does the file hold these bytes, in these places?
bool holds(int fd, const FunctionCode& code) {
  constexpr size_t kChunk = 65536;
  std::vector<char> buffer(kChunk);
  CodeHash hash;
  for (u32 i = 0; i < code.range_count; ++i)
    if (!add_bytes(fd, code.ranges[i], buffer, hash)) return false;
  return hash.value() == code.hash;
}

/// Can a process come by the probes in an open file? Fails if what it has mapped by this path is
/// another file; not if that is not mapped (yet), or cannot be told.
Status check_process(s64 pid, const std::string& path, int fd) {
  const std::string process = "/proc/" + std::to_string(pid);
  FILE* maps = fopen((process + "/maps").c_str(), "re");
  if (!maps && errno == ENOENT) return Status("there is no process " + std::to_string(pid));
  if (!maps) return {};
  struct stat wanted = {}, mapped = {};
  bool is_other = false, is_same = fstat(fd, &wanted) != 0;
  char line[8192], range[64];
  while (!is_same && fgets(line, sizeof line, maps)) {
    const char* name = strchr(line, '/');
    if (!name || strncmp(name, path.c_str(), path.size()) != 0) continue;
    const std::string rest = name + path.size();
    if ((rest != "\n" && rest != " (deleted)\n") || sscanf(line, "%63s", range) != 1) continue;
    if (stat((process + "/map_files/" + range).c_str(), &mapped) != 0) continue;
    is_same = mapped.st_dev == wanted.st_dev && mapped.st_ino == wanted.st_ino;
    is_other = true;
  }
  fclose(maps);
  if (is_same || !is_other) return {};
  return Status("process " + std::to_string(pid) + " does not run " + path +
                " as it is now: the file was replaced after the process had started");
}

const char kCompileAgain[] = "; compile the script again on this machine";

}  // namespace

ProbedFiles::~ProbedFiles() {
  for (const auto& [path, file] : files_)
    if (file.fd >= 0) close(file.fd);
}

ProbedFiles::File& ProbedFiles::file(const char* path) {
  auto [known, is_new] = files_.try_emplace(path);
  File& file = known->second;
  if (!is_new) return file;
  Result<int> opened = open_regular(path);
  if (!opened) {
    file.opened = opened.failure().reworded(terminal_safe(path) + " " + opened.failure().text());
    return file;
  }
  file.fd = *opened;
  elf_version(EV_CURRENT);
  Elf* elf = elf_begin(file.fd, ELF_C_READ_MMAP, nullptr);
  if (elf && elf_kind(elf) == ELF_K_ELF) {
    file.build_id = build_id_of(elf);
    file.layout = segment_layout(elf);
    file.marks = marks_hash(elf);
  } else {
    file.opened = Status(terminal_safe(path) + " is not an ELF file");
  }
  if (elf) elf_end(elf);
  return file;
}

Status ProbedFiles::compare(const Site& site, const File& file) {
  const std::string path = terminal_safe(site.target);
  if (!file.opened) return file.opened;
  const std::string other = path + " is another build than the one this was compiled for (";
  if (file.build_id != site.build_id)
    return Status(other + "build-id " + (file.build_id.empty() ? "missing" : file.build_id) +
                  ", expected " + (*site.build_id ? site.build_id : "none") + ")" + kCompileAgain);
  const FunctionCode& code = *site.code;
  const std::string function =
      *code.name ? "function '" + terminal_safe(code.name) + "'" : "the code at the probe";
  if (!holds(file.fd, code))
    return Status(path + ": " + function +
                  " is not the one this was compiled for (its code differs)" + kCompileAgain);
  if (code.layout != 0 && code.layout != file.layout)
    return Status(other + "it has no build-id, and its segments differ)" + kCompileAgain);
  if (code.marks != 0 && code.marks != file.marks)
    return Status(other + "what it says of its USDT marks differs)" + kCompileAgain);
  return {};
}

Status ProbedFiles::check_kernel(const Site& site) {
  const std::string module = site.module;
  auto [known, is_new] = kernel_build_ids_.try_emplace(module);
  std::string& id = known->second;
  if (is_new) id = module.empty() ? kernel_build_id() : module_build_id(module);
  if (id == site.build_id) return {};
  const std::string name = module.empty() ? "this kernel" : "module '" + module + "'";
  if (!module.empty() && access(("/sys/module/" + module).c_str(), F_OK) != 0)
    return Status(name + " is not loaded");
  return Status(name + " is another build than the one this was compiled for (build-id " +
                (id.empty() ? "missing" : id) + ", expected " + site.build_id +
                "); compile the script again with " +
                (module.empty() ? "this kernel's" : "this module's") + " debug information");
}

Status ProbedFiles::check(const Site& site) {
  if (!is_bound(site)) return {};
  if (!site.code) return check_kernel(site);
  auto [known, is_new] = checked_.try_emplace(site.code);
  if (!is_new) return known->second;
  const File& found = file(site.target);
  known->second = compare(site, found);
  if (known->second && site.pid != 0)
    known->second = check_process(site.pid, site.target, found.fd);
  return known->second;
}

std::string ProbedFiles::path(const Site& site) {
  const File& found = file(site.target);
  return found.fd < 0 ? site.target : "/proc/self/fd/" + std::to_string(found.fd);
}

}  // namespace ct
