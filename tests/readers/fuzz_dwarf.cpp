// The reader of DWARF: functions, statements, labels, calls, variables, their locations and types.
#include "one_file.h"
#include "tests/dwarf/ask_everything.h"

namespace readers {

using namespace coretap::debug;

const std::vector<std::string_view> kSections = {".debug_", ".gnu_debugaltlink"};

bool read_input(std::string_view input) {
  const Parts parts = parts_of(input);
  const MemoryFile object(parts.object);
  OneFile server(parts.separate);
  auto opened = Module::open(object.path(), {{}, &server});
  if (!opened) {
    must(!opened.failure().message.empty(), "what is refused has a reason");
    return false;
  }
  const Answers answers = ask_everything(**opened);
  return (*opened)->has_dwarf() && answers.sites != 0 && answers.variables != 0;
}

}  // namespace readers
