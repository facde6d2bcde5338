// What the bodies of one kernel object share while it is written: string literals, tables of site
// texts, and how much scratch memory each function needs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "emit/flavour.h"
#include "emit/loop_bounds.h"
#include "ir/ir.h"

namespace coretap::kernel {

class Unit {
 public:
  Unit(const ir::Module& module, Flavour flavour)
      : module(module), flavour(flavour), function_frames(module.functions.size()) {
    if (flavour == Flavour::Base) loop_bounds.emplace(module);
    for (const ir::KernelHandler& handler : module.kernel_handlers) {
      note_questions(handler.body.block);
      has_late |= handler.late_for != ir::kNone;
    }
  }

  const ir::Module& module;
  const Flavour flavour;
  std::optional<LoopBounds> loop_bounds;     ///< base only
  int64_t most_actions = module.max_action;  ///< of the handler that is being written
  bool has_late = false;  ///< some handlers may run at the exit of their system call
  /// End of the scratch memory that a function and all that it calls use.
  std::vector<uint32_t> function_frames;
  /// Capacity of the widest string that is put at the end of another (see ct_str_put()), not less
  /// than a number has.
  uint32_t widest_appended = 24;

  /// Does the script ask somewhere whether the kernel has this field? Then code that reads it must
  /// load where the field is missing.
  bool is_asked_for(const ir::CoreAccess& access) const;

  /// Name of a constant zero-padded char array that holds `text`; its capacity in `cap`.
  std::string literal(const std::string& text, uint32_t& cap);
  /// Name of the table of a text, one row a site of all handlers; row size in `cap`.
  std::string site_table(SiteText what, uint32_t& cap);
  /// Name of the table of a column's values; of texts, the size of a row in `cap`.
  std::string column_table(size_t column, uint32_t& cap);
  /// Name of the function that walks a pattern's table over the next word of a text of `cap` bytes,
  /// which CT_REGEX_TURN defines; the table's first state in `start`.
  std::string regex_turn(const std::string& pattern, uint32_t cap, uint32_t& start);
  /// Name of a global function that retries an update whose new value is `expression`, of ct_old and of
  /// values->v[i] with i < `count`; NAME_values is the struct of these.
  std::string retries(const std::string& expression, size_t count);
  uint32_t first_site(size_t handler) const;
  uint32_t site_count() const;

  /// Definitions of everything asked for so far.
  std::string constants() const;

 private:
  std::string regex_text() const;
  std::string column_text(size_t column) const;
  void note_questions(const ir::Block& block);
  std::set<std::string> asked_for_;  ///< fields, as core_field() writes them
  std::string text_of(const ir::Site& site, SiteText what) const;
  std::map<std::string, std::string> literals_;  ///< text to name
  std::vector<std::string> literal_order_;
  std::set<SiteText> site_tables_;
  std::set<size_t> columns_;                        ///< those that kernel code reads
  std::map<std::string, size_t> regexes_;           ///< pattern to number
  std::string regex_tables_;                        ///< C text of their tables
  std::map<std::string, std::string> regex_turns_;  ///< name to C text
  std::map<std::string, std::string> retries_;      ///< arguments of CT_AGAIN() to name
};

/// C text of the field that an access reads, for CO-RE's built-in functions.
std::string core_field(const ir::CoreAccess& access);

/// Kernel-side name of a script function.
std::string function_name(const ir::Function& function);

}  // namespace coretap::kernel
