// Operations on data, a function for each group of rows of ir/ops.def.
#include <algorithm>

#include "emit/call_text.h"
#include "emit/kernel_body.h"
#include "emit/layout.h"
#include "emit/literals.h"
#include "emit/update_text.h"

namespace coretap::kernel {

using ir::Global;
using ir::Inst;
using ir::kNone;
using ir::LocalId;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

/// Keys of at most this many bytes are built on the stack, others in the frame.
constexpr uint32_t kStackKey = 64;

const char* c_type(uint32_t size, bool is_signed) {
  switch (size) {
    case 1: return is_signed ? "s8" : "u8";
    case 2: return is_signed ? "s16" : "u16";
    case 4: return is_signed ? "s32" : "u32";
    default: return is_signed ? "s64" : "u64";
  }
}

std::string space(const Inst& inst) {
  return inst.space == ir::Space::User ? "CT_USER_SPACE" : "CT_KERNEL_SPACE";
}

/// Address of what the run binds at its start (ct_bindings).
std::string bound(uint32_t binding) { return "&ct_bindings[" + num(binding) + "]"; }

/// The directive of bpf_snprintf for a number: %5d becomes %5lld.
std::string number_directive(const FormatPiece& piece) {
  std::string text = "%";
  if (piece.flag_minus) text += '-';
  if (piece.flag_plus) text += '+';
  if (piece.flag_space) text += ' ';
  if (piece.flag_zero) text += '0';
  if (piece.conversion == 'p') return "0x%llx";
  if (piece.flag_hash && piece.conversion != 'd' && piece.conversion != 'u') text += '#';
  if (piece.width_kind == FormatPiece::Fixed) text += std::to_string(piece.width);
  return text + "ll" + piece.conversion;
}

}  // namespace

std::string BodyEmitter::binary(const Inst& inst) {
  return arithmetic_text(inst.op, value(inst.args[0]), value(inst.args[1]));
}

/// A comparison whose result the verifier does not know, "" for other operations.
std::string BodyEmitter::comparison(const Inst& inst) {
  if (inst.dst == kNone) return "";
  const char* name = inst.op == Op::Eq    ? "ct_equal"
                     : inst.op == Op::Ne  ? "ct_differ"
                     : inst.op == Op::Lt  ? "ct_less"
                     : inst.op == Op::Le  ? "ct_less_or_equal"
                     : inst.op == Op::Ult ? "ct_below"
                                          : nullptr;
  if (!name) return "";
  return call_text(name, value(inst.args[0]), value(inst.args[1]));
}

// ------------------------------------------------------------------ strings

void BodyEmitter::string_op(const Inst& inst) {
  switch (inst.op) {
    case Op::Copy:
      if (inst.dst != kNone && plan_.locals[inst.dst].constant) return;
      if (is_string(inst.args[0])) return copy(string_local(inst.dst), string(inst.args[0]));
      return assign(inst.dst, value(inst.args[0]));
    case Op::Concat: return concat(inst);
    case Op::Sprintf: return format(inst);
    case Op::StrEq:
    case Op::StrCmp: {
      Str a = string(inst.args[0]), b = string(inst.args[1]);
      const char* function = inst.op == Op::StrEq ? "ct_str_equal" : "ct_str_compare";
      return assign(inst.dst, call_text(function, a, b));
    }
    default: ir::no_case(inst.op, "BodyEmitter::string_op");
  }
}

void BodyEmitter::concat(const Inst& inst) {
  Str to = string_local(inst.dst), a = string(inst.args[0]), b = string(inst.args[1]);
  if (reads_local(inst, inst.dst, 1)) {  // s = x . s: the copy of x would overwrite s
    Str kept = scratch(b.cap);
    copy(kept, b);
    b = kept;
  }
  note_appended(b);
  out_.line((a.pointer == to.pointer ? call_text("ct_str_append", to, b)
                                     : call_text("ct_str_concat", to, a, b)) +
            ";");
}

