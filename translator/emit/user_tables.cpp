#include "emit/user_tables.h"

#include <algorithm>
#include <map>
#include <set>

#include "emit/flavour.h"
#include "emit/layout.h"
#include "emit/literals.h"
#include "emit/user_body.h"
#include "emit/variants.h"

namespace coretap {

using ir::Global;
using ir::Ty;

namespace {

/// A struct of runtime/user/harness/program.h with its members by their names, so that g++ refuses a member that is
/// not there or stands in another place.
class Row {
 public:
  Row& set(const char* member, const std::string& value) {
    text_ += (text_.empty() ? "." : ", .") + std::string(member) + " = " + value;
    return *this;
  }
  Row& set(const char* member, const char* value) { return set(member, std::string(value)); }
  Row& set(const char* member, bool value) { return set(member, value ? "true" : "false"); }
  Row& text(const char* member, const std::string& value) { return set(member, c_string(value)); }
  Row& number(const char* member, uint64_t value) {
    return set(member, std::to_string(value) + "u");
  }
  Row& wide(const char* member, uint64_t value) {
    return set(member, std::to_string(value) + "ull");
  }
  Row& signed_number(const char* member, int64_t value) {
    return set(member, long_literal(value, "ll"));
  }
  /// A table and how many rows it has.
  Row& list(const char* member, const std::string& table, const char* count, size_t rows) {
    return set(member, table).number(count, rows);
  }
  std::string str() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

/// An array definition, or nothing (and "nullptr" as its name) when there are no rows.
std::string table(const std::string& type, const std::string& name,
                  const std::vector<std::string>& rows, std::string& out) {
  if (rows.empty()) return "nullptr";
  out += "static const " + type + " " + name + "[] = {\n";
  for (const std::string& row : rows) out += "  " + row + ",\n";
  out += "};\n";
  return name;
}

const char* kind(const ir::Type& type) {
  return type.ty == Ty::Str ? "ct::Kind::Str" : "ct::Kind::Long";
}

std::string location(const Span& span) { return c_string(span ? describe(span) : ""); }

const char* need(ir::Need n) {
  switch (n) {
    case ir::Need::Required: return "ct::Need::Required";
    case ir::Need::OneOfMany: return "ct::Need::OneOfMany";
    case ir::Need::Optional: return "ct::Need::Optional";
  }
  return "ct::Need::Required";
}

std::string mechanism(ir::Mechanism m) { return std::string("ct::Mechanism::") + info(m).name; }

const char* event(ir::UserEvent e) {
  switch (e) {
    case ir::UserEvent::Begin: return "ct::UserEvent::Begin";
    case ir::UserEvent::End: return "ct::UserEvent::End";
    case ir::UserEvent::Error: return "ct::UserEvent::Error";
    case ir::UserEvent::Timer: return "ct::UserEvent::Timer";
    case ir::UserEvent::FileRead: return "ct::UserEvent::FileRead";
    case ir::UserEvent::FileWrite: return "ct::UserEvent::FileWrite";
  }
  return "ct::UserEvent::Begin";
}

std::string offset_of(const std::string& type, const std::string& member) {
  return "__builtin_offsetof(struct " + type + ", " + member + ")";
}
std::string size_of(const std::string& type) { return "sizeof(struct " + type + ")"; }

class Tables {
 public:
  explicit Tables(const ir::Module& module) : module_(module) {}

