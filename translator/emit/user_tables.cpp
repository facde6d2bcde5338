#include "emit/user_tables.h"

#include <algorithm>
#include <map>
#include <set>

#include "emit/flavour.h"
#include "emit/layout.h"
#include "emit/user_body.h"
#include "emit/variants.h"

namespace coretap {

using ir::Global;
using ir::Ty;

namespace {

/// A table row, "{a, b, c}".
class Row {
 public:
  Row& add(const std::string& text) {
    text_ += (text_.empty() ? "" : ", ") + text;
    return *this;
  }
  Row& add(bool v) { return add(std::string(v ? "true" : "false")); }
  Row& add(const char* text) { return add(std::string(text)); }
  Row& number(uint64_t v) { return add(std::to_string(v) + "u"); }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string long_literal(int64_t v) {
  return v == INT64_MIN ? "(-9223372036854775807ll - 1)" : std::to_string(v) + "ll";
}

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
                users = user_table(), segments = segment_table();
    out_ +=
        "extern \"C\" {\n"
        "extern const char ct_kernel_object[] __attribute__((weak));\n"
        "extern const char ct_kernel_object_end[] __attribute__((weak));\n"
        "extern const char ct_base_object[] __attribute__((weak));\n"
        "extern const char ct_base_object_end[] __attribute__((weak));\n"
        "extern const ct::Program ct_program;\n"
        "}\n";
    Row program;
    program.add("ct::kProgramAbi").add(c_string(module_.script_name));
    program.add(c_string(module_.kernel_build_id));
    for (const char* object : {"ct_kernel_object", "ct_base_object"})
      program.add(object).add(std::string("static_cast<u64>(") + object + "_end - " + object + ")");
    program.add(globals).number(module_.globals.size());
    program.add(handlers).number(module_.kernel_handlers.size());
    program.add(bindings).number(module_.bindings.size());
    program.add(users).number(module_.user_handlers.size());
    program.add(segments).number(module_.segments.size());
    program.add("reinterpret_cast<void**>(&ct_shared)").add("sizeof(struct ct_globals)");
    program.number(module_.max_string).number(module_.max_map_entries);
    program.number(module_.max_nesting + call_depth());
    program.add(module_.suppress_errors);
    program.add(long_literal(module_.max_errors)).add(long_literal(module_.max_skipped));
    program.add(long_literal(module_.max_action));
    program.add(long_literal(module_.max_action_interruptible));
    program.add(long_literal(module_.hist_elision));
    std::vector<std::string> obstacles;
    for (const std::string& line : obstacle_lines(module_)) obstacles.push_back(c_string(line));
    program.add(table("char* const", "ct_base_obstacles", obstacles, out_))
        .number(obstacles.size());
    std::vector<std::string> losses;
    for (const std::string& line : base_losses(module_)) losses.push_back(c_string(line));
    program.add(table("char* const", "ct_base_losses", losses, out_)).number(losses.size());
    std::vector<std::string> counters;
    for (const ir::PerfCounter& c : module_.perf_counters)
      counters.push_back(Row()
                             .add(c_string(c.name))
                             .add(c_string(layout::perf_map(counters.size())))
                             .number(c.type)
                             .add(std::to_string(c.config) + "ull")
                             .add(c_string(c.program))
                             .text());
    program.add(table("ct::NamedCounter", "ct_perf_counters", counters, out_))
        .number(counters.size());
    std::vector<std::string> points;
    for (const ir::WrittenPoint& p : module_.points)
      points.push_back(Row().add(c_string(p.text)).add(location(p.at)).add(p.optional).text());
    program.add(table("ct::WrittenPoint", "ct_points", points, out_)).number(points.size());
    std::vector<std::string> programs;
    for (const ir::ProbedProgram& p : module_.programs)
      programs.push_back(Row().add(c_string(p.path)).add(c_string(p.pp)).add(need(p.need)).text());
    program.add(table("ct::ProbedProgram", "ct_programs", programs, out_)).number(programs.size());
    out_ += "const ct::Program ct_program = " + program.text() + ";\n";
    return out_;
  }

