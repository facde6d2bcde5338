// process(P).data("SYMBOL") and .data(ADDRESS), kernel.data(…), with .write or .rw, and .length(N) before it: a debug
// register of the processor that looks at a few bytes of data.
//
// An address of process("PATH") and of the target is one of the program's file, as readelf shows it, and moves with the
// program; so does a symbol. With process(PID) an address is one of that process, as its pointers have it. What the kernel
// has is looked up where the script runs: nothing of it is known here.
#include <algorithm>
#include <cstdint>

#include "probes/dwarf_scope.h"
#include "probes/families.h"
#include "probes/plain_scopes.h"
#include "probes/process_target.h"
#include "runtime/shared/code_hash.h"

namespace coretap::probes {

namespace {

/// What debug registers can look at: arch_build_bp_info() in arch/x86/kernel/hw_breakpoint.c. Those of aarch64 can do so, too.
constexpr uint32_t kLengths[] = {1, 2, 4, 8};
constexpr const char kLengthRule[] = "a debug register watches 1, 2, 4 or 8 bytes";

bool is_length(uint64_t length) {
  return std::find(std::begin(kLengths), std::end(kLengths), length) != std::end(kLengths);
}

/// A place to watch.
struct Data {
  uint64_t address = 0;
  uint64_t size = 0;  ///< 0: not known
};

class DataResolver {
 public:
  DataResolver(const ast::ProbePoint& point, ResolveContext& context)
      : point_(point), context_(context), data_(*find_component(point, "data")) {}

  std::vector<ResolvedProbe> resolve() {
    if (const ast::ProbeComponent* length = find_component(point_, "length")) {
      if (!is_length(static_cast<uint64_t>(*length->number_arg))) {
        fail("watch-length", length->span,
             std::string(kLengthRule) + ", not " + std::to_string(*length->number_arg));
        return {};
      }
      length_ = static_cast<uint32_t>(*length->number_arg);
    }
    if (point_.components.front().functor == "kernel") return of_kernel();
    std::vector<ResolvedProbe> probes;
    for (const ProcessTarget& target : find_process_targets(point_, context_)) {
      auto probe = data_.string_arg ? of_symbol(target) : of_address(target);
      if (probe) probes.push_back(std::move(*probe));
    }
    return probes;
  }

 private:
  Diagnostic& fail(const char* id, const Span& at, const std::string& message) {
    return context_.diagnostics.semantic_error(id, at, message);
  }

  ResolvedProbe make(const std::string& prefix, ir::DataWatch::Space space, uint64_t address,
                     uint32_t length) const {
    ResolvedProbe probe;
    probe.canonical = prefix + ".data(" +
                      (data_.string_arg ? "\"" + *data_.string_arg + "\"" : hex(address)) + ")";
    if (length_ != 0) probe.canonical += ".length(" + std::to_string(length_) + ")";
    const bool reads = has_component(point_, "rw");
    probe.canonical += reads ? ".rw" : ".write";
    probe.side = ir::Side::Kernel;
    probe.mechanism = ir::Mechanism::DataWatch;
    probe.site.offset = address;
    probe.site.watch = ir::DataWatch{space, length, reads, 0, 0};
    probe.scope = make_no_scope("a data probe has no context variables");
    return probe;
  }

  /// Debug registers compare an address without its lowest bits.
  bool check_alignment(uint64_t address, uint32_t length, const Span& at) {
    if (address % length == 0) return true;
    fail("watch-alignment", at,
         "address " + hex(address) + " is not a multiple of " + std::to_string(length) +
             ": a debug register watches " + std::to_string(length) +
             " bytes only from such an address on")
        .hint("watch fewer bytes, with .length(N)");
    return false;
  }

  std::vector<ResolvedProbe> of_kernel() {
    // As in stap, one byte: an access to any part of what is there passes its first byte, if it is to the whole.
    const uint32_t length = length_ ? length_ : 1;
    if (data_.string_arg) {
      ResolvedProbe probe = make("kernel", ir::DataWatch::Kernel, 0, length);
      probe.site.target = *data_.string_arg;
      return {probe};
    }
    const auto address = static_cast<uint64_t>(*data_.number_arg);
    if (*data_.number_arg >= 0) {
      fail("watch-address", data_.span, hex(address) + " is not an address of the kernel")
          .hint(
              "the kernel is in the upper half of all addresses; process(PID).data(ADDRESS) is for "
              "a program's");
      return {};
    }
    if (!check_alignment(address, length, data_.span)) return {};
    return {make("kernel", ir::DataWatch::Kernel, address, length)};
  }

  std::optional<ResolvedProbe> of_address(const ProcessTarget& target) {
    const auto address = static_cast<uint64_t>(*data_.number_arg);
    const uint32_t length = length_ ? length_ : 1;
    if (!check_alignment(address, length, data_.span)) return std::nullopt;
    if (!point_.components.front().number_arg) return of_program(target, {address, 0}, length);
    if (*data_.number_arg < 0) {
      fail("watch-address", data_.span, hex(address) + " is not an address of a process");
      return std::nullopt;
    }
    ResolvedProbe probe = make(canonical_prefix(target), ir::DataWatch::Process, address, length);
    probe.site.pid = target.pid;
    return probe;
  }

