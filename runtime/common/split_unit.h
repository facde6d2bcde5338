// Units whose debug information is in a file of its own, as -gsplit-dwarf has it: the object keeps a skeleton, with the unit's
// addresses and its lines, and the name of a .dwo file (DWARF 5, 3.1.2 and 7.3.2; DWARF 4 with GNU's attributes).
//
// libdw opens that file itself, in the first of split_paths() in which the unit is that the skeleton means, and joins the two, so
// that addresses and location lists of the one are found by the other. It would open a FIFO or a device as well, whose names a
// damaged object may have; so it is asked only where each of the files is a regular one or not there.
// What libdw 0.188 does not know: packages (.dwp), .dwo sections in an object file (-gsplit-dwarf=single), and several sections of one
// name, which gcc makes of types in DWARF 5 (-fdebug-types-section).
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/common/dwarf_texts.h"
#include "runtime/common/regular_file.h"

namespace ct {

/// The .dwo file's name as a skeleton has it; nullptr if the unit is not a skeleton.
inline const char* split_name(Dwarf_Die* unit) {
  const char* file = die_text(unit, DW_AT_dwo_name);
  return file ? file : die_text(unit, DW_AT_GNU_dwo_name);
}

/// Where libdw looks for the .dwo file of a skeleton: beside the file `skeleton_file` that has the skeleton, and where it was
/// compiled.
inline std::vector<std::string> split_paths(Dwarf_Die* skeleton, const std::string& skeleton_file) {
  const char* name = split_name(skeleton);
  if (!name) return {};
  if (*name == '/') return {name};
  const std::string beside = skeleton_file.substr(0, skeleton_file.rfind('/') + 1);
  const char* compiled = die_text(skeleton, DW_AT_comp_dir);
  if (!compiled) return {beside + name};
  return {beside + name, (*compiled == '/' ? "" : beside) + std::string(compiled) + "/" + name};
}

/// The package of all .dwo files of a program, where dwp(1) puts it and gdb looks for it.
inline std::string package_path(const std::string& skeleton_file) { return skeleton_file + ".dwp"; }

/// Why the regular file at `path` has not the unit that a skeleton means. The end of a sentence about the file.
inline std::string why_not_of_unit(const std::string& path) {
  bool has_own = false;
  int split = 0;
  if (Result<int> fd = open_regular(path.c_str())) {
    if (Elf* elf = elf_begin(*fd, ELF_C_READ, nullptr)) {
      find_section(elf, [&](Elf_Scn*, const char* name, const GElf_Shdr&) {
        has_own = has_own || strcmp(name, ".debug_info") == 0;
        split += strcmp(name, ".debug_info.dwo") == 0;
        return false;
      });
      elf_end(elf);
    }
    close(*fd);
  }
  if (has_own && split > 0) return "an object file, in which it is not read (-gsplit-dwarf=single)";
  return split > 1 ? "which is not read, for it has sections of its own for types "
                     "(-fdebug-types-section)"
                   : "which is of another build, or damaged";
}

/// The unit of the .dwo file that a skeleton means. It lives as long as the skeleton's Dwarf. The failure is the file's name and
/// what is wrong with it: "'/dir/a.dwo', which is not there".
inline Result<Dwarf_Die> split_unit(Dwarf_Die* skeleton, const std::string& skeleton_file) {
  std::string found, last;
  for (const std::string& path : split_paths(skeleton, skeleton_file)) {
    struct stat status;
    last = path;
    if (stat(path.c_str(), &status) != 0) continue;
    if (!S_ISREG(status.st_mode)) return Status("'" + path + "', which is not a regular file");
    found = path;
  }
  if (found.empty()) {
    const std::string package = package_path(skeleton_file);
    const bool is_packed = access(package.c_str(), F_OK) == 0;
    return Status(Failure::Missing,
                  "'" + last + "', which is not there" +
                      (is_packed ? " (the package '" + package + "' is, but is not read)" : ""));
  }
  Dwarf_Die split{};
  if (dwarf_cu_info(skeleton->cu, nullptr, nullptr, nullptr, &split, nullptr, nullptr, nullptr) !=
          0 ||
      !split.addr)
    return Status("'" + found + "', " + why_not_of_unit(found));
  if (Status whole = check_texts(dwarf_getelf(dwarf_cu_getdwarf(split.cu))); !whole)
    return Status("'" + found + "', which is damaged: " + whole.text());
  return split;
}

}  // namespace ct
