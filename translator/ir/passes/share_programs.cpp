// Makes one handler of those of many system calls.
//
// `probe syscall.*` has a body for each call, because each has an alias of its own. Where a script uses of the alias only
// what all calls have (name, argstr, retstr, …), these bodies are one text with other constants: the name, the
// number of an argument. Compiling, loading and attaching hundreds of them takes minutes; so handlers
//
//   - of the entries, or of the exits, of different system calls,
//   - with one text in the script: those of one probe,
//   - with the same code but for constants (same_code.h)
//
// become one handler with a site for each call. A constant that is not the same at all sites becomes a column of a table
// (ir::SiteColumn), read by the index of the site that fired: in the kernel if kernel code wants it, else in user
// space, to which the index travels. The handler's program is on the raw tracepoint of all calls, and knows its sites by
// the number of the call (runtime/bpf/calls.bpf.h). Handlers that have nobody to share with stay as they are.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "ir/builder.h"
#include "ir/passes/passes.h"
#include "ir/passes/same_code.h"
#include "ir/syscall_numbers.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::KernelHandler;
using ir::kNone;
using ir::LocalId;
using ir::Mechanism;
using ir::Op;
using ir::Operand;

namespace {

constexpr std::string_view kEntry = "syscalls:sys_enter_", kExit = "syscalls:sys_exit_";

/// What a handler is attached to, if it may share.
struct Call {
  Mechanism mechanism = Mechanism::SyscallEntry;
  uint32_t number = 0;
};

std::optional<Call> call_of(const KernelHandler& handler) {
  if (handler.mechanism != Mechanism::Tracepoint || handler.sites.size() != 1 || handler.gate ||
      handler.companion != kNone)
    return std::nullopt;
  const std::string& target = handler.sites[0].target;
  const bool is_entry = target.starts_with(kEntry);
  if (!is_entry && !target.starts_with(kExit)) return std::nullopt;
  std::optional<uint32_t> number =
      ir::syscall_number(target.substr(is_entry ? kEntry.size() : kExit.size()));
  if (!number) return std::nullopt;
  return Call{is_entry ? Mechanism::SyscallEntry : Mechanism::SyscallExit, *number};
}

/// Handlers of one code, by index.
struct Group {
  Mechanism mechanism;
  std::vector<uint32_t> members;
  std::set<uint32_t> numbers;
};

class Sharing {
 public:
  explicit Sharing(ir::Module& module) : module_(module), handlers_(module.kernel_handlers) {}

  void run() {
    find_groups();
    std::vector<bool> gone(handlers_.size());
    for (const Group& group : groups_) {
      if (group.members.size() < 2) continue;
      join(group);
      for (size_t i = 1; i < group.members.size(); ++i) gone[group.members[i]] = true;
    }
    remove(gone);
  }

 private:
  void find_groups() {
    std::set<uint32_t> needed;  // by another handler
    for (const KernelHandler& handler : handlers_) needed.insert(handler.companion);
    for (uint32_t i = 0; i < handlers_.size(); ++i)
      if (std::optional<Call> call = call_of(handlers_[i]); call && !needed.count(i))
        group_of(i, *call).members.push_back(i);
  }

  /// The group whose code the handler has, and which has no handler of the same call yet; or a new one.
  Group& group_of(uint32_t index, const Call& call) {
    const KernelHandler& handler = handlers_[index];
    for (Group& group : groups_) {
      const KernelHandler& first = handlers_[group.members[0]];
      if (group.mechanism != call.mechanism || handler.span.file != first.span.file ||
          group.numbers.count(call.number) || !is_same_code(module_, first.body, handler.body))
        continue;
      group.numbers.insert(call.number);
      return group;
    }
    groups_.push_back({call.mechanism, {}, {call.number}});
    return groups_.back();
  }

  /// Makes the group's first handler the one of all.
  void join(const Group& group) {
    KernelHandler& handler = handlers_[group.members[0]];
    std::vector<std::vector<Operand>> rows;  // one for each site
    handler.sites[0].origin = handler.origin;
    rows.push_back(literals(handler.body));
    for (size_t i = 1; i < group.members.size(); ++i) {
      const KernelHandler& other = handlers_[group.members[i]];
      handler.sites.push_back(other.sites[0]);
      handler.sites.back().origin = other.origin;
      handler.actions = std::max(handler.actions, other.actions);
      rows.push_back(literals(other.body));
    }
    handler.mechanism = group.mechanism;
    name_columns(handler.body, rows);
  }

