// The kernel makes an event and a function of SYSCALL_DEFINEx(NAME, TYPE, NAME, …) (include/linux/syscalls.h). BTF has the
// function's wrapper only, which takes registers; the event's format in tracefs has each argument's name and the text of its
// type. BTF knows what the type is. An argument's place in the call is the kernel's promise to programs, so a binary that is
// built with these names is right on every kernel.
#include "probes/syscall_parameters.h"

#include <map>
#include <optional>
#include <sstream>

#include "probes/families.h"
#include "probes/scope_base.h"
#include "runtime/user/kernel/tracefs.h"

namespace coretap::probes {

namespace {

/// The type that `text` spells: "const char *", "unsigned int", "umode_t". Null if BTF does not know it.
debug::TypePtr type_of_text(std::string text, const debug::KernelBtf& btf) {
  int pointers = 0;
  std::string name;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word == "const" || word == "volatile") continue;
    if (word.find_first_not_of('*') == std::string::npos)
      pointers += static_cast<int>(word.size());
    else
      name += (name.empty() ? "" : " ") + word;
  }
  // What the kernel's sources write, and how compilers name it.
  static const std::map<std::string, std::string> spellings = {
      {"unsigned", "unsigned int"}, {"long", "long int"}, {"unsigned long", "long unsigned int"}};
  if (auto other = spellings.find(name); other != spellings.end()) name = other->second;
  debug::TypePtr type = name == "void" ? nullptr : btf.type_named(name);
  if (!type && name != "void") return nullptr;
  for (int i = 0; i < pointers; i++) type = pointer_to(type);
  return type;
}

class SyscallParameters final : public VariableScope {
 public:
  SyscallParameters(std::string event, ResolveContext& context)
      : VariableScope(context), event_(std::move(event)) {}

  std::vector<std::string> listing() override {
    std::vector<std::string> lines;
    for (const Parameter& parameter : parameters())
      lines.push_back("$" + parameter.name + ":" + spelling(parameter.type));
    return lines;
  }
  std::string sharing_key() const override { return event_; }
  debug::TypePtr type_named(const std::string& name) override {
    return btf_ ? btf_->type_named(name) : nullptr;
  }
  bool is_kernel() const override { return false; }  // what they point to is the program's

 protected:
  ct::Result<Root, Diagnostic> find(const std::string& name, const Span& at) override {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters()) {
      if (parameter.name == name) return root(parameter);
      names.push_back(parameter.name);
    }
    Diagnostic problem =
        semantic_problem("no-such-variable", at, "the system call has no argument '$" + name + "'");
    hint_names(problem, name, names);
    return problem;
  }
  ct::Result<Root, Diagnostic> find_var(const ast::AtVar& var) override {
    return find(var.target, var.span);
  }
  std::optional<std::vector<VarsEntry>> group(const std::string& name) override {
    std::vector<VarsEntry> entries;
    if (name != "$$vars" && name != "$$parms") return std::nullopt;
    for (const Parameter& parameter : parameters())
      entries.push_back({parameter.name, parameter.type, root(parameter).emit});
    return entries;
  }

 private:
  struct Parameter {
    std::string name;
    debug::TypePtr type;
    int index = 0;
  };

  static Root root(const Parameter& parameter) {
    return {parameter.type, [parameter](PlaceEmitter& emitter) {
              ir::Builder& to = emitter.to().builder();
              ir::LocalId word = to.temp(ir::Ty::Long);
              ir::Inst& inst = to.append(ir::Op::CtxArg, {}, word);
              inst.imm = parameter.index;
              inst.is_signed = true;
              Place place;
              place.kind = Place::Value;
              place.type = parameter.type;
              place.base = ir::Operand::of(word);
              return place;
            }};
  }

  /// Those whose type is known.
  const std::vector<Parameter>& parameters() {
    if (was_read_) return parameters_;
    was_read_ = true;
    btf_ = context_.kernel_btf({});
    int index = 0;
    for (const ct::TraceField& field : ct::trace_event_fields("syscalls", event_)) {
      if (field.name == "__syscall_nr") continue;
      debug::TypePtr type = btf_ ? type_of_text(field.type, *btf_) : nullptr;
      if (type) parameters_.push_back({field.name, type, index});
      index++;
    }
    return parameters_;
  }

  const std::string event_;
  bool was_read_ = false;
  std::shared_ptr<debug::KernelBtf> btf_;
  std::vector<Parameter> parameters_;
};

}  // namespace

std::shared_ptr<ContextScope> make_syscall_parameters(const std::string& event,
                                                      ResolveContext& context) {
  return std::make_shared<SyscallParameters>(event, context);
}

}  // namespace coretap::probes
