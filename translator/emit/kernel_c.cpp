// The unit from top to bottom: sizes, the runtime, minimal CO-RE types, the layout shared with the
// harness, maps, statistics' code, embedded C of the file level, constants, functions (callees
// first), and for each handler its body and its program. Bodies are written first, because they
// decide which constants there are and how large a frame is.
#include "emit/kernel_c.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "emit/code_template.h"
#include "emit/embedded_words.h"
#include "emit/kernel_body.h"
#include "emit/kernel_embedded.h"
#include "emit/kernel_size.h"
#include "emit/kernel_unit.h"
#include "emit/layout.h"
#include "emit/literals.h"
#include "emit/user_body.h"
#include "emit/variants.h"
#include "ir/syscall_numbers.h"

namespace coretap {

using ir::Global;
using ir::GlobalId;
using ir::Mechanism;
using ir::Module;
using ir::Ty;

namespace {

/// The #line of a function, for it is the function's file that clang gives to all of its lines in
/// .BTF.ext.
std::string position_of(const Span& span) {
  CodeWriter out;
  out.at(span);
  return out.take();
}

/// The program's section: what libbpf makes the program type from.
std::string section(const ir::KernelHandler& h, const Variant& variant) {
  std::string target = h.sites.empty() ? "" : h.sites[0].target;
  std::string event = target.substr(target.find(':') + 1);  // "system:name" or "name"
  const ir::MechanismInfo& row = info(variant.mechanism);
  std::string name = row.section;
  switch (row.names) {
    case ir::MechanismInfo::Nothing: return variant.sleepable ? name + ".s" : name;
    case ir::MechanismInfo::Event: return name + "/" + event;
    case ir::MechanismInfo::Function: return name + "/" + target;
  }
  return "";
}

/// Does a member's C text hold a `type` by value, so that its declaration must come before?
bool embeds(const std::string& declaration, const std::string& type) {
  for (size_t at = declaration.find(type); at != std::string::npos;
       at = declaration.find(type, at + 1)) {
    size_t next = declaration.find_first_not_of(' ', at + type.size());
    bool whole = next != std::string::npos && (next > at + type.size());
    if (whole && declaration[next] != '*') return true;
  }
  return false;
}

/// CO-RE types in an order in which C can read them.
class CoreTypes {
 public:
  explicit CoreTypes(const Module& module) : types_(module.core_types) {}

  std::string text() {
    for (const ir::CoreType& type : types_) out_ += type.name + ";\n";
    for (size_t i = 0; i < types_.size(); ++i) declare(i);
    return out_;
  }

 private:
  void declare(size_t index) {
    if (!done_.insert(index).second) return;
    for (size_t i = 0; i < types_.size(); ++i)
      for (const ir::CoreType::Member& member : types_[index].members)
        if (i != index && embeds(member.declaration, types_[i].name)) declare(i);
    std::string members;
    for (const ir::CoreType::Member& member : types_[index].members)
      members += member.declaration + "\n";
    out_ += fill(R"(
        ${type} {
          ${members}
        } __attribute__((preserve_access_index));
    )",
                 {{"type", types_[index].name}, {"members", members}});
  }

  const std::vector<ir::CoreType>& types_;
  std::set<size_t> done_;
  std::string out_;
};

class UnitEmitter {
 public:
  UnitEmitter(const Module& module, Flavour flavour) : module_(module), unit_(module, flavour) {}

