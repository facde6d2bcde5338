// Kernel types from BTF. A type is an id into one table, so a BtfType is an id and a share in the
// table. A few names are looked up by libbpf's linear search, a fraction of a millisecond each on a
// kernel's table, and nothing is indexed on opening. Who asks for many names, as a wildcard does, gets an index of them.
//
// Tracepoint arguments: `typedef void (*btf_trace_<name>)(void* __data, ARGS)` has the types but no
// names. The names are those of the functions that the TP_PROTO also produced, `__traceiter_<name>`
// (kernels from 5.10) or `__bpf_trace_<name>`; where neither is in the table the arguments have no
// names.
#include "dwarf/btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>

#include "dwarf/spelling.h"

namespace coretap::debug {
namespace {

constexpr int kMaxHops = 64;
const char kTracepointPrefix[] = "btf_trace_";

/// Shared by the reader and every type made from it. A module's table keeps the kernel's alive.
using BtfPtr = std::shared_ptr<struct btf>;

TypePtr make_btf_type(const BtfPtr& table, uint32_t id);

class BtfType : public Type {
 public:
  BtfType(BtfPtr table, uint32_t use, uint32_t stripped)
      : table_(std::move(table)), use_(use), id_(stripped) {}

  TypeKind kind() const override;
  std::string name() const override { return text(record()->name_off); }
  std::string spelling() const override { return spell(use_, "", 0); }
  uint64_t byte_size() const override {
    if (btf_is_fwd(record()) || btf_is_func_proto(record())) return 0;
    return static_cast<uint64_t>(std::max<int64_t>(btf__resolve_size(table_.get(), id_), 0));
  }
  bool is_signed() const override {
    const btf_type* type = record();
    if (btf_is_int(type)) return (btf_int_encoding(type) & BTF_INT_SIGNED) != 0;
    return btf_is_any_enum(type) && btf_kflag(type);
  }
  TypePtr target() const override {
    const btf_type* type = record();
    if (btf_is_array(type)) return make_btf_type(table_, innermost_element(type));
    if (btf_is_ptr(type) || btf_is_func_proto(type)) return make_btf_type(table_, type->type);
    return nullptr;
  }
  std::vector<uint64_t> array_counts() const override;
  std::vector<Member> members() const override;
  std::vector<std::pair<std::string, int64_t>> enumerators() const override;

 private:
  const btf_type* record() const { return btf__type_by_id(table_.get(), id_); }
  const btf_type* record(uint32_t id) const { return btf__type_by_id(table_.get(), id); }
  std::string text(uint32_t offset) const {
    const char* name = btf__name_by_offset(table_.get(), offset);
    return name ? name : "";
  }
  uint32_t innermost_element(const btf_type* array) const;
  std::string spell(uint32_t id, const std::string& declarator, int depth) const;

