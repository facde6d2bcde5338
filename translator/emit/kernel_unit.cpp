#include "emit/kernel_unit.h"

#include <algorithm>

#include "emit/call_text.h"
#include "emit/layout.h"
#include "emit/literals.h"
#include "emit/user_body.h"

namespace coretap::kernel {

namespace {

uint32_t padded(size_t bytes) { return static_cast<uint32_t>((bytes + 7) / 8 * 8); }

}  // namespace

std::string Unit::literal(const std::string& text, uint32_t& cap) {
  // What follows a NUL cannot be seen; and a literal has at most MAXSTRINGLEN - 1 bytes.
  std::string visible = text.substr(0, text.find('\0'));
  visible = visible.substr(0, module.max_string - 1);
  cap = padded(visible.size() + 1);
  auto [it, is_new] = literals_.try_emplace(visible);
  if (is_new) {
    it->second = "ct_text_" + std::to_string(literals_.size() - 1);
    literal_order_.push_back(visible);
  }
  return it->second;
}

std::string Unit::text_of(const ir::Site& site, SiteText what) const {
  auto cut = [this](const std::string& text) { return text.substr(0, module.max_string - 1); };
  switch (what) {
    case SiteText::File: return cut(site.file_line);
    case SiteText::Pp: return cut(site.pp);
    case SiteText::PpFunc:
    case SiteText::ProbeFunc: return cut(site.function);
    case SiteText::Label: return cut(site.label);
    case SiteText::Module: return cut(site.module);
  }
  return "";
}

std::string Unit::site_table(SiteText what, uint32_t& cap) {
  size_t longest = 0;
  for (const ir::KernelHandler& h : module.kernel_handlers)
    for (const ir::Site& s : h.sites) longest = std::max(longest, text_of(s, what).size());
  cap = padded(longest + 1);
  site_tables_.insert(what);
  return std::string("ct_site_") + site_text_name(what);
}

std::string Unit::column_table(size_t column, uint32_t& cap) {
  columns_.insert(column);
  size_t longest = 0;
  for (const ir::Operand& value : module.columns[column].values)
    longest = std::max(longest, value.str.size());
  cap = padded(std::min<size_t>(longest, module.max_string - 1) + 1);
  return "ct_column_" + std::to_string(column);
}

std::string Unit::column_text(size_t column) const {
  const ir::SiteColumn& c = module.columns[column];
  uint32_t cap = 0;
  std::string name = const_cast<Unit*>(this)->column_table(column, cap);
  const bool is_text = c.ty() == ir::Ty::Str;
  std::string out = is_text ? "static const char " + name + "[][" + std::to_string(cap) + "]"
                            : "static const s64 " + name + "[]";
  out += " CT_RODATA = {\n";
  for (const ir::Operand& value : c.values)
    out += "  " +
           (is_text ? c_string(value.str.substr(0, module.max_string - 1))
                    : long_literal(value.num, "ll")) +
           ",\n";
  return out + "};\n";
}

std::string Unit::retries(const std::string& expression, size_t count) {
  auto [it, is_new] = retries_.try_emplace(std::to_string(count) + ", " + expression);
  if (is_new) it->second = "ct_again_" + std::to_string(retries_.size());
  return it->second;
}

uint32_t Unit::first_site(size_t handler) const {
  size_t first = 0;
  for (size_t i = 0; i < handler; ++i) first += module.kernel_handlers[i].sites.size();
  return static_cast<uint32_t>(first);
}

uint32_t Unit::site_count() const { return first_site(module.kernel_handlers.size()); }

std::string Unit::constants() const {
  std::string out;
  for (const std::string& text : literal_order_)
    out += "static const char " + literals_.at(text) + "[" +
           std::to_string(padded(text.size() + 1)) + "] CT_RODATA = " + c_string(text) + ";\n";
  for (SiteText what : site_tables_) {
    uint32_t cap = 0;
    std::string name = const_cast<Unit*>(this)->site_table(what, cap);
    out += "static const char " + name + "[][" + std::to_string(cap) + "] CT_RODATA = {\n";
    for (const ir::KernelHandler& h : module.kernel_handlers)
      for (const ir::Site& s : h.sites) out += "  " + c_string(text_of(s, what)) + ",\n";
    out += "};\n";
  }
  for (size_t column : columns_) out += column_text(column);
  for (const auto& [arguments, name] : retries_)
    out += call_text("CT_AGAIN", name, arguments) + "\n";
  return out + regex_text();
}

bool Unit::is_asked_for(const ir::CoreAccess& access) const {
  return asked_for_.count(core_field(access)) != 0;
}

void Unit::note_questions(const ir::Block& block) {
  for (const ir::Inst& inst : block) {
    if (inst.op == ir::Op::CoreExists && inst.core) asked_for_.insert(core_field(*inst.core));
    for (const ir::Block& inner : inst.blocks) note_questions(inner);
  }
}

std::string core_field(const ir::CoreAccess& access) {
  std::string path;
  for (const ir::CoreAccess::Step& step : access.steps) {
    if (step.member.empty())
      path += "[" + std::to_string(step.index) + "]";
    else
      path += (path.empty() ? "" : ".") + step.member;
  }
  bool is_array = access.steps[0].member.empty();
  return is_array ? "(*(" + access.type + " *)0)" + path : "((" + access.type + " *)0)->" + path;
}

std::string function_name(const ir::Function& function) {
  return "ct_fn_" + layout::identifier(function.name);
}

}  // namespace coretap::kernel