  std::string text() {
    std::string globals = global_table(), bindings = binding_table(), handlers = handler_table(),
                users = user_table(), segments = segment_table(), errors = error_place_table();
    out_ +=
        "extern \"C\" {\n"
        "extern const char ct_kernel_object[] __attribute__((weak));\n"
        "extern const char ct_kernel_object_end[] __attribute__((weak));\n"
        "extern const char ct_base_object[] __attribute__((weak));\n"
        "extern const char ct_base_object_end[] __attribute__((weak));\n"
        "extern const ct::Program ct_program;\n"
        "}\n";
    Row program;
    program.set("abi", "ct::kProgramAbi").text("script_name", module_.script_name);
    program.text("kernel_build_id", module_.kernel_build_id);
    program.set("object", "ct_kernel_object")
        .set("object_size", size_of_object("ct_kernel_object"));
    program.set("base_object", "ct_base_object");
    program.set("base_object_size", size_of_object("ct_base_object"));
    program.list("globals", globals, "global_count", module_.globals.size());
    program.list("handlers", handlers, "handler_count", module_.kernel_handlers.size());
    program.list("error_places", errors, "error_place_count", module_.error_places.size());
    program.list("bindings", bindings, "binding_count", module_.bindings.size());
    program.list("user_handlers", users, "user_handler_count", module_.user_handlers.size());
    program.list("segments", segments, "segment_count", module_.segments.size());
    program.set("shared", "reinterpret_cast<void**>(&ct_shared)");
    program.set("shared_size", "sizeof(struct ct_globals)");
    program.number("max_string", module_.max_string);
    program.number("max_map_entries", module_.max_map_entries);
    program.number("max_nesting",
                   module_.max_nesting.value_or(call_depth() + ir::kDefaultRecursion));
    program.set("suppress_errors", module_.suppress_errors);
    program.signed_number("max_errors", module_.max_errors);
    program.signed_number("max_skipped", module_.max_skipped);
    program.signed_number("max_action", module_.max_action);
    program.signed_number("max_action_interruptible", module_.max_action_interruptible);
    program.signed_number("hist_elision", module_.hist_elision);
    texts(program, "base_obstacles", "base_obstacle_count", obstacle_lines(module_));
    texts(program, "base_losses", "base_loss_count", base_losses(module_));
    std::vector<std::string> counters;
    for (const ir::PerfCounter& c : module_.perf_counters)
      counters.push_back(Row()
                             .text("name", c.name)
                             .text("map", layout::perf_map(counters.size()))
                             .number("type", c.type)
                             .wide("config", c.config)
                             .text("program", c.program)
                             .str());
    program.list("perf_counters", table("ct::NamedCounter", "ct_perf_counters", counters, out_),
                 "perf_counter_count", counters.size());
    std::vector<std::string> points;
    for (const ir::WrittenPoint& p : module_.points)
      points.push_back(Row()
                           .text("text", p.text)
                           .set("location", location(p.at))
                           .set("optional", p.optional)
                           .str());
    program.list("points", table("ct::WrittenPoint", "ct_points", points, out_), "point_count",
                 points.size());
    std::vector<std::string> programs;
    for (const ir::ProbedProgram& p : module_.programs)
      programs.push_back(
          Row().text("path", p.path).text("pp", p.pp).set("need", need(p.need)).str());
    program.list("programs", table("ct::ProbedProgram", "ct_programs", programs, out_),
                 "program_count", programs.size());
    out_ += "const ct::Program ct_program = " + program.str() + ";\n";
    return out_;
  }

 private:
  static std::string size_of_object(const std::string& object) {
    return "static_cast<u64>(" + object + "_end - " + object + ")";
  }

  void texts(Row& program, const char* member, const char* count,
             const std::vector<std::string>& lines) {
    std::vector<std::string> rows;
    for (const std::string& line : lines) rows.push_back(c_string(line));
    program.list(member, table("char* const", "ct_" + std::string(member), rows, out_), count,
                 rows.size());
  }

  /// Calls that nest without recursion.
  size_t call_depth() const {
    size_t deepest = 0;
    std::vector<bool> open(module_.functions.size());
    auto depth = [&](auto&& self, const ir::Block& block) -> size_t {
      size_t below = 0;
      for (const ir::Inst& inst : block) {
        for (const ir::Block& b : inst.blocks) below = std::max(below, self(self, b));
        if (inst.op != ir::Op::Call || open[inst.function]) continue;
        open[inst.function] = true;
        below = std::max(below, 1 + self(self, module_.functions[inst.function].body.block));
        open[inst.function] = false;
      }
      return below;
    };
    for (const ir::UserHandler& h : module_.user_handlers)
      deepest = std::max(deepest, depth(depth, h.body.block));
    for (const ir::Segment& s : module_.segments)
      deepest = std::max(deepest, depth(depth, s.body.block));
    return deepest;
  }