  BtfPtr table_;
  uint32_t use_, id_;
};

/// Behind typedefs and qualifiers; 0 is void.
uint32_t strip(const struct btf* table, uint32_t id) {
  for (int hops = 0; hops < kMaxHops; hops++) {
    const btf_type* type = btf__type_by_id(table, id);
    if (!type || (!btf_is_mod(type) && !btf_is_typedef(type))) break;
    id = type->type;
  }
  return id;
}

TypePtr make_btf_type(const BtfPtr& table, uint32_t id) {
  uint32_t stripped = strip(table.get(), id);
  const btf_type* type = btf__type_by_id(table.get(), stripped);
  if (!type || btf_is_void(type)) return nullptr;
  return std::make_shared<BtfType>(table, id, stripped);
}

TypeKind BtfType::kind() const {
  const btf_type* type = record();
  switch (btf_kind(type)) {
    case BTF_KIND_INT:
      if (btf_int_encoding(type) & BTF_INT_BOOL) return TypeKind::Bool;
      // BTF's char flag is never set by pahole or clang; C's char is the one-byte "char".
      return type->size == 1 && text(type->name_off).find("char") != std::string::npos
                 ? TypeKind::Char
                 : TypeKind::Int;
    case BTF_KIND_FLOAT: return TypeKind::Float;
    case BTF_KIND_PTR: return TypeKind::Pointer;
    case BTF_KIND_ARRAY: return TypeKind::Array;
    case BTF_KIND_STRUCT: return TypeKind::Struct;
    case BTF_KIND_UNION: return TypeKind::Union;
    case BTF_KIND_FWD: return btf_kflag(type) ? TypeKind::Union : TypeKind::Struct;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: return TypeKind::Enum;
    case BTF_KIND_FUNC_PROTO: return TypeKind::Function;
    default: return TypeKind::Unknown;
  }
}

/// BTF nests the dimensions of an array; the element is behind all of them.
uint32_t BtfType::innermost_element(const btf_type* array) const {
  uint32_t id = btf_array(array)->type;
  for (int hops = 0; hops < kMaxHops; hops++) {
    const btf_type* type = record(id);
    if (!type || !btf_is_array(type)) break;
    id = btf_array(type)->type;
  }
  return id;
}

std::vector<uint64_t> BtfType::array_counts() const {
  std::vector<uint64_t> counts;
  const btf_type* type = record();
  for (int hops = 0; hops < kMaxHops && type && btf_is_array(type); hops++) {
    counts.push_back(btf_array(type)->nelems);
    type = record(btf_array(type)->type);
  }
  return counts;
}

std::vector<Member> BtfType::members() const {
  std::vector<Member> members;
  const btf_type* type = record();
  if (!btf_is_composite(type)) return members;
  for (uint32_t i = 0; i < btf_vlen(type); i++) {
    const btf_member& source = btf_members(type)[i];
    Member member;
    member.name = text(source.name_off);
    member.type = make_btf_type(table_, source.type);
    uint64_t bit = btf_member_bit_offset(type, i);
    member.bit_size = btf_member_bitfield_size(type, i);
    member.byte_offset = bit / 8;
    if (member.bit_size != 0) {
      uint64_t unit = std::max<uint64_t>(member.type ? member.type->byte_size() : 1, 1) * 8;
      uint64_t start = bit / unit * unit;
      if (bit - start + member.bit_size > unit) start = bit / 8 * 8;  // packed: straddles
      member.byte_offset = start / 8;
      member.bit_offset = static_cast<uint32_t>(bit - start);
    }
    members.push_back(std::move(member));
  }
  return members;
}

std::vector<std::pair<std::string, int64_t>> BtfType::enumerators() const {
  std::vector<std::pair<std::string, int64_t>> values;
  const btf_type* type = record();
  for (uint32_t i = 0; i < btf_vlen(type); i++) {
    if (btf_is_enum(type)) {
      const struct btf_enum& one = btf_enum(type)[i];
      values.emplace_back(text(one.name_off), btf_kflag(type)
                                                  ? int64_t{one.val}
                                                  : int64_t{static_cast<uint32_t>(one.val)});
    } else if (btf_is_enum64(type)) {
      const struct btf_enum64* one = btf_enum64(type) + i;
      values.emplace_back(text(one->name_off), static_cast<int64_t>(btf_enum64_value(one)));
    } else {
      break;
    }
  }
  return values;
}

std::string BtfType::spell(uint32_t id, const std::string& declarator, int depth) const {
  const btf_type* type = record(id);
  if (!type || btf_is_void(type)) return "void" + declarator;
  if (depth > kMaxHops) return "..." + declarator;
  std::string name = text(type->name_off);
  auto named = [&](const char* keyword) {
    return keyword + (name.empty() ? "{...}" : name) + declarator;
  };
  auto wrapped = [&](const std::string& wrapper) { return spell(type->type, wrapper, depth + 1); };
  switch (btf_kind(type)) {
    case BTF_KIND_STRUCT: return named("struct ");
    case BTF_KIND_UNION: return named("union ");
    case BTF_KIND_FWD: return named(btf_kflag(type) ? "union " : "struct ");
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: return named("enum ");
    case BTF_KIND_PTR: return wrapped(spelling::pointer(declarator));
    case BTF_KIND_CONST: return wrapped(spelling::qualifier("const", declarator));
    case BTF_KIND_VOLATILE: return wrapped(spelling::qualifier("volatile", declarator));
    case BTF_KIND_RESTRICT: return wrapped(spelling::qualifier("restrict", declarator));
    case BTF_KIND_TYPE_TAG: return wrapped(declarator);
    case BTF_KIND_ARRAY:
      return spell(innermost_element(type), spelling::array(declarator), depth + 1);
    case BTF_KIND_FUNC_PROTO: {
      std::string parameters;
      for (uint32_t i = 0; i < btf_vlen(type); i++) {
        uint32_t parameter = btf_params(type)[i].type;
        parameters += i ? ", " : "";
        parameters += parameter ? spell(parameter, "", depth + 1) : "...";
      }
      if (parameters.empty()) parameters = "void";  // the kernel's functions have prototypes
      return wrapped(spelling::function(parameters, declarator));
    }
    default: return named("");
  }
}

class LibbpfKernelBtf : public KernelBtf {
 public:
  LibbpfKernelBtf(BtfPtr table, uint32_t first_id)
      : table_(std::move(table)), first_id_(first_id) {}