  std::string text() {
    std::string bodies = functions();  // first: handlers ask how deep their frames are
    bodies += handlers();
    std::string out = fill(R"(
        /* Made by coretap from ${script}. */
        ${is_base?}#define CT_BASE
        ${has_calls?}#define CT_CALLS
        ${has_late?}#define CT_LATE
        ${has_sleepable?}#define CT_SLEEPABLE
        #define CT_HANDLERS ${handlers}
        #define CT_SITES ${sites}
        #define CT_FRAME_BYTES ${frame_bytes}
        #define CT_FRAME_SLACK ${widest_appended}
        #define CT_MAXSTRINGLEN ${max_string}
        #define CT_MAX_ACTION ${max_action}
        ${has_gates?}#define CT_PROGRAMS ${programs}
        ${asks_program_at_end?}#define CT_ASKS_PROGRAM_AT_END
        ${watches_programs?}#define CT_WATCHES
        ${walks_from_events?}#define CT_WALKS_FROM_EVENTS
        #include "coretap.bpf.h"

    )",
                           {{"script", layout::identifier(module_.script_name)},
                            {"is_base", is_base()},
                            {"has_calls", has_calls()},
                            {"has_late", unit_.has_late},
                            {"has_sleepable", has_sleepable_},
                            {"handlers", std::max<size_t>(1, module_.kernel_handlers.size())},
                            {"sites", std::max(1u, unit_.site_count())},
                            {"frame_bytes", frame_bytes_},
                            {"widest_appended", unit_.widest_appended},
                            {"max_string", module_.max_string},
                            {"max_action", module_.max_action},
                            {"has_gates", has_gates()},
                            {"programs", module_.programs.size()},
                            {"asks_program_at_end", asks_program_at_end()},
                            {"watches_programs", watches_programs()},
                            {"walks_from_events", walks_stack_of_event(module_)}});
    out += CoreTypes(module_).text();
    out += layout::text(module_) + "struct ct_globals ct_globals;\n\n";
    for (GlobalId id = 0; id < module_.globals.size(); ++id)
      if (layout::in_map(module_.globals[id])) out += map(id);
    out += perf_maps();
    for (const std::string& code : module_.kernel_code) out += code + "\n";
    return out + "\n" + bindings() + unit_.constants() + bodies;
  }

 private:
  // ---------------------------------------------------------------- bindings

