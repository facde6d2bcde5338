// The reader of USDT marks, and of their arguments' operands.
#include "dwarf/elf_file.h"
#include "dwarf/usdt.h"
#include "harness.h"

namespace readers {

using namespace coretap::debug;

const std::vector<std::string_view> kSections = {".note.stapsdt", ".stapsdt.base"};

bool read_input(std::string_view input) {
  const MemoryFile object(input);
  auto opened = ElfFile::open(object.path());
  if (!opened) {
    must(!opened.failure().message.empty(), "what is refused has a reason");
    return false;
  }
  const UsdtMarks marks = read_usdt_marks(**opened);
  size_t arguments = 0;
  for (const UsdtMark& mark : marks.marks) {
    must(!mark.name.empty(), "a mark has a name");
    for (const UsdtArgument& argument : mark.arguments) {
      const VarLocation& location = argument.location;
      const bool is_value = location.kind == VarLocation::Value && location.expr;
      const bool is_refused = location.kind == VarLocation::Unsupported && !location.why.empty();
      must(is_value || is_refused, "an argument has a value or a reason");
      arguments += is_value;
    }
    must(mark.semaphore == 0 || marks.semaphores.count(mark.pc) != 0,
         "the semaphore of a mark is known by its address");
  }
  must(marks.marks.empty() || marks.hash != 0, "marks have a hash");
  return marks.damaged == 0 && arguments != 0;
}

}  // namespace readers