  /// `base` is null, or the table on which this one builds.
  static ct::Result<std::shared_ptr<KernelBtf>> parse(const std::string& path, BtfPtr base);
  const BtfPtr& table() const { return table_; }

  std::optional<BtfFunction> function(const std::string& name) const override {
    const uint32_t id = own(BTF_KIND_FUNC, name);
    if (id == 0) return std::nullopt;
    auto described = prototype(btf__type_by_id(table_.get(), id)->type, 0);
    if (described) described->name = name;
    return described;
  }

  std::vector<std::string> functions(const std::string& glob) const override {
    return names_matching(BTF_KIND_FUNC, "", glob);
  }

  std::vector<std::string> tracepoints(const std::string& glob) const override {
    return names_matching(BTF_KIND_TYPEDEF, kTracepointPrefix, glob);
  }

  std::optional<BtfFunction> tracepoint(const std::string& name) const override;
  std::optional<int64_t> enumerator(const std::string& name) const override;
  TypePtr type_named(const std::string& name) const override;

 private:
  /// Types by name; the names are in the table.
  using Names = std::unordered_map<std::string_view, uint32_t>;

  /// The first type of the table's own of a kind and name, or 0. libbpf's search would find the kernel's function of that
  /// name before a module's.
  uint32_t own(uint32_t kind, const std::string& name) const {
    constexpr int kFew = 8;  // an index costs as much as some ten searches
    if (first_id_ == 1 && index_.empty() && ++searches_ <= kFew) {
      const int id = btf__find_by_name_kind(table_.get(), name.c_str(), kind);
      return id > 0 ? static_cast<uint32_t>(id) : 0;
    }
    if (index_.empty()) make_index();
    const Names& names = index_[kind];
    auto found = names.find(name);
    return found == names.end() ? 0 : found->second;
  }

  /// Of functions and typedefs.
  void make_index() const {
    index_[BTF_KIND_FUNC];
    index_[BTF_KIND_TYPEDEF];
    for (uint32_t id = first_id_; id < btf__type_cnt(table_.get()); id++) {
      const btf_type* type = btf__type_by_id(table_.get(), id);
      if (!btf_is_func(type) && !btf_is_typedef(type)) continue;
      if (const char* name = btf__name_by_offset(table_.get(), type->name_off))
        index_[btf_kind(type)].try_emplace(name, id);
    }
  }

  /// A function prototype, without its first `skip` parameters.
  std::optional<BtfFunction> prototype(uint32_t id, uint32_t skip) const {
    const btf_type* type = btf__type_by_id(table_.get(), id);
    if (!type || !btf_is_func_proto(type)) return std::nullopt;
    BtfFunction out;
    out.return_type = make_btf_type(table_, type->type);
    for (uint32_t i = skip; i < btf_vlen(type); i++) {
      const btf_param& parameter = btf_params(type)[i];
      const char* name = btf__name_by_offset(table_.get(), parameter.name_off);
      out.parameters.push_back({name ? name : "", make_btf_type(table_, parameter.type)});
    }
    return out;
  }

