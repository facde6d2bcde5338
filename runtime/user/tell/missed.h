// Events that the kernel lost before any BPF program saw them.
#pragma once

#include "accounts.h"

namespace ct {

/// Stops the counters of perf events, so that they can be compared with the handlers' runs.
void stop_perf_events(const Attachments& attachments);

/// Sums the losses of all links and perf events of these programs, by their ids.
Losses missed_events(Mechanism mechanism, const std::vector<u32>& programs,
                     const Attachments& attachments, const ct_counts& counts);

}  // namespace ct