void BodyEmitter::format(const Inst& inst) {
  if (inst.dst == kNone) return;
  Str dst = string_local(inst.dst);
  bool own = reads_local(inst, inst.dst);
  Str to = own ? scratch(dst.cap) : dst;
  out_.line(call_text("ct_str_clear", to) + ";");
  size_t next = 0;
  for (const FormatPiece& piece : *inst.format) {
    if (piece.kind == FormatPiece::Literal)
      append_piece(piece, to, Operand::string(piece.text));
    else if (next < inst.args.size())
      append_piece(piece, to, inst.args[next++]);
  }
  if (own) copy(dst, to);
}

void BodyEmitter::note_appended(const Str& text) {
  unit_.widest_appended = std::max(unit_.widest_appended, text.cap);
}

void BodyEmitter::append_piece(const FormatPiece& piece, const Str& to, const Operand& arg) {
  if (is_string(arg)) {
    Str text = string(arg);
    note_appended(text);
    out_.line(call_text("ct_str_append", to, text) + ";");
  } else if (piece.conversion == 'c') {
    out_.line(call_text("ct_str_append_byte", to, value(arg)) + ";");
  } else {
    out_.line(call_text("ct_str_append_number", to, c_string(number_directive(piece)), value(arg)) +
              ";");
  }
}

// ------------------------------------------------------------------ scalars

void BodyEmitter::global_op(const Inst& inst) {
  const Global& g = module_.globals[inst.global];
  std::string member = "ct_globals." + layout::global_member(module_, inst.global);
  if (g.is_stat) {
    out_.open("");
    std::string zero = key(inst);
    out_.line("struct ct_stat_visit ct_visit = {.key = " + zero + "};");
    out_.line(call_text("bpf_loop", "CT_MOST_CPUS", "ct_clear_" + statistic_name(inst.global),
                        "&ct_visit", 0) +
              ";");
    out_.close();
    return;
  }
  Str shared{member, capacity(module_, g.value)};
  bool is_str = g.value.ty == Ty::Str;
  switch (inst.op) {
    case Op::GlobalGet:
      return is_str ? copy(string_local(inst.dst), shared)
                    : assign(inst.dst, call_text("CT_ONCE", member));
    case Op::GlobalSet:
      if (is_str) return copy(shared, string(inst.args[0]));
      out_.line(call_text("CT_ONCE", member) + " = " + value(inst.args[0]) + ";");
      return;
    case Op::GlobalAdd: {
      std::string place = "&" + member, by = value(inst.args[0]);
      if (inst.dst == kNone)
        out_.line(call_text("ct_add", place, by) + ";");
      else
        assign(inst.dst, call_text("ct_add_fetch", place, by));
      return;
    }
    case Op::GlobalUpdate: return update_global(inst, member);
    case Op::Clear:
      if (is_str)
        out_.line(call_text("ct_str_clear", member, shared.cap) + ";");
      else
        out_.line(call_text("CT_ONCE", member) + " = 0;");
      return;
    default: ir::no_case(inst.op, "BodyEmitter::global_op");
  }
}

/// Two arguments of CT_UPDATE(): the new value as C, where ct_old is the old one, and the call that tries again
/// what another CPU came between.
std::string BodyEmitter::updated(const Inst& inst) {
  const UpdateNames names = {"ct_div", "ct_mod", "ct_larger", "ct_smaller"};
  std::vector<std::string> values, passed;
  std::string variables;
  for (size_t i = 0; i < inst.steps->size(); ++i) {
    values.push_back(value(inst.args[i]));
    passed.push_back(values.back());
    if (inst.args[i].kind != Operand::Local) continue;
    passed.back() = "values->v[" + num(i) + "]";
    variables +=
        (variables.empty() ? "" : ", ") + std::string("[") + num(i) + "] = " + values.back();
  }
  std::string expression = update_text(*inst.steps, "ct_old", values, names);
  if (unit_.flavour == Flavour::Base) return expression + ", 0";
  std::string again =
      unit_.retries(update_text(*inst.steps, "ct_old", passed, names), inst.steps->size());
  return expression + ", ({ struct " + again + "_values ct_values = {{" + variables + "}}; " +
         again + "(ct_slot, &ct_after, &ct_values); })";
}

