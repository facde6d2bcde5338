#include "current_program.h"

namespace ct {
namespace {

const Program* g_program = nullptr;

}  // namespace

void set_current_program(const Program& program) { g_program = &program; }
const Program& current_program() { return *g_program; }

}  // namespace ct