  std::string key_table(ir::GlobalId id, const std::string& prefix) {
    const Global& g = module_.globals[id];
    std::vector<std::string> rows;
    for (size_t i = 0; i < g.keys.size(); ++i) {
      Row row;
      row.set("kind", kind(g.keys[i]));
      if (layout::in_map(g)) {
        std::string type = layout::key_struct(module_, id), member = "k" + std::to_string(i);
        row.set("offset", offset_of(type, member));
        row.set("size", "sizeof(static_cast<struct " + type + "*>(nullptr)->" + member + ")");
      }
      rows.push_back(row.str());
    }
    return table("ct::KeyField", prefix + "_keys", rows, out_);
  }

  std::string hist_table(ir::GlobalId id, const std::string& prefix) {
    const Global& g = module_.globals[id];
    std::vector<std::string> rows;
    for (size_t i = 0; i < g.hists.size(); ++i) {
      const ir::HistSpec& h = g.hists[i];
      Row row;
      row.set("linear", h.linear).signed_number("low", h.low);
      row.signed_number("high", h.high).signed_number("step", h.step);
      if (layout::in_map(g))
        row.set("offset", offset_of(layout::value_struct(module_, id), "hist" + std::to_string(i)));
      rows.push_back(row.str());
    }
    return table("ct::HistField", prefix + "_hists", rows, out_);
  }

  std::string stat_fields(ir::GlobalId id) {
    const Global& g = module_.globals[id];
    Row row;
    auto field = [&](bool kept, const char* member) {
      row.set(member, kept && layout::in_map(g)
                          ? offset_of(layout::value_struct(module_, id), member)
                          : "ct::kAbsent");
    };
    field(g.is_stat, "count");
    field(g.is_stat, "sum");
    field(g.is_stat && g.need_min_max, "min");
    field(g.is_stat && g.need_min_max, "max");
    field(g.is_stat && g.need_variance, "squares");
    return row.str();
  }

  std::string global_row(ir::GlobalId id) {
    const Global& g = module_.globals[id];
    std::string prefix = "ct_g" + std::to_string(id);
    Row row;
    row.text("name", g.name).set("value", g.is_stat ? "ct::Kind::Stat" : kind(g.value));
    row.set("is_array", g.is_array()).set("shared", g.shared).set("additive", g.additive);
    row.set("wrap", g.wrap).set("displayed", g.displayed_at_end);
    row.set("own", module_.displays_globals && g.span && g.span.file->is_user_script);
    row.set("saves_entry", g.saves_entry).set("hashed", layout::is_hashed(g));
    row.set("ordered", layout::is_ordered(g));
    if (layout::is_scalar(g) && g.shared) {
      std::string member = layout::global_member(module_, id);
      row.set("offset", offset_of("ct_globals", member));
      row.set("value_size", "sizeof(static_cast<struct ct_globals*>(nullptr)->" + member + ")");
    } else if (layout::is_scalar(g)) {
      std::string variable = host_variable(module_, id);
      row.set("host", "&" + variable).set("value_size", "sizeof " + variable);
    } else if (layout::in_map(g)) {
      bool has_struct = g.is_stat || g.value.ty == Ty::Str;
      row.set("value_size", has_struct ? size_of(layout::value_struct(module_, id)) : "8");
    }
    if (layout::in_map(g))
      row.set("key_size", g.is_array() ? size_of(layout::key_struct(module_, id)) : "4");
    row.number("max_entries", g.max_entries);
    row.list("keys", key_table(id, prefix), "key_count", g.keys.size());
    row.set("stat", stat_fields(id)).set("keep_min_max", g.need_min_max);
    row.set("keep_variance", g.need_variance);
    row.list("hists", hist_table(id, prefix), "hist_count", g.hists.size());
    const bool two = layout::has_generations(g), index = layout::has_index(g);
    auto pair = [&](bool first, bool second, auto name) {
      return "{" + (first ? c_string(name(module_, id, 0)) : "nullptr") + ", " +
             (second ? c_string(name(module_, id, 1)) : "nullptr") + "}";
    };
    row.set("map", pair(layout::in_map(g), two, layout::map_name));
    row.set("index_map", pair(index, index && two, layout::index_name));
    if (index) row.set("index_size", size_of(layout::index_struct(module_, id)));
    if (layout::is_ordered(g)) {
      row.text("queue_map", layout::queue_name(module_, id));
      row.set("order_offset", offset_of("ct_globals", layout::order_member(module_, id)));
    }
    if (two)
      row.set("generation_offset", offset_of("ct_globals", layout::generation_member(module_, id)));
    if (g.init) {
      row.set("has_init", true).signed_number("init_long", g.init->num);
      row.set("init_str",
              "{" + c_string(g.init->str) + ", " + std::to_string(g.init->str.size()) + "}");
    } else {
      row.set("init_str", "{\"\", 0}");
    }
    return row.str();
  }