  /// Replaces the literals of a body that are not the same in all rows.
  void name_columns(ir::Body& body, const std::vector<std::vector<Operand>>& rows) {
    ir::Block head;
    LocalId site = kNone;
    std::map<uint32_t, LocalId> locals;  // by column
    size_t at = 0;
    const Span span = body.block.empty() ? Span{} : body.block.front().span;
    auto add = [&](Op op, std::vector<Operand> args, ir::Ty ty) -> Inst& {
      Inst inst;
      inst.op = op;
      inst.span = span;
      inst.args = std::move(args);
      inst.dst = ir::add_temporary(body, {ty, 0});
      head.push_back(std::move(inst));
      return head.back();
    };
    for_each_inst(body.block, [&](Inst& inst) {
      for (Operand& operand : inst.args) {
        if (operand.kind != Operand::Int && operand.kind != Operand::StrLit) continue;
        const uint32_t column = column_of(rows, at++);
        if (column == kNone) continue;
        if (site == kNone) site = add(Op::SiteNum, {}, ir::Ty::Long).dst;
        auto [known, is_new] = locals.try_emplace(column, kNone);
        if (is_new) {
          const ir::Ty ty = module_.columns[column].ty();
          Inst& read =
              add(ty == ir::Ty::Str ? Op::ColumnStr : Op::ColumnNum, {Operand::of(site)}, ty);
          read.imm = column;
          known->second = read.dst;
        }
        operand = Operand::of(known->second);
      }
    });
    body.block.insert(body.block.begin(), std::make_move_iterator(head.begin()),
                      std::make_move_iterator(head.end()));
  }

  /// The column of the literals at a place; kNone if they are all the same. Columns with the same values are one.
  uint32_t column_of(const std::vector<std::vector<Operand>>& rows, size_t place) {
    ir::SiteColumn column;
    bool differs = false;
    for (const std::vector<Operand>& row : rows) {
      column.values.push_back(row[place]);
      differs |= !is_same(row[place], rows[0][place]);
    }
    if (!differs) return kNone;
    auto same = [&](const ir::SiteColumn& other) {
      return std::equal(other.values.begin(), other.values.end(), column.values.begin(),
                        column.values.end(), is_same);
    };
    auto found = std::find_if(module_.columns.begin(), module_.columns.end(), same);
    if (found == module_.columns.end()) found = module_.columns.insert(found, std::move(column));
    return static_cast<uint32_t>(found - module_.columns.begin());
  }

  static bool is_same(const Operand& a, const Operand& b) {
    return a.kind == b.kind && a.num == b.num && a.str == b.str;
  }

  /// Handlers are named by index.
  void remove(const std::vector<bool>& gone) {
    std::vector<uint32_t> now(handlers_.size());
    std::vector<KernelHandler> left;
    for (uint32_t i = 0; i < handlers_.size(); ++i) {
      now[i] = static_cast<uint32_t>(left.size());
      if (!gone[i]) left.push_back(std::move(handlers_[i]));
    }
    if (left.size() == handlers_.size()) {
      handlers_ = std::move(left);
      return;
    }
    for (KernelHandler& handler : left)
      if (handler.companion != kNone) handler.companion = now[handler.companion];
    auto renumber = [&](Inst& inst) {
      if (inst.op == Op::RunKernel) inst.imm = now[static_cast<size_t>(inst.imm)];
    };
    for (ir::UserHandler& handler : module_.user_handlers)
      for_each_inst(handler.body.block, renumber);
    for (ir::Function& function : module_.functions) for_each_inst(function.body.block, renumber);
    handlers_ = std::move(left);
  }

  ir::Module& module_;
  std::vector<KernelHandler>& handlers_;
  std::vector<Group> groups_;
};

}  // namespace

void share_programs(ir::Module& module) { Sharing(module).run(); }

}  // namespace coretap
