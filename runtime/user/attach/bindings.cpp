// What may differ between the kernel that the program was built for and this one, and what becomes
// of it:
//   position            followed
//   width, signedness   followed: the value is extended as this kernel's type says
//   pointer to another struct, pointer instead of integer (or vice versa), no such name: refused
// A kernel whose BTF has no names for a tracepoint's arguments is trusted only where count and types
// agree.
//
// What the script asks for with @defined may be missing: then its `present` is 0.
#include "bindings.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "runtime/user/kernel/build_id.h"

namespace ct {
namespace {

using BtfPtr = std::unique_ptr<btf, void (*)(btf*)>;

/// Behind typedefs and qualifiers; null for void.
const btf_type* plain_type(const btf* types, u32 id) {
  const btf_type* type = btf__type_by_id(types, id);
  while (type && (btf_is_mod(type) || btf_is_typedef(type)))
    type = btf__type_by_id(types, type->type);
  return type && btf_is_void(type) ? nullptr : type;
}

std::string type_name(const btf* types, const btf_type* type) {
  const char* name = btf__name_by_offset(types, type->name_off);
  return name ? name : "";
}

/// "struct dentry" or "union …" if `type` is a named one, else "".
std::string record_name(const btf* types, const btf_type* type) {
  if (!type || type_name(types, type).empty()) return "";
  bool is_union = btf_is_union(type) || (btf_is_fwd(type) && btf_kflag(type));
  if (!is_union && !btf_is_struct(type) && !btf_is_fwd(type)) return "";
  return (is_union ? "union " : "struct ") + type_name(types, type);
}

/// How messages spell a parameter's type: enough to see why it does not fit.
std::string spelling(const btf* types, const btf_type* type) {
  if (!type) return "nothing";
  if (!btf_is_ptr(type)) {
    std::string record = record_name(types, type);
    return !record.empty() ? record : "'" + type_name(types, type) + "'";
  }
  std::string pointee = record_name(types, plain_type(types, type->type));
  return pointee.empty() ? "a pointer" : "'" + pointee + " *'";
}

u64 size_of(const btf* types, u32 id) {
  s64 size = btf__resolve_size(types, id);
  return size > 0 ? static_cast<u64>(size) : 0;
}

/// BTF of the kernel and of its modules, read when first asked for.
class RunningKernel {
 public:
  /// Null if it cannot be read.
  const btf* types(const char* module) {
    auto [entry, is_new] = tables_.try_emplace(module, nullptr, btf__free);
    if (is_new) {
      btf* base = *module ? const_cast<btf*>(types("")) : nullptr;
      btf* table = !*module ? btf__load_vmlinux_btf()
                   : base   ? btf__load_module_btf(module, base)
                            : nullptr;
      entry->second.reset(table);
    }
    return entry->second.get();
  }

 private:
  // Modules' tables refer to the kernel's, whose key "" sorts first: a map's nodes are destroyed in
  // no order that is promised, but btf__free() of a module's table does not look at its base.
  std::map<std::string, BtfPtr> tables_;
};

/// One lookup. Its failure says in the user's words why a binding does not fit.
class Lookup {
 public:
  Lookup(const btf* types, const Binding& binding) : types_(types), binding_(binding) {}

  Status resolve(ct_binding& result) {
    const btf_type* function = prototype();
    if (!function) return Status("this kernel has no " + owner());
    if (binding_.kind == Binding::Result) return fit(function->type, 0, result);
    u32 first = binding_.kind == Binding::TraceArgument ? 1 : 0;  // void *__data
    const btf_type* names = first ? named_twin(btf_vlen(function)) : function;
    u32 slot = 0, count = btf_vlen(function);
    for (u32 i = first; i < count; ++i) {
      const btf_param& parameter = btf_params(function)[i];
      // Without names, the place that it had on the build machine must still fit.
      bool found = names ? binding_.name == name_of(btf_params(names)[i]) : slot == binding_.slot;
      if (found) return fit(parameter.type, slot, result);
      slot += ct_argument_words(size_of(types_, parameter.type));
    }
    return Status(owner() + " has no parameter '$" + binding_.name + "' on this kernel");
  }

 private:
  std::string owner() const {
    return (binding_.kind == Binding::TraceArgument ? "tracepoint '" : "function '") +
           std::string(binding_.owner) + "'";
  }

  std::string name_of(const btf_param& parameter) const {
    const char* name = btf__name_by_offset(types_, parameter.name_off);
    return name ? name : "";
  }

  const btf_type* function_type(const std::string& name) const {
    int id = btf__find_by_name_kind(types_, name.c_str(), BTF_KIND_FUNC);
    return id > 0 ? btf__type_by_id(types_, btf__type_by_id(types_, static_cast<u32>(id))->type)
                  : nullptr;
  }