  /// Volatile, or clang would take the build machine's values for the last word.
  std::string bindings() {
    if (module_.bindings.empty()) return "";
    std::string rows;
    for (const ir::Binding& b : module_.bindings)
      rows += fill(R"(
          {${slot}, ${shift}, ${is_signed}, 1}, /* ${what} */
      )",
                   {{"slot", b.slot},
                    {"shift", 64 - 8 * b.size},
                    {"is_signed", static_cast<int>(b.is_signed)},
                    {"what", b.owner + (b.name.empty() ? "" : " $" + b.name)}});
    return fill(R"(
        const volatile struct ct_binding ct_bindings[] = {
          ${rows}
        };

    )",
                {{"rows", rows}});
  }

  // ---------------------------------------------------------------- maps

  static std::string map_of(const std::string& name, const std::string& type,
                            const std::string& entries, const std::string& key,
                            const std::string& value) {
    return fill(R"(
        struct {
          __uint(type, BPF_MAP_TYPE_${type});
          __uint(max_entries, ${entries});
          ${has_key?}__type(key, ${key});
          __type(value, ${value});
        } ${name} SEC(".maps");
    )",
                {{"type", type},
                 {"entries", entries},
                 {"has_key", !key.empty()},
                 {"key", key},
                 {"value", value},
                 {"name", name}});
  }

  /// The numbers of entries are for this text to be complete: the harness sets them (ct::entry_limit()).
  std::string map(GlobalId id) {
    const Global& g = module_.globals[id];
    std::string type = !g.is_array()   ? "PERCPU_ARRAY"
                       : g.is_stat     ? "PERCPU_HASH"
                       : g.saves_entry ? "LRU_HASH"
                                       : "HASH";
    std::string entries = num(!g.is_array()   ? 1
                              : g.max_entries ? g.max_entries
                                              : module_.max_map_entries);
    std::string key = layout::map_key(module_, id), out;
    for (int generation = 0; generation < (layout::has_generations(g) ? 2 : 1); ++generation) {
      out += map_of(layout::map_name(module_, id, generation), type, entries, key,
                    "struct " + layout::value_struct(module_, id));
      if (layout::has_index(g))
        out += map_of(layout::index_name(module_, id, generation), "HASH", entries, key,
                      "struct " + layout::index_struct(module_, id));
    }
    if (layout::is_ordered(g))
      out += map_of(layout::queue_name(module_, id), "QUEUE", entries, "",
                    "struct " + layout::place_struct(module_, id));
    if (layout::has_index(g)) out += index(id);
    return g.is_stat ? out + statistic(id) : out;
  }

  /// How an element of an array with an index is made and removed.
  std::string index(GlobalId id) {
    const Global& g = module_.globals[id];
    std::string out, key = "const " + layout::map_key(module_, id) + " *key";
    std::string order = "&ct_globals." + layout::order_member(module_, id);
    for (int generation = 0; generation < (layout::has_generations(g) ? 2 : 1); ++generation)
      out += fill(R"(
          ${is_ordered?}
          __attribute__((noinline)) int ${trim}(void) {
            struct ${place} place;
            CT_ORDER_TRIM(${order}, ${maps}, ${queue}, &place);
            return 0;
          }
          ${end}
          static __always_inline int ${make}(struct ct_ctx *c, ${key}, struct ${index} *entry, const void *value) {
            ${is_ordered?}struct ${place} place;
            ${is_ordered?}return CT_ORDER_MAKE(${order}, ${maps}, ${queue}, key, entry, value, &place, ${trim});
            ${!is_ordered?}bool made;
            ${!is_ordered?}return CT_INDEX_MAKE(${maps}, key, entry, value, made);
          }
      )",
                  {{"is_ordered", layout::is_ordered(g)},
                   {"trim", layout::trim_function(module_, id, generation)},
                   {"place", layout::place_struct(module_, id)},
                   {"order", order},
                   {"maps", index_maps(id, generation)},
                   {"queue", "&" + layout::queue_name(module_, id)},
                   {"make", layout::make_function(module_, id, generation)},
                   {"key", key},
                   {"index", layout::index_struct(module_, id)}});
    if (layout::has_generations(g)) return out;  // kernel code removes nothing from it
    return out + fill(R"(
        static __always_inline void ${remove}(${key}) {
          ${is_ordered?}ct_add((s64 *)${order}.live, -CT_INDEX_REMOVE(${maps}, key));
          ${!is_ordered?}CT_INDEX_REMOVE(${maps}, key);
        }
    )",
                      {{"remove", layout::remove_function(module_, id)},
                       {"key", key},
                       {"is_ordered", layout::is_ordered(g)},
                       {"order", order},
                       {"maps", index_maps(id, 0)}});
  }

  /// The map of an array's elements by place, and that of their values.
  std::string index_maps(GlobalId id, int generation) {
    return "&" + layout::index_name(module_, id, generation) + ", &" +
           layout::map_name(module_, id, generation);
  }

  /// Of each perf counter's events; libbpf makes 0 entries one for each CPU.
  std::string perf_maps() {
    std::string out;
    bool of_process = false;
    for (size_t i = 0; i < module_.perf_counters.size(); ++i) {
      bool has_tasks = module_.perf_counters[i].of_process();
      of_process |= has_tasks;
      out += map_of(layout::perf_map(i), "PERF_EVENT_ARRAY", has_tasks ? "CT_MOST_PERF_TASKS" : "0",
                    "u32", "u32");
    }
    if (of_process) out += map_of("ct_perf_tasks", "HASH", "CT_MOST_PERF_TASKS", "u32", "u32");
    return out;
  }

  /// How one value is collected, and how kernel code that reads merges CPUs.
  std::string statistic(GlobalId id) {
    const Global& g = module_.globals[id];
    std::string type = "struct " + layout::value_struct(module_, id);
    std::string name = num(id) + "_" + layout::identifier(g.name);
    std::string hists;
    for (size_t i = 0; i < g.hists.size(); ++i) {
      const ir::HistSpec& h = g.hists[i];
      std::string buckets = num(layout::hist_buckets(h));
      std::string index = !h.linear ? "ct_hist_log(value)"
                                    : "ct_hist_linear(value, " + std::to_string(h.low) + ", " +
                                          std::to_string(h.step) + ", " + buckets + ")";
      hists += "ct_hist_add(s->hist" + num(i) + ", " + index + ", " + buckets + ");\n";
    }
    std::string collect = fill(R"(
        static const ${type} ct_zero_${name} = {};
        static __always_inline void ct_collect_${name}(${type} *s, s64 value) {
          ${is_base?}ct_opaque(value);  /* see ct_add() */
          __sync_fetch_and_add(&s->count, 1);
          __sync_fetch_and_add(&s->sum, value);
          ${min_max?}ct_stat_keep_larger(&s->min, ct_min_code(value));
          ${min_max?}ct_stat_keep_larger(&s->max, ct_max_code(value));
          ${variance?}ct_stat_add_square(s->squares, value);
          ${hists}
        }
    )",
                               {{"type", type},
                                {"name", name},
                                {"is_base", is_base()},
                                {"min_max", g.need_min_max},
                                {"variance", g.need_variance},
                                {"hists", hists}});
    if (g.additive || is_base()) return collect;
    return collect + fill(R"(
        static long ct_merge_${name}(u64 cpu, struct ct_stat_visit *visit) {
          ${type} *s = bpf_map_lookup_percpu_elem(&${map}, visit->key, cpu);
          if (!s) return 1;
          visit->sums.count += CT_ONCE(s->count);
          visit->sums.sum += CT_ONCE(s->sum);
          ${min_max?}if (s->min > visit->sums.min) visit->sums.min = s->min;
          ${min_max?}if (s->max > visit->sums.max) visit->sums.max = s->max;
          return 0;
        }
        static long ct_clear_${name}(u64 cpu, struct ct_stat_visit *visit) {
          ${type} *s = bpf_map_lookup_percpu_elem(&${map}, visit->key, cpu);
          if (!s) return 1;
          bpf_probe_read_kernel(s, sizeof(*s), &ct_zero_${name});
          return 0;
        }
    )",
                          {{"type", type},
                           {"name", name},
                           {"map", layout::map_name(module_, id, 0)},
                           {"min_max", g.need_min_max}});
  }

  // ---------------------------------------------------------------- functions

  std::string functions() {
    std::string out;
    for (ir::FunctionId id = 0; id < module_.functions.size(); ++id) function(id, out);
    return out;
  }

  void callees(const ir::Block& block, std::string& out) {
    for (const ir::Inst& inst : block) {
      if (inst.op == ir::Op::Call) function(inst.function, out);
      for (const ir::Block& b : inst.blocks) callees(b, out);
    }
  }

  void function(ir::FunctionId id, std::string& out) {
    const ir::Function& f = module_.functions[id];
    if (f.side != ir::Side::Kernel || !written_.insert(id).second) return;
    callees(f.body.block, out);
    ir::Type result = f.result;
    if (result.ty == Ty::Str) result.cap = kernel::capacity(module_, result);
    if (f.c) {
      std::vector<kernel::EmbeddedParameter> parameters;
      for (uint32_t i = 0; i < f.parameters; ++i) {
        const ir::Local& p = f.body.locals[i];
        parameters.push_back({p.name, p.type.ty == Ty::Str, kernel::capacity(module_, p.type)});
      }
      out += kernel::embedded_function(kernel::function_name(f), result, parameters, f.c->text,
                                       f.span.file, f.embedded_line);
      return;
    }
    kernel::BodyEmitter body(unit_, f.body, layout::identifier(f.name), f.parameters, result);
    kernel::BodyText text = body.emit();
    unit_.function_frames[id] = text.frame_end;
    std::string signature = "struct ct_ctx *c";
    if (result.ty == Ty::Long) signature += ", s64 *ct_ret";
    if (result.ty == Ty::Str) signature += ", char *ct_ret";
    for (uint32_t i = 0; i < f.parameters; ++i) signature += ", " + body.parameter(i);
    out += fill(R"(
        ${declarations}
        ${position}
        static __always_inline int ${name}(${signature})
        {
        ${statements}
        }
    )",
                {{"declarations", text.declarations},
                 {"position", position_of(f.span)},
                 {"name", kernel::function_name(f)},
                 {"signature", signature},
                 {"statements", text.statements}});
  }

  // ---------------------------------------------------------------- handlers

  std::string handlers() {
    std::string out;
    for (size_t i = 0; i < module_.kernel_handlers.size(); ++i) out += handler(i);
    return out;
  }

  std::string handler(size_t index) {
    const ir::KernelHandler& h = module_.kernel_handlers[index];
    std::string out;
    if (h.late_for != ir::kNone) {
      out += "#line 1 \"<generated>\"\n";
      programs(index, run_late_.at(h.late_for), out);
      return out;
    }
    std::string name = layout::identifier(h.name);
    bool is_large = kernel::is_large(module_, unit_.flavour, h.body);
    unit_.most_actions = module_.actions_of(h);
    kernel::BodyText text = kernel::BodyEmitter(unit_, h.body, name, 0, {}, is_large).emit();
    unit_.most_actions = module_.max_action;
    frame_bytes_ = std::max(frame_bytes_, text.frame_end);

    out += fill(R"(

        ${declarations}
        ${position}
        static __always_inline int ct_body_${name}(struct ct_ctx *c)
        {
        ${statements}
        }
        #line 1 "<generated>"
    )",
                {{"declarations", text.declarations},
                 {"position", position_of(h.span)},
                 {"name", name},
                 {"statements", text.statements}});
    programs(index, text, out);
    if (is_late(h)) run_late_.emplace(index, std::move(text));
    return out;
  }

  /// Does it have a companion that runs it at the exit of its system call?
  bool is_late(const ir::KernelHandler& h) const {
    return h.companion != ir::kNone && module_.kernel_handlers[h.companion].late_for != ir::kNone;
  }

  void programs(size_t index, const kernel::BodyText& text, std::string& out) {
    const ir::KernelHandler& h = module_.kernel_handlers[index];
    if (ir::is_of_many_calls(h.mechanism)) out += table_of_calls(index);
    for (const Variant& variant : variants(module_, h, unit_.flavour)) {
      if (!is_base() || !tells_sites_apart(module_, h)) {
        const char* one_of_many = is_base() ? "CT_SITE_UNKNOWN" : "CT_SITE_BY_COOKIE";
        program(index, variant, text,
                ir::is_of_many_calls(h.mechanism) ? "site"
                : h.sites.size() > 1              ? one_of_many
                                                  : "0",
                out);
        continue;
      }
      for (size_t site = 0; site < h.sites.size(); ++site)
        program(index, {site_program(variant.program, site), variant.mechanism}, text, num(site),
                out);
    }
  }

  static std::string name_of_table(size_t handler) { return "ct_calls_" + num(handler); }

  /// Which site a call is, by its number. Volatile, for the loader changes it.
  std::string table_of_calls(size_t index) const {
    std::string rows;
    const std::vector<ir::Site>& sites = module_.kernel_handlers[index].sites;
    for (size_t i = 0; i < sites.size(); ++i) {
      const std::string& event =
          sites[i].target;  // syscalls:sys_enter_NAME, syscalls:sys_exit_NAME
      const size_t name = event.find('_', event.find('_') + 1) + 1;
      rows +=
          "[" + num(ir::syscall_number(event.substr(name)).value()) + "] = " + num(i + 1) + ", ";
    }
    return "static const volatile u16 " + name_of_table(index) +
           "[CT_MOST_CALLS] __attribute__((used)) = {" + rows + "};\n";
  }

  bool has_calls() const {
    return std::any_of(
        module_.kernel_handlers.begin(), module_.kernel_handlers.end(),
        [](const ir::KernelHandler& h) { return ir::is_of_many_calls(h.mechanism); });
  }

  /// What the kernel calls. A sleepable program is counted in and out.
  void program(size_t index, const Variant& variant, const kernel::BodyText& text,
               const std::string& site, std::string& out) {
    has_sleepable_ |= variant.sleepable;
    out += fill(R"(

        ${!sleepable?}
        SEC("${section}")
        int ${program}(void *ctx) {
          ${run}
        }
        ${end}
        ${sleepable?}
        static __always_inline int ct_run_${program}(void *ctx) {
          ${run}
        }

        SEC("${section}")
        int ${program}(void *ctx) {
          u64 *ended = ct_sleeper_begins();
          if (!ended) return 0;
          ct_run_${program}(ctx);
          ct_sleeper_ends(ended);
          return 0;
        }
        ${end}
    )",
                {{"sleepable", variant.sleepable},
                 {"section", section(module_.kernel_handlers[index], variant)},
                 {"program", variant.program},
                 {"run", run(index, variant, text, site)}});
  }

  /// A run: the gate, the context, a frame, the body, the accounts.
  std::string run(size_t program_of, const Variant& variant, const kernel::BodyText& text,
                  const std::string& site) const {
    const uint32_t late_for = module_.kernel_handlers[program_of].late_for;
    const bool at_exit = late_for != ir::kNone;
    const size_t index = at_exit ? late_for : program_of;  // of the handler whose body it is
    const ir::KernelHandler& h = module_.kernel_handlers[index];
    const bool is_too_long = h.actions > module_.actions_of(h);
    const bool is_asked = h.mechanism == Mechanism::TestRun;  // at any time
    const bool waits = is_late(h) && !is_too_long && !at_exit;
    const std::string body = "ct_body_" + layout::identifier(h.name) + "(&c)";
    return fill(
        R"(
        ${is_uprobe?}ct_own_stack(ctx);
        ${is_sample?}if (!ct_running() || ct_is_before_command()) return ct_gated(${index});
        ${is_gate?}if (!ct_running()) return 0;
        ${is_gated?}if (!(${gate})) return 0;
        ${of_calls?}
        u64 call[CT_CALL_WORDS];
        const u64 site = ${which_call}(ctx, ${table_of_calls}, call);
        if (site == CT_NOT_PROBED) return 0;
        ${end}
        ${at_exit?}struct ct_entry entry;
        ${at_exit?}if (!ct_late_begins(&entry, ${index})) return 0;
        u64 began = ct_began();
        struct ct_ctx c = {.ctx = ctx, .kind = ${kind}, .handler = ${index},
                           .first_site = ${first_site}, .site = ${site}${sleeps}${call}};
        ${has_frame?}
        c.frame = ${frames}claim();
        if (!c.frame) {
          ct_skip(${index});
          return 0;
        }
        ${end}
        ${has_limit?}c.frame->actions = ${limit};
        ${takes_actions?}c.frame->actions -= ${actions};
        ${at_exit?}
        c.entry = &entry;
        c.late = entry.mm == ct_current_mm() ? CT_LATE_RUNS : CT_LATE_GONE;
        ct_late_end(&c, ${body});
        ${end}
        ${waits?}
        c.late = CT_LATE_MAY;
        int code = ${body};
        if (c.late == CT_LATE_WANTED) code = ct_late_wait(&c, ${late_arguments});
        ct_end(&c, code);
        ${end}
        ${ends?}ct_end(&c, ${code});
        ${has_frame?}${frames}release(c.frame);
        ct_took(&c, began);
        return 0;
    )",
        {{"is_uprobe", is_uprobe(h.mechanism)},
         {"is_gate", !is_asked && !is_perf_event(h.mechanism)},
         // A sample of the process that waits to be the command would be one of coretap's own code.
         {"is_sample", is_perf_event(h.mechanism)},
         {"has_limit", text.has_loop && h.is_interruptible},
         {"limit", module_.actions_of(h)},
         // A system call's exit runs what its entry has let in.
         {"is_gated", h.gate && !at_exit},
         {"gate", h.gate ? gate(*h.gate, index) : ""},
         {"at_exit", at_exit},
         {"of_calls", ir::is_of_many_calls(variant.mechanism)},
         {"which_call",
          variant.mechanism == Mechanism::SyscallEntry ? "ct_call_begins" : "ct_call_returns"},
         {"table_of_calls", name_of_table(program_of)},
         {"call", ir::is_of_many_calls(variant.mechanism) ? ", .call = call" : ""},
         {"index", index},
         {"kind", info(variant.mechanism).kind},
         {"first_site", unit_.first_site(index)},
         {"site", site},
         {"sleeps", variant.sleepable ? ", .sleeps = 1" : ""},
         {"has_frame", text.frame_end != 0},
         {"frames", variant.sleepable ? "ct_sleepers_frame_" : "ct_frame_"},
         {"takes_actions", text.has_loop && !is_too_long},
         {"actions", h.actions},
         {"body", body},
         {"waits", waits},
         {"late_arguments", h.late_arguments},
         {"ends", !at_exit && !waits},
         {"code", is_too_long ? "CT_ERR_MAXACTION" : body}});
  }

  /// Is the event one of those that the handler is for? What costs least is asked first; what remembers that it was asked,
  /// last.
  static std::string gate(const ir::ProcessGate& gate, size_t handler) {
    std::vector<std::string> asked;
    if (gate.threads == ir::ProcessGate::Main) asked.push_back("ct_is_main_thread()");
    if (gate.threads == ir::ProcessGate::Others) asked.push_back("!ct_is_main_thread()");
    if (gate.pid != 0) asked.push_back("ct_in_process(" + std::to_string(gate.pid) + ")");
    if (gate.program != ir::kNone)
      asked.push_back("ct_runs(" + num(gate.program) + ")");
    else if (gate.pid == 0)
      asked.push_back("!ct_is_before_command()");
    const std::string who = num(handler) + ", " + num(gate.beginning) + ")";
    switch (gate.event) {
      case ir::ProcessGate::Any: break;
      case ir::ProcessGate::SystemCall: asked.push_back("ct_begins(ctx, " + who); break;
      case ir::ProcessGate::Exec: asked.push_back("ct_begins_by_exec(" + who); break;
      case ir::ProcessGate::UserTaskEnd: asked.push_back("ct_is_user_task()"); break;
    }
    std::string text;
    for (const std::string& question : asked) text += (text.empty() ? "" : " && ") + question;
    return text.empty() ? "true" : text;
  }

  bool has_gates() const {
    return std::any_of(module_.kernel_handlers.begin(), module_.kernel_handlers.end(),
                       [](const ir::KernelHandler& h) { return h.gate.has_value(); });
  }

  bool asks_program_at_end() const {
    return std::any_of(module_.kernel_handlers.begin(), module_.kernel_handlers.end(),
                       [](const ir::KernelHandler& h) {
                         return h.gate && h.gate->event == ir::ProcessGate::UserTaskEnd &&
                                h.gate->program != ir::kNone;
                       });
  }

  bool watches_programs() const {
    return std::any_of(module_.kernel_handlers.begin(), module_.kernel_handlers.end(),
                       ir::watches_a_program);
  }

  bool is_base() const { return unit_.flavour == Flavour::Base; }

  const Module& module_;
  kernel::Unit unit_;
  std::set<ir::FunctionId> written_;
  uint32_t frame_bytes_ = 0;
  bool has_sleepable_ = false;
  std::map<size_t, kernel::BodyText> run_late_;  ///< by handler: what its companion runs, too
};

}  // namespace

std::string emit_kernel_c(const Module& module, Flavour flavour) {
  return UnitEmitter(module, flavour).text();
}

}  // namespace coretap
