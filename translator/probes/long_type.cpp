#include "probes/long_type.h"

namespace coretap::probes {

namespace {

class LongType final : public debug::Type {
 public:
  debug::TypeKind kind() const override { return debug::TypeKind::Int; }
  std::string name() const override { return "long"; }
  std::string spelling() const override { return "long"; }
  uint64_t byte_size() const override { return sizeof(int64_t); }
  bool is_signed() const override { return true; }
  debug::TypePtr target() const override { return nullptr; }
  std::vector<uint64_t> array_counts() const override { return {}; }
  std::vector<debug::Member> members() const override { return {}; }
  std::vector<std::pair<std::string, int64_t>> enumerators() const override { return {}; }
};

}  // namespace

debug::TypePtr long_type() {
  static const auto type = std::make_shared<LongType>();
  return type;
}

}  // namespace coretap::probes
