// What is saved at the entry must be found by the very call that it belongs to, however that ends.
//
// Of a program's function the key is the process and the canonical frame address: the place in memory that
// belongs to one call as long as it lasts. Recursion, coroutines that other threads go on with, longjmp and
// exceptions out of the function, which leave values behind, do no harm to others: the next call with that
// frame overwrites them. Go moves stacks: there, the key is the goroutine and the frame's distance from
// the upper end of its stack.
//
// A forked child has copies of all frames, but is another process. So the calls that are going on are
// linked, from the innermost that a thread is in (`innermost`) outwards (`outer`), and when a process
// forks, the child gets a copy of what was saved for those of the forking thread. That handler runs before
// the child does.
//
// By a uretprobe several calls may have one frame, if the function is left by a tail call that comes back
// to it: then the values are numbered, last in first out, as the kernel takes the returns.
//
// Of a kernel function, which can be none of this, the key is the thread and how deep it is nested.
//
// User space may make a text ($x$), and then the rest of a handler depends on user space. So plain numbers are saved and
// fetched before texts and what is made of texts.
#include "lower/entry_values.h"

#include <algorithm>
#include <set>

#include "analyse/variable_use.h"
#include "ast/visitor.h"
#include "ir/walk.h"

namespace coretap {

using ir::Op;
using ir::Operand;
using ir::Side;
using ir::Ty;

namespace {

/// The value of an expression of kernel C.
Operand by_c(ir::Builder& b, const char* expression) {
  ir::LocalId dst = b.temp(Ty::Long);
  b.embedded(EmbeddedC(expression), {}, dst);
  return Operand::of(dst);
}

Operand get(ir::Builder& b, ir::GlobalId array, std::vector<Operand> keys, Ty type = Ty::Long,
            ir::LocalId dst = ir::kNone) {
  if (dst == ir::kNone) dst = b.temp(type);
  b.append(Op::ArrayGet, std::move(keys), dst).global = array;
  return Operand::of(dst);
}

void set(ir::Builder& b, ir::GlobalId array, Operand value, const std::vector<Operand>& keys) {
  std::vector<Operand> args{std::move(value)};
  args.insert(args.end(), keys.begin(), keys.end());
  b.append(Op::ArraySet, std::move(args)).global = array;
}

void remove(ir::Builder& b, ir::GlobalId array, std::vector<Operand> keys) {
  b.append(Op::ArrayDelete, std::move(keys)).global = array;
}

bool has_text(ast::Expr& expr) {
  bool has = ir_type(expr.type) == Ty::Str;
  ast::for_each_child(expr, [&](ast::ExprPtr& child) { has = has || has_text(*child); });
  return has;
}

/// Takes the values under `key` out of their arrays into their locals: the plain numbers, or those that have texts.
/// Returns whether all were there, if there are any: the arrays make room for new elements one by one, each on its own.
std::optional<Operand> fetch_values(ir::Builder& b, const std::vector<EntrySave>& saves,
                                    bool with_text, const std::vector<Operand>& key) {
  std::optional<Operand> all_known;
  for (const EntrySave& save : saves) {
    if (save.has_text != with_text) continue;
    ir::LocalId known = b.temp(Ty::Long);
    b.append(Op::ArrayIn, key, known).global = save.array;
    get(b, save.array, key, save.type, save.local);
    remove(b, save.array, key);
    all_known = all_known ? b.value(Op::And, {*all_known, Operand::of(known)}) : Operand::of(known);
  }
  return all_known;
}

template <typename Then, typename Else>
void branch(ir::Builder& b, Operand condition, Then&& then, Else&& otherwise) {
  std::vector<ir::Block> blocks;
  blocks.push_back(b.nested(then));
  blocks.push_back(b.nested(otherwise));
  b.append(Op::If, {std::move(condition)}).blocks = std::move(blocks);
}

template <typename Then>
void when(ir::Builder& b, Operand condition, Then&& then) {
  branch(b, std::move(condition), then, [] {});
}

void leave_unless_known(ir::Builder& b, const std::optional<Operand>& all_known) {
  if (!all_known) return;
  branch(
      b, *all_known, [] {}, [&] { b.leave_unseen(); });
}

std::vector<Operand> with(std::vector<Operand> keys, const std::optional<Operand>& last) {
  if (last) keys.push_back(*last);
  return keys;
}

void put_in_front(ir::Body& body, ir::Block prologue) {
  body.block.insert(body.block.begin(), std::make_move_iterator(prologue.begin()),
                    std::make_move_iterator(prologue.end()));
}

/// The key of the call that the handler is in; nothing if the frame is not known.
std::optional<std::vector<Operand>> call_key(const probes::ResolvedProbe& site,
                                             BodyLowering& body) {
  ir::Builder& b = body.builder();
  auto reg = [&](unsigned number) {
    ir::LocalId value = b.temp(Ty::Long);
    b.append(Op::Reg, {}, value).imm = number;
    return Operand::of(value);
  };
  std::optional<Operand> frame = site.frame
                                     ? b.add(reg(site.frame->dwarf_register), site.frame->offset)
                                     : site.scope->lower_cfa(body);
  if (!frame) return std::nullopt;
  std::vector<Operand> key{b.value(Op::ProcessId)};
  if (site.frame && site.frame->goroutine_register) {
    // runtime2.go: struct g begins with struct stack { lo, hi uintptr }.
    constexpr int64_t kUpperEnd = 8;
    Operand goroutine = reg(*site.frame->goroutine_register);
    Operand end = b.load(ir::Space::User, b.add(goroutine, kUpperEnd), 8, false);
    frame = b.value(Op::Sub, {end, *frame});
    key.push_back(goroutine);
  }
  key.push_back(*frame);
  return key;
}

}  // namespace

void only_in_process(int64_t pid, ir::Builder& b) {
  if (pid == 0) return;
  Operand here = b.value(Op::Eq, {b.value(Op::ProcessId), Operand::integer(pid)});
  branch(
      b, here, [] {}, [&] { b.append(Op::Next); });
}

ir::KernelHandler EntryValues::entry_handler(const SiteGroup& group) const {
  ir::KernelHandler entry;
  entry.name = "probe_" + std::to_string(outer_.module.kernel_handlers.size());
  entry.span = probe_.span;
  entry.origin = probe_.origin;
  entry.mechanism = ir::Mechanism::Uprobe;
  std::set<std::pair<std::string, uint64_t>> seen;
  for (const probes::ResolvedProbe* site : group) {
    if (!site->entry) continue;
    entry.mechanism = site->entry->mechanism;
    if (!seen.insert({site->entry->site.target, site->entry->site.offset}).second) continue;
    entry.sites.push_back(site->entry->site);
    ir::Site& added = entry.sites.back();
    added.need = site->site.need;
    added.point = site->site.point;
    if (added.pp.empty()) added.pp = site->entry->canonical;
  }
  return entry;
}

bool EntryValues::is_entry(const probes::ResolvedProbe& site) {
  return site.mechanism == ir::Mechanism::UprobeAtReturn && site.entry &&
         site.entry->site.offset == site.site.offset;
}

void EntryValues::save_for_return(const SiteGroup& group, ir::KernelHandler& handler,
                                  BodyLowering& returning) {
  const probes::ResolvedProbe& first = *group.front();
  if (!first.entry) {
    outer_.program.diagnostics.semantic_error(
        "no-entry", probe_.span, "values at entry are not available at this probe point");
    return;
  }
  order(returning.entry_saves);
  if (is_entry(first)) return evaluate_here(group, handler, returning);
  if (!first.site.code) return by_depth(group, handler, returning);
  by_frame(group, handler, returning);
}

/// Plain numbers first, unless somebody could see in which order they are evaluated.
void EntryValues::order(std::vector<EntrySave>& saves) const {
  for (EntrySave& save : saves) save.has_text = has_text(const_cast<ast::Expr&>(*save.expr));
  auto is_number = [](const EntrySave& save) { return !save.has_text; };
  if (std::ranges::is_partitioned(saves, is_number)) return;
  const ProgramUse use(outer_.program);
  auto has_effect = [&](const EntrySave& save) {
    return use.has_effect(const_cast<ast::Expr&>(*save.expr));
  };
  if (std::ranges::none_of(saves, has_effect))
    std::stable_partition(saves.begin(), saves.end(), is_number);
}

/// A function that is nothing but its return instruction.
void EntryValues::evaluate_here(const SiteGroup& group, ir::KernelHandler& handler,
                                BodyLowering& returning) {
  ir::Block prologue;
  BodyLowering at_entry(outer_, handler.body, Side::Kernel, probe_.span,
                        group.front()->entry->scope.get());
  ir::Builder& b = at_entry.builder();
  prologue = b.nested([&] {
    for (const EntrySave& save : returning.entry_saves)
      b.append(Op::Copy, {at_entry.value(const_cast<ast::Expr&>(*save.expr))}, save.local);
  });
  put_in_front(handler.body, std::move(prologue));
}

void EntryValues::by_frame(const SiteGroup& group, ir::KernelHandler& handler,
                           BodyLowering& returning) {
  const probes::ResolvedProbe& first = *group.front();
  const bool is_go = first.frame && first.frame->goroutine_register;
  const std::string prefix = "entry" + std::to_string(outer_.module.kernel_handlers.size());
  std::vector<Ty> call(is_go ? 3 : 2, Ty::Long), value = call;
  if (first.shares_frames) value.push_back(Ty::Long);
  SavedValues saved;
  saved.outer = outer_.hidden_array(prefix + "_outer", call, Ty::Long);
  saved.innermost = outer_.hidden_array(prefix + "_innermost", {Ty::Long}, Ty::Long);
  if (first.shares_frames) saved.count = outer_.hidden_array(prefix + "_count", call, Ty::Long);

  ir::KernelHandler entry = entry_handler(group);
  BodyLowering saving(outer_, entry.body, Side::Kernel, probe_.span, first.entry->scope.get());
  ir::Builder& e = saving.builder();
  only_in_process(first.site.pid, e);
  std::optional<std::vector<Operand>> key = call_key(*first.entry, saving);
  std::optional<std::vector<Operand>> found;
  ir::Builder& b = returning.builder();
  ir::Block prologue = b.nested([&] {
    only_in_process(first.site.pid, b);  // of others nothing was saved
    found = call_key(first, returning);
  });
  if (!key || !found) {
    outer_.program.diagnostics
        .semantic_error("no-entry", probe_.span,
                        "values at entry are not available at this probe point")
        .hint(first.site.target + " has no unwind information for the function");
    return;
  }
  std::optional<Operand> number;
  if (saved.count) {
    number = Operand::of(e.temp(Ty::Long));
    std::vector<Operand> args{Operand::integer(1)};
    args.insert(args.end(), key->begin(), key->end());
    e.append(Op::ArrayAdd, std::move(args), number->local).global = *saved.count;
  }
  // The frame of the call around it, plus 1: so that what is not there is not 0.
  ir::LocalId around = e.temp(Ty::Long);
  if (is_go) {
    e.append(Op::Copy, {Operand::integer(1)}, around);
  } else {
    Operand thread = e.value(Op::ThreadId);
    Operand innermost = get(e, saved.innermost, {thread});
    e.append(Op::Add, {innermost, Operand::integer(1)}, around);
    // A call with the frame of one that is over, or in the same call again.
    when(e, e.value(Op::Eq, {innermost, key->back()}), [&] {
      Operand before = get(e, saved.outer, *key);
      e.append(Op::Copy, {before}, around);
      when(e, e.value(Op::Eq, {before, Operand::integer(0)}),
           [&] { e.append(Op::Copy, {Operand::integer(1)}, around); });
    });
    set(e, saved.innermost, key->back(), {thread});
  }
  set(e, saved.outer, Operand::of(around), *key);
  for (size_t i = 0; i < returning.entry_saves.size(); i++) {
    EntrySave& save = returning.entry_saves[i];
    save.array = outer_.hidden_array(prefix + "_" + std::to_string(i), value, save.type);
    saved.values.push_back({save.array, save.type});
    set(e, save.array, saving.value(const_cast<ast::Expr&>(*save.expr)), with(*key, number));
  }

  ir::Block fetch = b.nested([&] {
    Operand outer = get(b, saved.outer, *found);
    branch(
        b, outer, [] {}, [&] { b.leave_unseen(); });
    std::optional<Operand> last;
    if (saved.count) last = get(b, *saved.count, *found);
    const std::vector<Operand> value_key = with(*found, last);
    std::optional<Operand> plain_known = fetch_values(b, returning.entry_saves, false, value_key);
    auto leave = [&] {
      remove(b, saved.outer, *found);
      if (saved.count) remove(b, *saved.count, *found);
      if (is_go) return;
      Operand thread = b.value(Op::ThreadId);
      Operand next = b.value(Op::Sub, {outer, Operand::integer(1)});
      branch(
          b, next, [&] { set(b, saved.innermost, next, {thread}); },
          [&] { remove(b, saved.innermost, {thread}); });
    };
    if (!saved.count)
      leave();
    else
      branch(
          b, b.value(Op::Lt, {Operand::integer(1), *last}),
          [&] {
            std::vector<Operand> args{Operand::integer(-1)};
            args.insert(args.end(), found->begin(), found->end());
            b.append(Op::ArrayAdd, std::move(args)).global = *saved.count;
          },
          leave);
    leave_unless_known(b, plain_known);
    leave_unless_known(b, fetch_values(b, returning.entry_saves, true, value_key));
  });
  prologue.insert(prologue.end(), std::make_move_iterator(fetch.begin()),
                  std::make_move_iterator(fetch.end()));
  put_in_front(handler.body, std::move(prologue));
  handler.companion = static_cast<uint32_t>(outer_.module.kernel_handlers.size());
  outer_.module.kernel_handlers.push_back(std::move(entry));
  if (!is_go) outer_.saved_values.push_back(std::move(saved));
}

void EntryValues::by_depth(const SiteGroup& group, ir::KernelHandler& handler,
                           BodyLowering& returning) {
  std::string prefix = "entry" + std::to_string(outer_.module.kernel_handlers.size());
  ir::GlobalId depth_array = outer_.hidden_array(prefix + "_depth", {Ty::Long}, Ty::Long);
  ir::KernelHandler entry = entry_handler(group);
  BodyLowering saving(outer_, entry.body, Side::Kernel, probe_.span,
                      group.front()->entry->scope.get());
  ir::Builder& e = saving.builder();
  Operand thread = e.value(Op::ThreadId);
  ir::LocalId depth = e.temp(Ty::Long);
  auto enter = [&] {
    e.append(Op::ArrayAdd, {Operand::integer(1), thread}, depth).global = depth_array;
  };
  // A system call has no calls within it, so its values may come first: a handler that has done nothing
  // yet can wait for the program's memory (late_reads.cpp).
  const bool is_syscall = entry.mechanism == ir::Mechanism::Tracepoint;
  if (!is_syscall) enter();
  std::vector<Operand> values;
  for (size_t i = 0; i < returning.entry_saves.size(); i++) {
    EntrySave& save = returning.entry_saves[i];
    save.array =
        outer_.hidden_array(prefix + "_" + std::to_string(i), {Ty::Long, Ty::Long}, save.type);
    values.push_back(saving.value(const_cast<ast::Expr&>(*save.expr)));
    if (!is_syscall) set(e, save.array, values.back(), {thread, Operand::of(depth)});
  }
  if (is_syscall) {
    enter();
    for (size_t i = 0; i < values.size(); i++)
      set(e, returning.entry_saves[i].array, values[i], {thread, Operand::of(depth)});
  }

  ir::Builder& b = returning.builder();
  ir::Block prologue = b.nested([&] {
    Operand tid = b.value(Op::ThreadId);
    Operand at = get(b, depth_array, {tid});
    branch(
        b, at, [] {}, [&] { b.leave_unseen(); });
    std::optional<Operand> plain_known = fetch_values(b, returning.entry_saves, false, {tid, at});
    branch(
        b, b.value(Op::Eq, {at, Operand::integer(1)}), [&] { remove(b, depth_array, {tid}); },
        [&] {
          b.append(Op::ArrayAdd, {Operand::integer(-1), tid}).global = depth_array;
        });
    leave_unless_known(b, plain_known);
    leave_unless_known(b, fetch_values(b, returning.entry_saves, true, {tid, at}));
  });
  put_in_front(handler.body, std::move(prologue));
  handler.companion = static_cast<uint32_t>(outer_.module.kernel_handlers.size());
  outer_.module.kernel_handlers.push_back(std::move(entry));
}

void EntryValues::save_registers(const SiteGroup& group, BodyLowering& inside) {
  ir::KernelHandler entry = entry_handler(group);
  const probes::ResolvedProbe& first = *group.front();
  BodyLowering saving(outer_, entry.body, Side::Kernel, probe_.span, first.entry->scope.get());
  std::optional<Operand> frame = first.entry->scope->lower_cfa(saving);
  ir::Builder& b = saving.builder();
  Operand process = b.value(Op::ProcessId);
  for (auto [number, array] : inside.entry_registers) {
    ir::LocalId value = b.temp(Ty::Long);
    b.append(Op::Reg, {}, value).imm = number;
    set(b, array, Operand::of(value), {process, *frame});
  }
  outer_.module.kernel_handlers.push_back(std::move(entry));
}

// ------------------------------------------------------------------ forks

namespace {

/// Copies what was saved for the calls of one thread, from the innermost outwards, for a child. First the
/// kernel finds the calls, then the values are copied: those that are made in user space are there.
class Inheritance {
 public:
  Inheritance(const SavedValues& saved, ir::Builder& b) : saved_(saved), b_(b) {
    for (size_t i = 0; i < kMostCalls; i++) {
      frames_.push_back(zero());
      if (saved.count) counts_.push_back(zero());
    }
  }