void BodyEmitter::update_global(const Inst& inst, const std::string& member) {
  const std::vector<ir::UpdateStep>& steps = *inst.steps;
  bool one = steps.size() == 1 && steps[0].kind == ir::UpdateStep::Arithmetic &&
             unit_.flavour == Flavour::Modern;
  const char* atomic = !one                     ? nullptr
                       : steps[0].op == Op::And ? "__sync_and_and_fetch"
                       : steps[0].op == Op::Or  ? "__sync_or_and_fetch"
                       : steps[0].op == Op::Xor ? "__sync_xor_and_fetch"
                                                : nullptr;
  if (atomic) {
    std::string updated = call_text(atomic, "&" + member, value(inst.args[0]));
    return inst.dst == kNone ? out_.line(updated + ";") : assign(inst.dst, updated);
  }
  out_.open("");
  out_.line("s64 ct_after;");
  out_.line(call_text("CT_UPDATE", "c", "&" + member, updated(inst), "&ct_after") + ";");
  if (inst.dst != kNone) assign(inst.dst, "ct_after");
  out_.close();
}

// ------------------------------------------------------------------ arrays, statistics

/// `text` with @MAP replaced by the map's name, once for each generation: two maps are two lines of code,
/// because the verifier inlines lookups of constant maps only. @MAKE makes an element.
std::string BodyEmitter::on_map(ir::GlobalId global, const std::string& text) const {
  auto with = [&](int generation) {
    std::string out = text;
    auto put = [&](const std::string& word, const std::string& name) {
      for (size_t at = out.find(word); at != std::string::npos;
           at = out.find(word, at + name.size()))
        out.replace(at, word.size(), name);
    };
    put("@MAKE", layout::has_index(module_.globals[global])
                     ? layout::make_function(module_, global, generation)
                     : "CT_MAKE");
    put("@MAP", "&" + layout::map_name(module_, global, generation));
    return out;
  };
  if (!layout::has_generations(module_.globals[global])) return with(0);
  return call_text("CT_ONCE", "ct_globals." + layout::generation_member(module_, global)) + " ? " +
         with(1) + " : " + with(0);
}

/// Writes the parts of the key of `inst` into a key struct, by `access` ("ct_key." or "ct_key->").
std::string BodyEmitter::fill_key(const Inst& inst, const std::string& access) {
  const Global& g = module_.globals[inst.global];
  std::string text;
  size_t from = ir::first_key(inst);
  for (size_t i = 0; i < g.keys.size(); ++i) {
    std::string member = access + "k" + num(i);
    if (!is_string(inst.args[from + i])) {
      text += member + " = " + value(inst.args[from + i]) + "; ";
      continue;
    }
    Str part = string(inst.args[from + i]);
    text += call_text("ct_str_copy", member, capacity(module_, g.keys[i]), part) + "; ";
  }
  return text;
}

std::string BodyEmitter::key(const Inst& inst) {
  const Global& g = module_.globals[inst.global];
  if (!g.is_array()) {
    out_.line("ct_array_key ct_key = 0;");
    return "&ct_key";
  }
  if (layout::is_hashed(g)) return hashed_key(inst);
  // A string of the key's capacity is a key as it is.
  const Operand& first = inst.args[ir::first_key(inst)];
  if (g.keys.size() == 1 && is_string(first) && string(first).cap == capacity(module_, g.keys[0]))
    return string(first).pointer;

  std::string type = "struct " + layout::key_struct(module_, inst.global);
  uint32_t size = layout::key_size(g);
  if (size <= kStackKey) {
    out_.line(type + " ct_key;");
  } else {
    out_.line(type + " *ct_key = (void *)" + scratch(size).pointer + ";");
  }
  out_.line(fill_key(inst, size <= kStackKey ? "ct_key." : "ct_key->"));
  return size <= kStackKey ? "&ct_key" : "ct_key";
}

std::string BodyEmitter::hashed_key(const Inst& inst) {
  const Global& g = module_.globals[inst.global];
  out_.line("struct ct_hash ct_hash;");
  out_.line("struct ct_hashing ct_hashing;");
  out_.line("ct_hash_begin(&ct_hashing, ct_state.hash_seed);");
  for (size_t i = ir::first_key(inst); i < ir::first_key(inst) + g.keys.size(); ++i) {
    if (is_string(inst.args[i])) {
      Str part = string(inst.args[i]);
      out_.line(call_text("ct_hash_text", "&ct_hashing", part) + ";");
    } else {
      out_.line(call_text("ct_hash_word", "&ct_hashing", value(inst.args[i])) + ";");
    }
  }
  out_.line("ct_hash_end(&ct_hashing, &ct_hash);");
  return "&ct_hash";
}

