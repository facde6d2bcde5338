// Which variant of an enum with data, as Rust has them, a value is.
#pragma once

#include "probes/place.h"

namespace coretap::probes {

/// The place among `variants.all` of the variant that the value at `place` is, or -1 for none of them.
ct::Result<ir::Operand> variant_number(const Place& place, const debug::Variants& variants,
                                       PlaceEmitter& emitter);

/// The content of one variant. What is emitted raises a run-time error if the value is another one.
ct::Result<Place> content_of(const Place& place, const debug::Variants& variants, size_t wanted,
                             PlaceEmitter& emitter);

}  // namespace coretap::probes
