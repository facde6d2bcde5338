// What is known of a file that processes have mapped as code: its symbols, its rules for unwinding, its lines. Files are
// opened when they are first asked about, and shared by all processes; the vdso is read from our own memory, for the kernel
// gives every 64-bit process the same.
#pragma once

#include <elfutils/libdw.h>
#include <libelf.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/shared/abi.h"

namespace ct {

class MappedFile {
 public:
  struct Symbol {
    u64 address, size;
    const char* name;  ///< as the file has it, mangled
    bool
        is_label;  ///< of hand-written code: nobody says how long it is, so it is up to the next symbol
  };
  /// A place in the source. `line` is 0 where only the file is known.
  struct Line {
    std::string file;
    int line = 0;
  };
  /// A function that was inlined, and where it was called.
  struct Inlined {
    std::string function;
    Line call;
  };

  /// `path` is as the process has it; "" is memory of no file, such as code that a JIT compiler made.
  MappedFile(std::string path, u64 inode) : path_(std::move(path)), inode_(inode) {}
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  u64 inode() const { return inode_; }

  /// Opens the file if it is not open. Process `pid` has it mapped at `start` to `end` since `since_ns` (CLOCK_MONOTONIC; 0:
  /// before the session), which tells whether the file of that name is still the same one. False: it cannot be had; see
  /// why_not().
  bool open(u32 pid, u64 start, u64 end, u64 since_ns);
  const std::string& why_not() const { return why_not_; }

  /// The address that the file's own tables use, of the byte at `offset` in the file. False: it is in no segment.
  bool address_of(u64 offset, u64& address) const;
  /// Bytes from the first to the last address of its segments.
  u64 extent() const;
  /// Address, by the file's own tables, of the first page that a process has mapped of it.
  u64 first_page() const;
  /// Lower-case hex; "" if it has none.
  std::string build_id() const;

  /// The rules of .eh_frame, or else of .debug_frame, for an address; null if there are none. They are this object's, and
  /// good until the next call.
  Dwarf_Frame* rules(u64 address);

  /// Is the instruction at an address the jump with which an entry of the procedure linkage table begins, or the endbr64 in
  /// front of it? (Of x86-64; what a lazy entry goes on with changes the stack.)
  bool is_jump_of_plt(u64 address) const;

  /// The symbol that an address is in, or null.
  const Symbol* symbol(u64 address);
  bool line(u64 address, Line& line);
  /// The functions that were inlined at an address, innermost first; `line` of the address is in the first one.
  std::vector<Inlined> inlined(u64 address);

 private:
  bool open_vdso();
  bool accept(int fd);
  void read_segments();
  void read_symbols();
  void add_symbols(Elf* elf);
  void open_debug_file();
  void open_dwarf();
  Dwarf_Frame* find_rules(u64 address);
  void forget_rules();
  std::string debug_path(const std::string& directory) const;
  Dwarf_Die* unit_of(u64 address, Dwarf_Die& die);

  struct Segment {
    u64 offset, size, address;
  };
  std::string path_, why_not_;
  std::string dwarf_path_;  ///< of the file that `dwarf_` reads
  u64 inode_;
  u32 refused_to_ = 0;  ///< the process for which open() failed
  int fd_ = -1, debug_fd_ = -1;
  Elf* elf_ = nullptr;
  Elf* debug_elf_ = nullptr;
  Dwarf* dwarf_ = nullptr;
  Dwarf_CFI* eh_frame_ = nullptr;
  bool has_symbols_ = false, has_looked_for_debug_ = false, has_looked_for_dwarf_ = false;
  bool has_looked_for_cfi_ = false;
  std::vector<Segment> segments_;
  std::vector<Symbol> symbols_;
  std::unordered_map<u64, Dwarf_Frame*>
      rules_;  ///< by address: the same calls come again and again
};

/// `name` as the source has it.
std::string demangled(const char* name);

}  // namespace ct
