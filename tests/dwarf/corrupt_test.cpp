// Damaged files: truncated and with flipped bytes. Any answer will do, as long as there is one.
#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "ask_everything.h"
#include "debug_test.h"
#include "dwarf/btf.h"

namespace coretap::debug {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Opens and asks.
void exercise(const std::string& path) {
  auto opened = Module::open(path);
  if (opened)
    ask_everything(**opened);
  else
    EXPECT_FALSE(opened.failure().message.empty());
}

/// CORETAP_FUZZ_ROUNDS raises the number for long runs.
int rounds() {
  const char* text = getenv("CORETAP_FUZZ_ROUNDS");
  return text ? atoi(text) : 60;
}

class Corrupt : public testing::TestWithParam<Build> {};

TEST_P(Corrupt, TruncatedFiles) {
  std::string original = read_file(compile("variables.c", GetParam()));
  std::string path = work_directory() + "/truncated." + GetParam().name();
  for (int i = 0; i <= rounds() / 2; i++) {
    write_file(path, original.substr(0, original.size() * static_cast<size_t>(i) /
                                            static_cast<size_t>(rounds() / 2 + 1)));
    exercise(path);
  }
}

TEST_P(Corrupt, FlippedBytes) {
  std::string original = read_file(compile("variables.c", GetParam()));
  std::string path = work_directory() + "/flipped." + GetParam().name();
  std::mt19937 random(20240607);
  for (int round = 0; round < rounds(); round++) {
    std::string bytes = original;
    // A few bytes, anywhere behind the ELF identification: DWARF is most of the file.
    for (int flips = 1 << (round % 7); flips > 0; flips--)
      bytes[16 + random() % (bytes.size() - 16)] = static_cast<char>(random());
    write_file(path, bytes);
    exercise(path);
  }
}

/// Where the sizes of the functions of `path` are in the file, as numbers whose lower four bytes come first.
std::vector<size_t> places_of_sizes(const std::string& path) {
  std::vector<size_t> places;
  int file = open(path.c_str(), O_RDONLY);
  Dwarf* dwarf = dwarf_begin(file, DWARF_C_READ);
  Elf* elf = dwarf_getelf(dwarf);
  size_t names = 0;
  elf_getshdrstrndx(elf, &names);
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    gelf_getshdr(section, &header);
    if (std::string(elf_strptr(elf, names, header.sh_name)) != ".debug_info") continue;
    const char* begin = static_cast<const char*>(elf_getdata(section, nullptr)->d_buf);
    Dwarf_Die unit, child;
    size_t header_size = 0;
    for (Dwarf_Off at = 0, next = 0;
         dwarf_nextcu(dwarf, at, &next, &header_size, nullptr, nullptr, nullptr) == 0; at = next) {
      dwarf_offdie(dwarf, at + header_size, &unit);
      for (int rc = dwarf_child(&unit, &child); rc == 0; rc = dwarf_siblingof(&child, &child)) {
        Dwarf_Attribute size;
        if (dwarf_attr(&child, DW_AT_high_pc, &size) &&
            (dwarf_whatform(&size) == DW_FORM_data4 || dwarf_whatform(&size) == DW_FORM_data8))
          places.push_back(header.sh_offset +
                           static_cast<size_t>(reinterpret_cast<const char*>(size.valp) - begin));
      }
    }
  }
  dwarf_end(dwarf);
  close(file);
  return places;
}

/// Functions whose sizes the file gives as two gigabytes: nothing may go through them byte by byte.
TEST_P(Corrupt, FunctionsOfAnySize) {
  std::string path = compile("variables.c", GetParam()), bytes = read_file(path);
  std::vector<size_t> places = places_of_sizes(path);
  ASSERT_FALSE(places.empty());
  for (size_t place : places) memcpy(&bytes[place], "\xff\xff\xff\x7f", 4);
  path = work_directory() + "/sizes." + GetParam().name();
  write_file(path, bytes);
  exercise(path);
}

INSTANTIATE_TEST_SUITE_P(Compilers, Corrupt,
                         testing::ValuesIn(std::vector<Build>{{"gcc", "-O2 -gdwarf-5"},
                                                              {"gcc", "-O2 -gdwarf-4"},
                                                              {"clang", "-O1 -gdwarf-5"}}),
                         [](const auto& info) { return info.param.name(); });

/// A whole program, of a machine without a table of registers.
TEST(OtherMachine, IsRefusedByItsNumber) {
  std::string bytes = read_file(compile("counts.c", {"gcc", "-O1"}));
  ASSERT_GT(bytes.size(), sizeof(Elf64_Ehdr));
  const Elf64_Half machine = EM_S390;
  memcpy(&bytes[offsetof(Elf64_Ehdr, e_machine)], &machine, sizeof machine);
  const std::string path = work_directory() + "/other-machine";
  write_file(path, bytes);
  auto opened = Module::open(path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().message, "'" + path +
                                          "' is for machine type 22, which is not supported"
                                          " (only x86_64, i386 and aarch64)");
}

void touch(const Type& type, int depth) {
  type.spelling();
  type.byte_size();
  type.array_counts();
  type.enumerators();
  type.is_scalar();
  if (depth > 3) return;
  for (const Member& member : type.members())
    if (member.type) touch(*member.type, depth + 1);
  if (TypePtr target = type.target()) touch(*target, depth + 1);
}

TEST(CorruptBtf, NeverCrashes) {
  std::string original = read_file("/sys/kernel/btf/vmlinux");
  if (original.empty()) GTEST_SKIP() << "this kernel has no BTF";
  std::string path = work_directory() + "/btf";
  std::mt19937 random(1);
  for (int round = 0; round < 12; round++) {
    std::string bytes = original;
    if (round % 3 == 0) bytes.resize(random() % bytes.size());
    for (int flips = 0; flips < 40 && bytes.size() > 8; flips++)
      bytes[round % 2 ? random() % 24 : random() % bytes.size()] = static_cast<char>(random());
    write_file(path, bytes);
    auto opened = KernelBtf::open(path);
    if (!opened) {
      EXPECT_FALSE(opened.failure().text().empty());
      continue;
    }
    const std::shared_ptr<KernelBtf>& btf = *opened;
    btf->function("vfs_read");
    btf->functions("vfs_*");
    btf->tracepoint("sched_switch");
    if (TypePtr task = btf->type_named("struct task_struct")) touch(*task, 0);
  }
}

}  // namespace
}  // namespace coretap::debug