 private:
  /// Calls that nest without recursion; MAXNESTING is what recursion may add.
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
      row.add(kind(g.keys[i]));
      if (layout::in_map(g)) {
        std::string member = "k" + std::to_string(i);
        row.add(offset_of(layout::key_struct(module_, id), member));
        row.add("sizeof(static_cast<struct " + layout::key_struct(module_, id) + "*>(nullptr)->" +
                member + ")");
      } else {
        row.number(0).number(0);
      }
      rows.push_back(row.text());
    }
    return table("ct::KeyField", prefix + "_keys", rows, out_);
  }

  std::string hist_table(ir::GlobalId id, const std::string& prefix) {
    const Global& g = module_.globals[id];
    std::vector<std::string> rows;
    for (size_t i = 0; i < g.hists.size(); ++i) {
      const ir::HistSpec& h = g.hists[i];
      Row row;
      row.add(h.linear)
          .add(long_literal(h.low))
          .add(long_literal(h.high))
          .add(long_literal(h.step));
      row.add(layout::in_map(g)
                  ? offset_of(layout::value_struct(module_, id), "hist" + std::to_string(i))
                  : "0");
      rows.push_back(row.text());
    }
    return table("ct::HistField", prefix + "_hists", rows, out_);
  }

  std::string stat_fields(ir::GlobalId id) {
    const Global& g = module_.globals[id];
    Row row;
    auto field = [&](bool kept, const char* member) {
      row.add(kept && layout::in_map(g) ? offset_of(layout::value_struct(module_, id), member)
                                        : "ct::kAbsent");
    };
    field(g.is_stat, "count");
    field(g.is_stat, "sum");
    field(g.is_stat && g.need_min_max, "min");
    field(g.is_stat && g.need_min_max, "max");
    field(g.is_stat && g.need_variance, "squares");
    return row.text();
  }

  std::string global_row(ir::GlobalId id) {
    const Global& g = module_.globals[id];
    std::string prefix = "ct_g" + std::to_string(id);
    Row row;
    row.add(c_string(g.name)).add(g.is_stat ? "ct::Kind::Stat" : kind(g.value));
    row.add(g.is_array()).add(g.shared).add(g.additive).add(g.wrap).add(g.displayed_at_end);
    row.add(g.saves_entry).add(layout::is_hashed(g)).add(layout::is_ordered(g));
    if (layout::is_scalar(g)) {
      std::string member =
          g.shared ? layout::global_member(module_, id) : host_variable(module_, id);
      row.add(g.shared ? "nullptr" : "&" + member);
      row.add(g.shared ? offset_of("ct_globals", member) : "0");
      row.add(g.shared ? "sizeof(static_cast<struct ct_globals*>(nullptr)->" + member + ")"
                       : "sizeof " + member);
    } else {
      row.add("nullptr").number(0);
      row.add(!layout::in_map(g)                   ? "0"
              : g.is_stat || g.value.ty == Ty::Str ? size_of(layout::value_struct(module_, id))
                                                   : "8");
    }
    row.add(!layout::in_map(g) ? "0"
            : g.is_array()     ? size_of(layout::key_struct(module_, id))
                               : "4");
    row.number(g.max_entries);
    row.add(key_table(id, prefix)).number(g.keys.size());
    row.add(stat_fields(id)).add(g.need_min_max).add(g.need_variance);
    row.add(hist_table(id, prefix)).number(g.hists.size());
    bool two = layout::has_generations(g);
    row.add("{" + (layout::in_map(g) ? c_string(layout::map_name(module_, id, 0)) : "nullptr") +
            ", " + (two ? c_string(layout::map_name(module_, id, 1)) : "nullptr") + "}");
    bool index = layout::has_index(g), ordered = layout::is_ordered(g);
    row.add("{" + (index ? c_string(layout::index_name(module_, id, 0)) : "nullptr") + ", " +
            (index && two ? c_string(layout::index_name(module_, id, 1)) : "nullptr") + "}");
    row.add(index ? size_of(layout::index_struct(module_, id)) : "0");
    row.add(ordered ? c_string(layout::queue_name(module_, id)) : "nullptr");
    row.add(ordered ? offset_of("ct_globals", layout::order_member(module_, id)) : "0");
    row.add(two ? offset_of("ct_globals", layout::generation_member(module_, id)) : "0");
    row.add(g.init.has_value());
    row.add(long_literal(g.init ? g.init->num : 0));
    row.add("{" + c_string(g.init ? g.init->str : "") + ", " +
            std::to_string(g.init ? g.init->str.size() : 0) + "}");
    return row.text();
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
      row.add(std::string("ct::Binding::") + kKinds[b.kind]).add(c_string(b.owner));
      row.add(c_string(b.module)).add(c_string(b.name)).number(b.slot).add(b.is_pointer);
      row.add(c_string(b.pointee)).number(b.size).add(b.is_signed);
      rows.push_back(row.text());
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
    row.add(c_string(site.code->name));
    row.add(table("ct::FunctionCode::Range", "ct_code_ranges_" + number, ranges, out_));
    row.number(ranges.size()).add(std::to_string(site.code->hash) + "ull");
    row.add(std::to_string(site.code->layout) + "ull");
    row.add(std::to_string(site.code->marks) + "ull");
    out_ += "static const ct::FunctionCode " + name + " = " + row.text() + ";\n";
    return "&" + name;
  }

  std::string handler_table() {
    std::vector<std::string> rows;
    for (const ir::KernelHandler& h : module_.kernel_handlers) {
      std::vector<std::string> sites;
      for (const ir::Site& s : h.sites) {
        Row site;
        site.add(c_string(s.target)).add(std::to_string(s.offset) + "ull");
        site.add(c_string(s.build_id)).add(c_string(s.pp)).add(c_string(s.function));
        site.add(c_string(s.module)).add(c_string(s.file_line)).add(c_string(s.placement));
        site.add(code_of(s)).add(long_literal(s.pid)).add(need(s.need)).number(s.point);
        site.add(s.perf_is_freq).number(s.perf_type);
        site.add(std::to_string(s.perf_config) + "ull").add(std::to_string(s.perf_period) + "ull");
        site.add(std::to_string(s.semaphore) + "ull");
        sites.push_back(site.text());
      }
      std::string number = std::to_string(rows.size());
      std::vector<std::string> programs, bound;
      for (const Variant& v : variants(module_, h, Flavour::Modern))
        programs.push_back(
            Row().add(c_string(v.program)).add(mechanism(v.mechanism)).add(v.sleepable).text());
      for (uint32_t binding : bindings_of(h)) bound.push_back(std::to_string(binding));
      Row row;
      row.add(c_string(h.name)).add(table("ct::Variant", "ct_variants_" + number, programs, out_));
      row.number(programs.size()).add(table("ct::Site", "ct_sites_" + number, sites, out_));
      row.number(sites.size()).add(table("u32", "ct_bound_" + number, bound, out_));
      row.number(bound.size()).number(h.companion);
      row.add(h.span ? c_string(h.span.file->name) : "nullptr");
      row.add(location(h.origin.at)).add(c_string(h.origin.derivation));
      rows.push_back(row.text());
    }
    return table("ct::KernelHandler", "ct_handler_table", rows, out_);
  }

  std::string user_table() {
    std::vector<std::string> rows;
    for (const ir::UserHandler& h : module_.user_handlers) {
      Row row;
      row.add(handler_function(h)).add(event(h.event)).add(long_literal(h.priority));
      row.add(std::to_string(h.period_ns) + "ull").add(std::to_string(h.randomize_ns) + "ull");
      row.add(c_string(h.pp));
      row.add(location(h.origin.at)).add(c_string(h.origin.derivation));
      rows.push_back(row.text());
    }
    return table("ct::UserHandler", "ct_user_table", rows, out_);
  }

  std::string segment_table() {
    std::vector<std::string> rows(module_.segments.size());
    for (const ir::Segment& s : module_.segments) {
      Row row;
      row.add("ct_segment_" + std::to_string(s.id));
      row.add(size_of(layout::record_struct(s))).add(c_string(s.pp));
      row.add(location(s.span)).number(s.handler);
      rows[s.id] = row.text();
    }
    return table("ct::Segment", "ct_segment_table", rows, out_);
  }

  const ir::Module& module_;
  std::string out_;
  /// Of a file, by the hashes of its code and of its notes.
  std::map<std::tuple<std::string, uint64_t, uint64_t>, size_t> codes_;
};

}  // namespace

std::string handler_function(const ir::UserHandler& handler) {
  return "ct_on_" + layout::identifier(handler.name);
}

std::string user_tables(const ir::Module& module) { return Tables(module).text(); }

}  // namespace coretap