/// An expression that makes the element of `inst` with the value at ct_initial, for on_map().
std::string BodyEmitter::make(const Inst& inst, const std::string& key) {
  const Global& g = module_.globals[inst.global];
  if (!layout::has_index(g)) return call_text("@MAKE", "@MAP", key);
  std::string type = "struct " + layout::index_struct(module_, inst.global);
  if (!layout::is_hashed(g))
    return "({ " + type + " ct_entry; " +
           call_text("@MAKE", "c", "(const void *)" + key, "&ct_entry", "ct_initial") + "; })";
  std::string entry = "(void *)" + scratch(layout::index_size(g)).pointer;
  return "({ " + type + " *ct_entry = " + entry + "; ct_entry->stamp = 0; " +
         fill_key(inst, "ct_entry->key.") + call_text("@MAKE", "c", key, "ct_entry", "ct_initial") +
         "; })";
}

void BodyEmitter::array_op(const Inst& inst) {
  const Global& g = module_.globals[inst.global];
  out_.open("");
  std::string k = key(inst);
  switch (inst.op) {
    case Op::ArrayGet:
      if (inst.dst == kNone) break;
      if (g.value.ty == Ty::Str)
        out_.line(call_text("ct_array_get_str", "&" + layout::map_name(module_, inst.global, 0), k,
                            string_local(inst.dst), capacity(module_, g.value)) +
                  ";");
      else
        assign(inst.dst, on_map(inst.global, call_text("ct_array_get", "@MAP", k)));
      break;
    case Op::ArrayIn:
      assign(inst.dst, on_map(inst.global, call_text("ct_array_in", "@MAP", k)));
      break;
    case Op::ArrayDelete:
      if (layout::has_index(g))
        out_.line(call_text(layout::remove_function(module_, inst.global), "(const void *)" + k) +
                  ";");
      else
        out_.line(on_map(inst.global, call_text("ct_array_delete", "@MAP", k)) + ";");
      break;
    case Op::ArraySet:
    case Op::ArrayAdd:
    case Op::ArrayUpdate: change_element(inst, k); break;
    default: ir::no_case(inst.op, "BodyEmitter::array_op");
  }
  out_.close();
}

/// The string that ArraySet stores, as wide as the map's values.
std::string BodyEmitter::wide_value(const Inst& inst) {
  uint32_t cap = capacity(module_, module_.globals[inst.global].value);
  Str text = string(inst.args[0]);
  if (text.cap == cap) return text.pointer;
  Str wide = scratch(cap);
  copy(wide, text);
  return wide.pointer;
}

/// ArraySet, ArrayAdd, ArrayUpdate.
void BodyEmitter::change_element(const Inst& inst, const std::string& k) {
  const Global& g = module_.globals[inst.global];
  bool indexed = layout::has_index(g);
  // The map, the global's number, the key and, where the operation is a macro, how an element is made.
  auto operation = [&](const char* function, const char* macro, const auto&... rest) {
    can_fail(inst,
             on_map(inst.global,
                    indexed ? call_text(macro, "c", "@MAP", inst.global, k, make(inst, k), rest...)
                            : call_text(function, "c", "@MAP", inst.global, k, rest...)));
  };
  if (inst.op == Op::ArrayUpdate) {
    out_.line("s64 ct_after;");
    can_fail(inst, on_map(inst.global,
                          call_text("CT_ARRAY_UPDATE", "c", "@MAP", inst.global, k, make(inst, k),
                                    inst.imm ? 0 : 1, updated(inst), "&ct_after")));
    if (inst.dst != kNone) assign(inst.dst, "ct_after");
  } else if (inst.op == Op::ArrayAdd) {
    if (inst.dst == kNone)
      operation("ct_array_add", "CT_INDEXED_ADD", value(inst.args[0]));
    else
      operation("ct_array_add_fetch", "CT_INDEXED_ADD_FETCH", value(inst.args[0]),
                address(inst.dst));
  } else if (g.value.ty == Ty::Str) {
    operation("ct_array_set_str", "CT_INDEXED_SET_STR", wide_value(inst));
  } else {
    operation("ct_array_set", "CT_INDEXED_SET", value(inst.args[0]));
  }
}