  std::optional<ResolvedProbe> of_symbol(const ProcessTarget& target) {
    std::optional<Data> data = find(*target.module);
    if (!data) return std::nullopt;
    uint32_t length = length_;
    if (length == 0) {
      if (!is_length(data->size)) {
        const std::string name = "'" + *data_.string_arg + "'";
        fail("watch-length", data_.span,
             (data->size ? name + " has " + std::to_string(data->size) + " bytes"
                         : "the size of " + name + " is not known") +
                 ", and " + kLengthRule)
            .hint("say how many of its first bytes are to be watched: .data(\"" +
                  *data_.string_arg + "\").length(8)");
        return std::nullopt;
      }
      length = static_cast<uint32_t>(data->size);
    }
    if (!check_alignment(data->address, length, data_.span)) return std::nullopt;
    return of_program(target, *data, length);
  }

  std::optional<ResolvedProbe> of_program(const ProcessTarget& target, const Data& data,
                                          uint32_t length) {
    const debug::Module& module = *target.module;
    if (!module.data_offset(data.address) && module.section_at(data.address).empty()) {
      fail("watch-address", data_.span,
           "address " + hex(data.address) + " is not in the program " + module.path())
          .hint(
              "the addresses are those that 'readelf -s' shows; process(PID).data(ADDRESS) takes "
              "addresses of a process");
      return std::nullopt;
    }
    const std::optional<uint64_t> entry = module.entry();
    const std::optional<uint64_t> entry_offset = entry ? module.file_offset(*entry) : std::nullopt;
    if (!entry_offset) {
      fail("watch-library", point_.components.front().span,
           module.path() + " is a library, and only the data of a program can be watched")
          .hint("with process(PID).data(ADDRESS) any address of a process can be watched");
      return std::nullopt;
    }
    ResolvedProbe probe =
        make(canonical_prefix(target), ir::DataWatch::Program, data.address, length);
    probe.site.target = module.path();
    probe.site.pid = target.pid;
    probe.site.watch->entry = *entry;
    probe.site.watch->entry_offset = *entry_offset;
    bind(module, probe.site);
    return probe;
  }

  /// An address of data holds for one build. No code is probed, so none is compared.
  static void bind(const debug::Module& module, ir::Site& site) {
    site.build_id = module.build_id();
    auto code = std::make_shared<ir::FunctionCode>();
    code->hash = ct::CodeHash().value();
    if (site.build_id.empty()) code->layout = module.layout();
    site.code = std::move(code);
  }

  /// What the name means in the program; nothing after a report.
  std::optional<Data> find(const debug::Module& module) {
    const std::string& name = *data_.string_arg;
    const std::vector<debug::DataSymbol> symbols = module.data_symbols(name);
    if (symbols.empty()) return find_variable(module);
    if (symbols.size() > 1) {
      Diagnostic& diagnostic = fail("ambiguous-data", data_.span,
                                    "there are several symbols '" + name + "' in " + module.path());
      std::vector<std::string> addresses;
      for (const debug::DataSymbol& symbol : symbols) addresses.push_back(hex(symbol.address));
      diagnostic.hint("they are at " + join(addresses) + "; name the file, as in \"" + name +
                      "@file.c\", or the address");
      return std::nullopt;
    }
    if (!symbols.front().is_thread_local)
      return Data{symbols.front().address, symbols.front().size};
    report_thread_local();
    return std::nullopt;
  }

  /// What only the debug information knows: "name@file", names of C++ with their namespaces.
  std::optional<Data> find_variable(const debug::Module& module) {
    const std::string& name = *data_.string_arg;
    const size_t at = name.find('@');
    std::optional<debug::Variable> variable =
        at == std::string::npos ? module.global_variable(name)
                                : variable_of_file(module, name.substr(0, at), name.substr(at + 1));
    if (!variable) {
      Diagnostic& diagnostic = fail("no-such-data", data_.span,
                                    "there is no variable '" + name + "' in " + module.path());
      if (!module.has_dwarf())
        diagnostic.hint("it has no debug information, and its symbol table does not have the name");
      return std::nullopt;
    }
    const debug::VarLocation location = module.location_at(*variable, {});
    if (location.kind == debug::VarLocation::Memory && location.expr->op == debug::LocExpr::TlsAddr)
      return report_thread_local(), std::nullopt;
    if (location.kind != debug::VarLocation::Memory ||
        location.expr->op != debug::LocExpr::StaticAddr) {
      fail("no-such-data", data_.span,
           "'" + name + "' has no fixed place in memory" +
               (location.why.empty() ? "" : ": " + location.why));
      return std::nullopt;
    }
    return Data{static_cast<uint64_t>(location.expr->value),
                variable->type ? variable->type->byte_size() : 0};
  }

  void report_thread_local() {
    fail("no-such-data", data_.span,
         "'" + *data_.string_arg + "' is thread-local: each thread has its own, at another address")
        .hint("with process(PID).data(ADDRESS) the one of a thread can be watched");
  }

  const ast::ProbePoint& point_;
  ResolveContext& context_;
  const ast::ProbeComponent& data_;
  uint32_t length_ = 0;  ///< as written; 0: not
};

}  // namespace

std::vector<ResolvedProbe> resolve_data(const ast::ProbePoint& point, ResolveContext& context) {
  return DataResolver(point, context).resolve();
}

}  // namespace coretap::probes