  const btf_type* prototype() const {
    if (binding_.kind != Binding::TraceArgument) return function_type(binding_.owner);
    std::string name = std::string("btf_trace_") + binding_.owner;
    int id = btf__find_by_name_kind(types_, name.c_str(), BTF_KIND_TYPEDEF);
    if (id <= 0) return nullptr;
    const btf_type* pointer = plain_type(types_, static_cast<u32>(id));
    const btf_type* type = pointer ? btf__type_by_id(types_, pointer->type) : nullptr;
    return type && btf_is_func_proto(type) ? type : nullptr;
  }

  /// A tracepoint's prototype has no names of arguments; a function made from the same TP_PROTO has.
  const btf_type* named_twin(u32 parameters) const {
    for (const char* prefix : {"__traceiter_", "__bpf_trace_"}) {
      const btf_type* type = function_type(prefix + std::string(binding_.owner));
      if (type && btf_vlen(type) == parameters &&
          (parameters < 2 || !name_of(btf_params(type)[1]).empty()))
        return type;
    }
    return nullptr;
  }

  Status fit(u32 id, u32 slot, ct_binding& result) const {
    const btf_type* type = plain_type(types_, id);
    std::string what = binding_.kind == Binding::Result
                           ? std::string("the result")
                           : "parameter '$" + std::string(binding_.name) + "'";
    Status differs(
        what + " of " + owner() + " is " + spelling(types_, type) + " on this kernel, and was " +
        (binding_.is_pointer
             ? *binding_.pointee ? "'" + std::string(binding_.pointee) + " *'" : "a pointer"
             : "a number") +
        " where the script was built");
    if (slot >= CT_MOST_SLOTS)
      return Status(what + " of " + owner() + " has too many others before it");
    u64 size = type ? size_of(types_, id) : 0;
    if (!type || size == 0 || size > 8 || btf_is_ptr(type) != binding_.is_pointer) return differs;
    if (binding_.is_pointer) {
      std::string pointee = record_name(types_, plain_type(types_, type->type));
      if (pointee != binding_.pointee) return differs;
    } else if (btf_is_composite(type) || btf_is_array(type)) {
      return differs;
    }
    result.slot = slot;
    result.unused = 64 - 8 * static_cast<u32>(size);
    result.is_signed = (btf_is_int(type) && (btf_int_encoding(type) & BTF_INT_SIGNED) != 0) ||
                       (btf_is_any_enum(type) && btf_kflag(type));
    return {};
  }

  const btf* types_;
  const Binding& binding_;
};

/// Fails with the reason if the binding is not on this kernel.
Status look_up(RunningKernel& kernel, const Binding& binding, ct_binding& result) {
  if (const btf* types = kernel.types(binding.module))
    return Lookup(types, binding).resolve(result);
  if (*binding.module) return Status(std::string("module '") + binding.module + "' is not loaded");
  return Status("the kernel has no type information (BTF), so '" + std::string(binding.owner) +
                "' has no parameters that could be read");
}

ct_binding as_built(const Binding& binding) {
  return {binding.slot, 64 - 8 * binding.size, binding.is_signed, 1};
}

}  // namespace

Status resolve_bindings(const Program& program, Ladder& ladder, std::vector<ct_binding>& resolved) {
  resolved.clear();
  for (u32 i = 0; i < program.binding_count; ++i) resolved.push_back(as_built(program.bindings[i]));
  if (program.binding_count == 0) return {};
  if (*program.kernel_build_id && kernel_build_id() == program.kernel_build_id) return {};
  RunningKernel kernel;
  std::vector<Status> found;
  for (u32 i = 0; i < program.binding_count; ++i) {
    found.push_back(look_up(kernel, program.bindings[i], resolved[i]));
    resolved[i].present = static_cast<bool>(found[i]);
  }
  for (u32 h = 0; h < program.handler_count; ++h) {
    const KernelHandler& handler = program.handlers[h];
    for (u32 i = 0; i < handler.binding_count && !ladder.dropped(h); ++i) {
      const Status& binding = found[handler.bindings[i]];
      if (binding || ladder.drop(h, binding.text())) continue;
      return binding.reworded("cannot probe " + std::string(handler.sites[0].pp) + ": " +
                              binding.text());
    }
  }
  return {};
}

bool tells_program_at_end() {
  BtfPtr types(btf__load_vmlinux_btf(), btf__free);
  int id =
      types ? btf__find_by_name_kind(types.get(), "btf_trace_sched_process_exit", BTF_KIND_TYPEDEF)
            : -1;
  if (id < 0) return false;
  const btf_type* pointer = plain_type(types.get(), static_cast<u32>(id));
  const btf_type* prototype =
      btf_is_ptr(pointer) ? btf__type_by_id(types.get(), pointer->type) : nullptr;
  constexpr u32 kParameters = 3;  // of the tracepoint's data, the task, group_dead
  return prototype && btf_is_func_proto(prototype) && btf_vlen(prototype) >= kParameters;
}

}  // namespace ct