/// What the functions that kernel_c.cpp writes for a statistic end in.
std::string BodyEmitter::statistic_name(ir::GlobalId global) const {
  return num(global) + "_" + layout::identifier(module_.globals[global].name);
}

void BodyEmitter::stat_op(const Inst& inst) {
  std::string g = statistic_name(inst.global);
  out_.open("");
  if (inst.op == Op::StatAdd) {
    std::string k = key(inst);
    can_fail(inst, on_map(inst.global,
                          call_text("CT_STAT_ADD", "c", "@MAP", inst.global, k, make(inst, k),
                                    "ct_zero_" + g, "ct_collect_" + g, value(inst.args[0]))));
  } else {
    static constexpr const char* kFunctions[] = {"CT_STAT_COUNT", "CT_STAT_SUM", "CT_STAT_MIN",
                                                 "CT_STAT_MAX", "CT_STAT_AVG"};
    std::string k = key(inst);
    out_.line("struct ct_stat_visit ct_visit = {.key = " + k + "};");
    out_.line(call_text("bpf_loop", "CT_MOST_CPUS", "ct_merge_" + g, "&ct_visit", 0) + ";");
    out_.line("s64 ct_extracted;");
    can_fail(inst, call_text("ct_stat_extract", "c", "&ct_visit.sums",
                             kFunctions[static_cast<size_t>(inst.stat_fn)], "&ct_extracted"));
    if (inst.dst != kNone) assign(inst.dst, "ct_extracted");
  }
  out_.close();
}

// ------------------------------------------------------------------ the event

void BodyEmitter::probe_op(const Inst& inst) {
  switch (inst.op) {
    case Op::Load: {
      out_.open("");
      if (inst.dst == kNone) out_.line("s64 ct_unused;");
      can_fail(inst, call_text("CT_LOAD", "c", address(inst.dst), space(inst),
                               c_type(inst.size, inst.is_signed), value(inst.args[0])));
      out_.close();
      return;
    }
    case Op::LoadStr: {
      Str to = inst.dst == kNone ? scratch(8) : string_local(inst.dst);
      // Text in an array of characters (imm: how many) needs no NUL at its end.
      std::string most = inst.imm > 0 && inst.imm < to.cap ? num(inst.imm + 1) : num(to.cap);
      return can_fail(inst,
                      call_text("ct_load_str", "c", to, most, space(inst), value(inst.args[0])));
    }
    case Op::PerfRead: return perf_read(inst);
    case Op::LoadBytes: {
      Str to = string_local(inst.dst);
      return can_fail(inst, call_text("ct_load_bytes", "c", to, space(inst), value(inst.args[0]),
                                      value(inst.args[1])));
    }
    case Op::Reg: return assign(inst.dst, call_text("ct_reg", "c", inst.imm));
    case Op::RegIp: return assign(inst.dst, "ct_reg_ip(c)");
    case Op::KernelAddress:
      return assign(inst.dst, call_text("ct_kernel_address", std::to_string(inst.imm) + "ll"));
    case Op::CtxArg:
      if (inst.binding != kNone)
        return assign(inst.dst, call_text("ct_bound_argument", "c", bound(inst.binding)));
      return assign(inst.dst, std::string("(") + c_type(inst.size, inst.is_signed) +
                                  ")ct_argument(c, " + std::to_string(inst.imm) + ")");
    case Op::CtxRet:
      if (inst.binding != kNone)
        return assign(inst.dst, call_text("ct_bound_return", "c", bound(inst.binding)));
      return assign(inst.dst,
                    std::string("(") + c_type(inst.size, inst.is_signed) + ")ct_return_value(c)");
    case Op::ThreadId: return assign(inst.dst, "bpf_get_current_pid_tgid()");
    case Op::ProcessId: return assign(inst.dst, "bpf_get_current_pid_tgid() >> 32");
    case Op::SiteNum: return assign(inst.dst, "ct_site(c)");
    case Op::SiteStr: return site_string(inst);
    case Op::ColumnNum:
    case Op::ColumnStr: return column(inst);
    default: ir::no_case(inst.op, "BodyEmitter::probe_op");
  }
}