  void emit(Operand parent, Operand parent_thread, Operand child, Operand child_thread) {
    parent_ = parent;
    child_ = child;
    Operand innermost = get(b_, saved_.innermost, {parent_thread});
    when(b_, innermost, [&] {
      set(b_, saved_.innermost, innermost, {child_thread});
      call(innermost, 0);
    });
    for (auto [array, type] : saved_.values)
      for (size_t i = 0; i < frames_.size(); i++)
        when(b_, Operand::of(frames_[i]),
             [&, array = array, type = type] { value(array, type, i); });
  }

 private:
  /// More calls of one function than this, going on in the thread that forks, are not inherited.
  static constexpr size_t kMostCalls = 16;

  ir::LocalId zero() {
    ir::LocalId local = b_.temp(Ty::Long);
    b_.append(Op::Copy, {Operand::integer(0)}, local);
    return local;
  }

  void call(Operand frame, size_t number) {
    Operand outer = get(b_, saved_.outer, {parent_, frame});
    when(b_, outer, [&] {
      set(b_, saved_.outer, outer, {child_, frame});
      b_.append(Op::Copy, {frame}, frames_[number]);
      if (saved_.count) {
        Operand count = get(b_, *saved_.count, {parent_, frame}, Ty::Long, counts_[number]);
        set(b_, *saved_.count, count, {child_, frame});
      }
      if (number + 1 == kMostCalls) return;
      Operand next = b_.value(Op::Sub, {outer, Operand::integer(1)});
      when(b_, next, [&] { call(next, number + 1); });
    });
  }

