// Compiled DWARF locations to IR. Link-time addresses become run-time ones by the program
// counter: the difference between where the probe fired and the site's link-time address is the
// load bias of the object.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dwarf/kernel_image.h"
#include "dwarf/location.h"
#include "dwarf/records.h"
#include "ir/builder.h"
#include "runtime/common/result.h"

namespace coretap::probes {

/// An object whose place in a process is looked up there when a probe fires.
struct LoadedObject {
  debug::LoadMark mark;
  std::string path;
};

/// What is known about the place where a location is evaluated.
struct LocationSite {
  debug::CodePoint point;      ///< the site, with its link-time address
  bool at_entry = false;       ///< first instruction: registers are still the caller's
  bool is_return = false;      ///< registers are those after the return, ip is in the caller
  uint16_t machine = 0;        ///< of the program (EM_*); 0 where there is no register to read
  bool fixed_address = false;  ///< not position independent: link-time addresses are final
  std::shared_ptr<const LoadedObject>
      loaded;                         ///< whose link-time addresses they are; null: the site's own
  bool entry_known = false;           ///< a companion probe can save registers on entry
  ir::Space space = ir::Space::User;  ///< where the locations' memory is
  std::optional<debug::KernelImage> kernel;  ///< the site is in code of this kernel
  ir::Operand object;                        ///< what LocExpr::ObjectAddr stands for
  /// Emits the value that a register had on entry of the activation with this CFA.
  std::function<ir::Operand(unsigned kernel_register, ir::Operand cfa)> entry_register;
};

/// Can `location` be read at `site`? Fails with the end of a sentence.
ct::Status check_location(const debug::VarLocation& location, const LocationSite& site);

/// Does the location depend on the site's own address?
bool uses_static_address(const debug::VarLocation& location);

/// Does it depend on the thread?
bool uses_thread_pointer(const debug::VarLocation& location);

/// Emits a run-time error for the case that the process has not loaded the object.
void require_loaded(const LoadedObject& object, ir::Builder& to);

/// Emits the tree; `check_location` must have let its location pass.
ir::Operand lower_location(const debug::LocExpr& expr, const LocationSite& site, ir::Builder& to);

/// Where a readable location is, in words: "in register rax", "in memory".
std::string location_words(const debug::VarLocation& location, uint16_t machine);

/// Unambiguous text of a location: equal texts mean equal IR (static addresses aside).
std::string location_text(const debug::VarLocation& location);

}  // namespace coretap::probes
