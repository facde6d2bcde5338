// The readers of .eh_frame and .debug_frame: the unwinder of user stacks with the symbols and lines of frames, the canonical
// frame address and the return addresses of callers, and the landing pads of exceptions.
#include <unistd.h>

#include <cstring>
#include <memory>

#include "dwarf/elf_file.h"
#include "dwarf/landing_pads.h"
#include "harness.h"
#include "runtime/user/stacks/unwind.h"

namespace readers {

const std::vector<std::string_view> kSections = {".eh_frame", ".gcc_except_table", ".debug_frame"};

namespace {

constexpr u64 kBias = 0x550000000000, kStack = 0x7ffc00001000, kStep = 8;
constexpr size_t kWords = 64;
constexpr unsigned kMostFrames = 20;

/// A stack that was copied: words that are addresses of code, and words that are addresses of the stack itself.
struct Record {
  ct_rec_ustack head = {};
  u64 memory[kWords];

  Record(u64 pc, u64 code_size) {
    head.hdr.pid = static_cast<u32>(getpid());
    head.state = CT_USTACK_COPIED;
    head.copied = sizeof memory;
    head.sp = kStack;
    head.pc = pc;
    for (size_t i = 0; i < kWords; i++)
      memory[i] = i % 2 != 0 ? kBias + i * 0x51 % code_size : kStack + i * sizeof(u64);
    for (unsigned i = 0; i < CT_USTACK_REGISTERS; i++) head.regs[i] = memory[i];
    constexpr unsigned kStackPointer = 7;
    head.regs[kStackPointer] = kStack;
  }
};

/// The number of callers that were found.
size_t unwind_from_everywhere(const MemoryFile& object, size_t size) {
  auto file = std::make_shared<ct::MappedFile>(object.path(), object.inode());
  ct::AddressSpace space;
  ct::put_mapping(space, kBias, {kBias + size, 0, 0, file});
  size_t callers = 0;
  for (u64 offset = 0; offset < size; offset += kStep) {
    const Record record(kBias + offset, size);
    const ct::UserStack stack = ct::unwind(record.head, &space, kMostFrames);
    must(!stack.frames.empty() && stack.frames.size() <= kMostFrames,
         "a stack has a first frame, and no more than asked for");
    callers += stack.frames.size() - 1;
    u64 address = 0;
    if (!file->address_of(offset, address)) continue;
    const ct::MappedFile::Symbol* symbol = file->symbol(address);
    if (!symbol) continue;
    ct::demangled(symbol->name);
    ct::MappedFile::Line line;
    file->line(address, line);
    file->inlined(address);
  }
  file->build_id();
  file->extent();
  file->first_page();
  return callers;
}

/// What the compiler asks of the same tables.
void ask_module(const coretap::debug::Module& module) {
  for (const auto& function : module.functions("*", "", false)) {
    const u64 pc = function.entry_pc;
    module.exits(pc);
    for (u64 at = pc; at < pc + 32; at++) {
      module.cfa_at(at);
      (void)module.return_slots(at, {pc + 1, pc + kStep});
    }
  }
}

}  // namespace

bool read_input(std::string_view input) {
  using namespace coretap::debug;
  const MemoryFile object(input);
  size_t callers = unwind_from_everywhere(object, input.size());
  auto file = ElfFile::open(object.path());
  if (!file) return false;
  const LandingPads pads(**file);
  for (u64 pad : pads.in(0x100, 0x2000))
    must(pad >= 0x100 && pad < 0x2000, "a pad is in the range");
  pads.has_area(0, UINT64_MAX);
  if (auto module = Module::open(object.path(), {{}, nullptr})) ask_module(**module);
  return callers != 0 || pads.any();
}

}  // namespace readers