  void value(ir::GlobalId array, Ty type, size_t number) {
    std::optional<Operand> count;
    if (saved_.count) count = Operand::of(counts_[number]);
    Operand frame = Operand::of(frames_[number]);
    Operand value = get(b_, array, with({parent_, frame}, count), type);
    set(b_, array, value, with({child_, frame}, count));
  }

  const SavedValues& saved_;
  ir::Builder& b_;
  std::vector<ir::LocalId> frames_, counts_;
  Operand parent_, child_;
};

}  // namespace

void inherit_saved_values(ModuleLowering& outer) {
  if (outer.saved_values.empty()) return;
  ir::KernelHandler handler;
  handler.name = "probe_" + std::to_string(outer.module.kernel_handlers.size());
  handler.span = outer.program.probes.front().span;
  handler.origin = outer.program.probes.front().origin;
  handler.mechanism = ir::Mechanism::TpBtf;
  ir::Site site;
  site.target = "sched_process_fork";
  site.pp = "kernel.trace(\"sched_process_fork\")";
  handler.sites.push_back(site);
  ir::Builder b(handler.body, handler.span);
  Operand child = by_c(b, "ct_forked_process(c)");
  Operand parent = b.value(Op::ProcessId);
  // Not a thread, which has a stack of its own.
  when(b, b.value(Op::Ne, {child, parent}), [&] {
    Operand child_thread = by_c(b, "ct_forked_thread(c)");
    Operand parent_thread = b.value(Op::ThreadId);
    for (const SavedValues& saved : outer.saved_values)
      Inheritance(saved, b).emit(parent, parent_thread, child, child_thread);
  });
  outer.module.kernel_handlers.push_back(std::move(handler));
}

}  // namespace coretap
