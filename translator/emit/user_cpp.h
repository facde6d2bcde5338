// The user side of a script as one C++ translation unit.
#pragma once

#include <string>

#include "ir/ir.h"

namespace coretap {

/// The generated unit: it includes "harness.h" (runtime/user/harness) and defines `ct_program`, which
/// ct::run() takes. The module must have passed ir::verify().
///
/// The BPF objects are reached by symbols that are weak here, so that a unit without them links
/// too: ct_kernel_object and ct_kernel_object_end (what modern kernels take), ct_base_object and
/// ct_base_object_end (its other flavour). A static binary defines them with .incbin; for a
/// dlopened unit the caller copies ct_program and sets `object` and `base_object`.
std::string emit_user_cpp(const ir::Module& module);

}  // namespace coretap