  std::string global_table() {
    std::vector<std::string> rows;
    for (ir::GlobalId id = 0; id < module_.globals.size(); ++id) rows.push_back(global_row(id));
    return table("ct::Global", "ct_global_table", rows, out_);
  }

  std::string binding_table() {
    std::vector<std::string> rows;
    for (const ir::Binding& b : module_.bindings) {
      static constexpr const char* kKinds[] = {"Parameter", "TraceArgument", "Result"};
      Row row;
      row.set("kind", std::string("ct::Binding::") + kKinds[b.kind]).text("owner", b.owner);
      row.text("module", b.module).text("name", b.name).number("slot", b.slot);
      row.set("is_pointer", b.is_pointer).text("pointee", b.pointee).number("size", b.size);
      row.set("is_signed", b.is_signed);
      rows.push_back(row.str());
    }
    return table("ct::Binding", "ct_binding_table", rows, out_);
  }

  /// The bindings that a handler cannot do without: those that its kernel code reads and does not
  /// ask for with @defined.
  static std::set<uint32_t> bindings_of(const ir::KernelHandler& handler) {
    std::set<uint32_t> read, asked;
    auto visit = [&](auto&& self, const ir::Block& block) -> void {
      for (const ir::Inst& inst : block) {
        if (inst.binding != ir::kNone)
          (inst.op == ir::Op::CoreExists ? asked : read).insert(inst.binding);
        for (const ir::Block& inner : inst.blocks) self(self, inner);
      }
    };
    visit(visit, handler.body.block);
    for (uint32_t binding : asked) read.erase(binding);
    return read;
  }

  /// The code that a site is bound to: one object for all sites of a function.
  std::string code_of(const ir::Site& site) {
    if (!site.code) return "nullptr";
    auto [known, is_new] =
        codes_.try_emplace({site.target, site.code->hash, site.code->marks}, codes_.size());
    std::string number = std::to_string(known->second), name = "ct_code_" + number;
    if (!is_new) return "&" + name;
    std::vector<std::string> ranges;
    for (auto [offset, size] : site.code->ranges)
      ranges.push_back("{" + std::to_string(offset) + "ull, " + std::to_string(size) + "ull}");
    Row row;
    row.text("name", site.code->name);
    row.list("ranges", table("ct::FunctionCode::Range", "ct_code_ranges_" + number, ranges, out_),
             "range_count", ranges.size());
    row.wide("hash", site.code->hash).wide("layout", site.code->layout);
    row.wide("marks", site.code->marks);
    out_ += "static const ct::FunctionCode " + name + " = " + row.str() + ";\n";
    return "&" + name;
  }

  std::string watch_of(const ir::Site& site) {
    if (!site.watch) return "nullptr";
    const char* const spaces[] = {"Kernel", "Program", "Process"};
    const std::string name = "ct_watch_" + std::to_string(watches_++);
    Row row;
    row.set("space", std::string("ct::DataWatch::") + spaces[site.watch->space]);
    row.number("length", site.watch->length).set("reads", site.watch->reads);
    row.wide("entry", site.watch->entry).wide("entry_offset", site.watch->entry_offset);
    out_ += "static const ct::DataWatch " + name + " = " + row.str() + ";\n";
    return "&" + name;
  }