  std::vector<std::string> names_matching(uint32_t kind, const std::string& prefix,
                                          const std::string& glob) const {
    std::vector<std::string> names;
    for (uint32_t id = first_id_; id < btf__type_cnt(table_.get()); id++) {
      const btf_type* type = btf__type_by_id(table_.get(), id);
      if (btf_kind(type) != kind) continue;
      const char* name = btf__name_by_offset(table_.get(), type->name_off);
      if (!name || strncmp(name, prefix.c_str(), prefix.size()) != 0) continue;
      name += prefix.size();
      if (glob.empty() || glob == "*" || fnmatch(glob.c_str(), name, 0) == 0)
        names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  BtfPtr table_;
  uint32_t first_id_;  ///< of a module: the first type that is not the kernel's
  mutable int searches_ = 0;
  mutable std::map<uint32_t, Names> index_;  ///< by BTF_KIND_*; empty until it is worth its price
};

std::optional<BtfFunction> LibbpfKernelBtf::tracepoint(const std::string& name) const {
  const uint32_t id = own(BTF_KIND_TYPEDEF, kTracepointPrefix + name);
  if (id == 0) return std::nullopt;
  const btf_type* pointer = btf__type_by_id(table_.get(), btf__type_by_id(table_.get(), id)->type);
  if (!pointer || !btf_is_ptr(pointer)) return std::nullopt;
  auto types = prototype(pointer->type, 1);
  if (!types) return std::nullopt;
  types->name = name;
  for (const char* producer : {"__traceiter_", "__bpf_trace_"}) {
    auto named = function(producer + name);
    if (!named || named->parameters.size() != types->parameters.size() + 1) continue;
    for (size_t i = 0; i < types->parameters.size(); i++)
      types->parameters[i].name = named->parameters[i + 1].name;
    if (types->parameters.empty() || !types->parameters[0].name.empty()) break;
  }
  return types;
}

std::optional<int64_t> LibbpfKernelBtf::enumerator(const std::string& name) const {
  for (uint32_t id = 1; id < btf__type_cnt(table_.get()); id++) {
    const btf_type* type = btf__type_by_id(table_.get(), id);
    if (!btf_is_any_enum(type)) continue;
    for (const auto& [each, value] : make_btf_type(table_, id)->enumerators())
      if (each == name) return value;
  }
  return std::nullopt;
}

TypePtr LibbpfKernelBtf::type_named(const std::string& name) const {
  struct Spelling {
    const char* keyword;
    std::vector<uint32_t> kinds;
  };
  static const Spelling spellings[] = {
      {"struct ", {BTF_KIND_STRUCT}},
      {"union ", {BTF_KIND_UNION}},
      {"enum ", {BTF_KIND_ENUM, BTF_KIND_ENUM64}},
      {"", {BTF_KIND_TYPEDEF, BTF_KIND_INT, BTF_KIND_FLOAT}},
  };
  for (const Spelling& spelling : spellings) {
    if (name.compare(0, strlen(spelling.keyword), spelling.keyword) != 0) continue;
    const char* tag = name.c_str() + strlen(spelling.keyword);
    for (uint32_t kind : spelling.kinds) {
      int id = btf__find_by_name_kind(table_.get(), tag, kind);
      if (id > 0) return make_btf_type(table_, static_cast<uint32_t>(id));
    }
    break;
  }
  return nullptr;
}

int silent(enum libbpf_print_level, const char*, va_list) { return 0; }

ct::Result<std::shared_ptr<KernelBtf>> LibbpfKernelBtf::parse(const std::string& path,
                                                              BtfPtr base) {
  // libbpf would print its reasons to stderr; the caller gets them instead.
  libbpf_print_fn_t printer = libbpf_set_print(silent);
  errno = 0;
  struct btf* table =
      base ? btf__parse_split(path.c_str(), base.get()) : btf__parse(path.c_str(), nullptr);
  int problem = errno;
  libbpf_set_print(printer);
  if (!table || libbpf_get_error(table)) {
    // What libbpf answers of an ELF file without the section (ENODATA since version 1.0).
    const bool has_none =
        (problem == ENOENT || problem == ENODATA) && access(path.c_str(), F_OK) == 0;
    if (has_none) return ct::Status("the file has no section .BTF", problem);
    const bool is_of_libbpf = problem >= __LIBBPF_ERRNO__START;  // its own: of the format
    return problem && !is_of_libbpf ? ct::Status::of_errno(problem) : ct::Status("it is not BTF");
  }
  uint32_t first_id = base ? btf__type_cnt(base.get()) : 1;
  return std::make_shared<LibbpfKernelBtf>(
      BtfPtr(table, [base](struct btf* owned) { btf__free(owned); }), first_id);
}

}  // namespace

ct::Result<std::shared_ptr<KernelBtf>> KernelBtf::open(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))  // libbpf waits for a FIFO
    return ct::Status("it is not a regular file");
  return LibbpfKernelBtf::parse(path, nullptr);
}

ct::Result<std::shared_ptr<KernelBtf>> KernelBtf::open_module(
    const std::string& path, const std::shared_ptr<KernelBtf>& kernel) {
  return LibbpfKernelBtf::parse(path, std::static_pointer_cast<LibbpfKernelBtf>(kernel)->table());
}

}  // namespace coretap::debug