void BodyEmitter::perf_read(const Inst& inst) {
  auto number = static_cast<size_t>(inst.imm);
  bool of_process = module_.perf_counters[number].of_process();
  out_.open("");
  if (inst.dst == kNone) out_.line("s64 ct_unused;");
  can_fail(inst, call_text(of_process ? "ct_perf_read_task" : "ct_perf_read", "c",
                           "&" + layout::perf_map(number),
                           of_process ? "&ct_perf_tasks" : "BPF_F_CURRENT_CPU", number,
                           address(inst.dst)));
  out_.close();
}

void BodyEmitter::site_string(const Inst& inst) {
  uint32_t cap = 0;
  std::string table = unit_.site_table(inst.site_text, cap);
  Str to = string_local(inst.dst);
  out_.open("");
  out_.line("u64 ct_row = ct_at_most(c->first_site + ct_site(c), " + num(unit_.site_count() - 1) +
            ");");
  out_.line(call_text("ct_str_copy", to, table + "[ct_row]", cap) + ";");
  out_.close();
}

void BodyEmitter::column(const Inst& inst) {
  uint32_t cap = 0;
  const auto index = static_cast<size_t>(inst.imm);
  std::string table = unit_.column_table(index, cap);
  out_.open("");
  out_.line("u64 ct_row = ct_at_most(" + value(inst.args[0]) + ", " +
            num(module_.columns[index].values.size() - 1) + ");");
  if (inst.op == Op::ColumnStr)
    out_.line(call_text("ct_str_copy", string_local(inst.dst), table + "[ct_row]", cap) + ";");
  else
    assign(inst.dst, table + "[ct_row]");
  out_.close();
}

void BodyEmitter::core_op(const Inst& inst) {
  if (inst.binding != kNone)
    return assign(inst.dst, "ct_bindings[" + num(inst.binding) + "].present");
  std::string field = core_field(*inst.core);
  std::string exists = call_text("__builtin_preserve_field_info", field, "BPF_FIELD_EXISTS");
  bool guarded = unit_.is_asked_for(*inst.core);
  switch (inst.op) {
    case Op::CoreOffset: {
      std::string offset =
          call_text("__builtin_preserve_field_info", field, "BPF_FIELD_BYTE_OFFSET");
      return assign(inst.dst, guarded ? exists + " ? " + offset + " : 0" : offset);
    }
    case Op::CoreExists: return assign(inst.dst, exists);
    case Op::CoreField: {
      out_.open("");
      if (inst.dst == kNone) out_.line("s64 ct_unused;");
      std::string read =
          call_text("CT_CORE_FIELD", "c", address(inst.dst), field, value(inst.args[0]));
      can_fail(inst,
               guarded ? "!" + exists + " ? " +
                             call_text("ct_fail", "c", "CT_ERR_KERNEL_READ", value(inst.args[0])) +
                             " : " + read
                       : read);
      return out_.close();
    }
    default: ir::no_case(inst.op, "BodyEmitter::core_op");
  }
}

// ------------------------------------------------------------------ records, errors

void BodyEmitter::send(const Inst& inst) {
  const ir::Segment& segment = module_.segments[static_cast<size_t>(inst.imm)];
  std::string type = "struct " + layout::record_struct(segment);
  out_.open("");
  out_.line(type + " *ct_record = " +
            call_text("ct_reserve", "c", segment.id, call_text("sizeof", type)) + ";");
  out_.open("if (ct_record)");
  for (uint32_t i = 0; i < segment.captures; ++i) {
    std::string field = "ct_record->" + layout::record_field(i);
    if (is_string(inst.args[i]))
      copy({field, capacity(module_, segment.body.locals[i].type)}, string(inst.args[i]));
    else
      out_.line(field + " = " + value(inst.args[i]) + ";");
  }
  out_.line("ct_submit(ct_record);");
  out_.close();
  // While a record is reserved no state of the verifier equals another.
  out_.line("ct_checkpoint();");
  out_.close();
}

void BodyEmitter::raise(const Inst& inst) {
  out_.line("ct_rc = " + call_text("ct_fail_text", "c", string(inst.args[0]).pointer) + ";");
  name_place(inst);
  out_.line("goto " + error_label_ + ";");
}

}  // namespace coretap::kernel