  std::string handler_table() {
    std::vector<std::string> rows;
    for (const ir::KernelHandler& h : module_.kernel_handlers) {
      std::vector<std::string> sites;
      for (const ir::Site& s : h.sites) {
        Row site;
        site.text("target", s.target).wide("offset", s.offset).text("build_id", s.build_id);
        site.text("pp", s.pp).text("function", s.function).text("module", s.module);
        site.text("file_line", s.file_line).text("placement", s.placement);
        site.set("code", code_of(s)).signed_number("pid", s.pid).set("need", need(s.need));
        site.number("point", s.point).set("perf_is_freq", s.perf_is_freq);
        site.number("perf_type", s.perf_type).wide("perf_config", s.perf_config);
        site.wide("perf_period", s.perf_period).wide("semaphore", s.semaphore);
        site.set("watch", watch_of(s));
        if (s.origin)
          site.set("location", location(s.origin->at)).text("derivation", s.origin->derivation);
        sites.push_back(site.str());
      }
      std::string number = std::to_string(rows.size());
      std::vector<std::string> programs, bound;
      for (const Variant& v : variants(module_, h, Flavour::Modern))
        programs.push_back(Row()
                               .text("program", v.program)
                               .set("mechanism", mechanism(v.mechanism))
                               .set("sleepable", v.sleepable)
                               .str());
      for (uint32_t binding : bindings_of(h)) bound.push_back(std::to_string(binding));
      Row row;
      row.text("name", h.name);
      row.list("variants", table("ct::Variant", "ct_variants_" + number, programs, out_),
               "variant_count", programs.size());
      row.list("sites", table("ct::Site", "ct_sites_" + number, sites, out_), "site_count",
               sites.size());
      row.list("bindings", table("u32", "ct_bound_" + number, bound, out_), "binding_count",
               bound.size());
      row.number("companion", h.companion);
      row.set("location", location(h.origin.at)).text("derivation", h.origin.derivation);
      rows.push_back(row.str());
    }
    return table("ct::KernelHandler", "ct_handler_table", rows, out_);
  }

  std::string error_place_table() {
    std::vector<std::string> rows;
    for (const Span& span : module_.error_places) {
      const LineColumn at = line_column(*span.file, span.begin);
      Row row;
      row.text("token", token_of(span)).text("file", span.file->name);
      rows.push_back(row.number("line", at.line).number("column", at.column).str());
    }
    return table("ct::ErrorPlace", "ct_error_places", rows, out_);
  }

  std::string user_table() {
    std::vector<std::string> rows;
    for (const ir::UserHandler& h : module_.user_handlers) {
      Row row;
      row.set("run", handler_function(h)).set("event", event(h.event));
      row.signed_number("priority", h.priority).wide("period", h.period);
      row.wide("randomize", h.randomize).set("in_ticks", h.in_ticks).text("file", h.file.path);
      row.number("umask", h.file.umask).wide("capacity", h.file.capacity).text("pp", h.pp);
      row.set("location", location(h.origin.at)).text("derivation", h.origin.derivation);
      rows.push_back(row.str());
    }
    return table("ct::UserHandler", "ct_user_table", rows, out_);
  }

  std::string segment_table() {
    std::vector<std::string> rows(module_.segments.size());
    for (const ir::Segment& s : module_.segments) {
      Row row;
      row.set("run", "ct_segment_" + std::to_string(s.id));
      row.set("size", size_of(layout::record_struct(s))).text("pp", s.pp);
      row.set("location", location(s.span)).number("handler", s.handler);
      rows[s.id] = row.str();
    }
    return table("ct::Segment", "ct_segment_table", rows, out_);
  }

  const ir::Module& module_;
  std::string out_;
  /// Of a file, by the hashes of its code and of its notes.
  std::map<std::tuple<std::string, uint64_t, uint64_t>, size_t> codes_;
  size_t watches_ = 0;
};

}  // namespace

std::string handler_function(const ir::UserHandler& handler) {
  return "ct_on_" + layout::identifier(handler.name);
}

std::string user_tables(const ir::Module& module) { return Tables(module).text(); }

}  // namespace coretap
