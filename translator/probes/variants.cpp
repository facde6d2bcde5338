#include "probes/variants.h"

#include <algorithm>

namespace coretap::probes {

using ir::Op;
using ir::Operand;

ct::Result<Operand> variant_number(const Place& place, const debug::Variants& variants,
                                   PlaceEmitter& emitter) {
  if (!variants.problem.empty()) return ct::Status(variants.problem);
  auto any_other =
      std::ranges::find_if(variants.all, [](const auto& each) { return each.is_any_other; });
  const int64_t other = any_other == variants.all.end() ? -1 : any_other - variants.all.begin();
  if (!variants.discriminant) return Operand::integer(other);
  const debug::Member& member = *variants.discriminant;
  ct::Result<Place> at = emitter.member(place, debug::FoundMember{{member}, member.byte_offset});
  if (!at) return at.failure();
  ct::Result<Operand> number = emitter.read(*at);
  if (!number) return number;
  ir::Builder& to = emitter.to().builder();
  const ir::LocalId which = to.temp(ir::Ty::Long);
  to.append(Op::Copy, {Operand::integer(other)}, which);
  for (size_t i = 0; i < variants.all.size(); i++)
    for (const int64_t value : variants.all[i].values)
      to.if_true(to.value(Op::Eq, {*number, Operand::integer(value)}),
                 [&] { to.append(Op::Copy, {Operand::integer(static_cast<int64_t>(i))}, which); });
  return Operand::of(which);
}

ct::Result<Place> content_of(const Place& place, const debug::Variants& variants, size_t wanted,
                             PlaceEmitter& emitter) {
  ct::Result<Operand> number = variant_number(place, variants, emitter);
  if (!number) return number.failure();
  ir::Builder& to = emitter.to().builder();
  const debug::Variants::Variant& variant = variants.all[wanted];
  to.if_true(to.value(Op::Ne, {*number, Operand::integer(static_cast<int64_t>(wanted))}), [&] {
    to.append(Op::Error,
              {Operand::string("the value is another variant than '" + variant.name + "'")});
  });
  return emitter.member(place, debug::FoundMember{{variant.content}, variant.content.byte_offset});
}

}  // namespace coretap::probes
