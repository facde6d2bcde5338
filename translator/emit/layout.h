// Shapes that the kernel object and the harness must agree on: this file is the only place that
// decides them. The same text (valid as C and as C++) is pasted into both generated units, behind
// runtime/shared/abi.h.
//
//   struct ct_globals       scalars that kernel code touches, and for each array or statistic with
//                           two generations the word that says which one is filled now
//   struct ct_key_NAME      keys of a shared array: members k0, k1, …
//   struct ct_value_NAME    its values: `value`; of a statistic: count, sum, and if kept min, max
//                           (encoded, see ct_min_of() in abi.h), squares, hist0, hist1, …
//   struct ct_index_NAME    of a shared array with an index (runtime/bpf/index.bpf.h): its entries: `stamp`
//                           and, if its keys are hashed, `key`, a struct ct_key_NAME
//   struct ct_place_NAME    of an a%[N]: a place in its queue
//   struct ct_rec_N         record that starts segment N: hdr, then captures c0, c1, …
//
// Every member's size is a multiple of 8 and strings are aligned to 8, so there is no padding
// that a hash of a key could see, and strings can be copied and compared by words.
#pragma once

#include <cstdint>
#include <string>

#include "ir/ir.h"

namespace coretap::layout {

/// Declarations of all of the above.
std::string text(const ir::Module& module);

/// `name` with everything that C does not allow in an identifier replaced by '_'.
std::string identifier(const std::string& name);

/// A scalar that is not a statistic: a member of ct_globals if shared.
bool is_scalar(const ir::Global& global);
/// A shared array or statistic: it is a map.
bool in_map(const ir::Global& global);
/// Filled through two maps in turn, see ir::Global::additive.
bool has_generations(const ir::Global& global);

/// The map's key is a hash of the array's key: that is longer than the kernel takes (512 bytes), or so long
/// that hashing what is used of it is cheaper than the kernel's hash of all of it. Valid when strings have
/// their capacities.
bool is_hashed(const ir::Global& global);
/// A shared a%[N], which knows the order in which its elements were made.
bool is_ordered(const ir::Global& global);
/// It has a second map; see runtime/bpf/index.bpf.h.
bool has_index(const ir::Global& global);

std::string global_member(const ir::Module& module, ir::GlobalId global);
std::string generation_member(const ir::Module& module, ir::GlobalId global);
std::string key_struct(const ir::Module& module, ir::GlobalId global);
std::string value_struct(const ir::Module& module, ir::GlobalId global);
/// C type of the map's key.
std::string map_key(const ir::Module& module, ir::GlobalId global);
std::string index_struct(const ir::Module& module, ir::GlobalId global);
std::string place_struct(const ir::Module& module, ir::GlobalId global);
/// Member of ct_globals, a struct ct_order.
std::string order_member(const ir::Module& module, ir::GlobalId global);
std::string index_name(const ir::Module& module, ir::GlobalId global, int generation);
std::string queue_name(const ir::Module& module, ir::GlobalId global);
/// Kernel-side functions that make and remove an element of an array with an index.
std::string make_function(const ir::Module& module, ir::GlobalId global, int generation);
/// The one that removes what is over the limit of an a%[N].
std::string trim_function(const ir::Module& module, ir::GlobalId global, int generation);
std::string remove_function(const ir::Module& module, ir::GlobalId global);
/// `generation` is 0 for globals without generations.
std::string map_name(const ir::Module& module, ir::GlobalId global, int generation);
/// The map of a perf counter's events.
std::string perf_map(size_t counter);
std::string record_struct(const ir::Segment& segment);
std::string record_field(uint32_t capture);

/// Bytes that a value of `type` takes in any of these structs.
uint32_t size_of(const ir::Type& type);
uint32_t key_size(const ir::Global& global);
uint32_t value_size(const ir::Global& global);
uint32_t index_size(const ir::Global& global);
uint32_t record_size(const ir::Segment& segment);

/// Buckets of a histogram, in SystemTap's layout: 128 for a logarithmic one (0 is number 64), and
/// for a linear one those of the range plus one each below and above.
uint32_t hist_buckets(const ir::HistSpec& hist);

}  // namespace coretap::layout
