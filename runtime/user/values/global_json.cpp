// What a statistic has not kept, because the script does not ask for it, is left out: a number that is not known is not 0.
#include "global_json.h"

#include <string.h>

#include <vector>

#include "array.h"
#include "runtime/common/json.h"

namespace ct {
namespace {

/// The buckets that are not empty. `low` and `high` are the least and the greatest value of a bucket; null: it has no such limit.
std::string histogram_json(const HistField& field, const std::vector<u64>& counts) {
  const HistShape of = shape(field);
  const u32 last = of.buckets() - 1;
  JsonList buckets;
  for (u32 i = 0; i <= last; ++i) {
    if (counts[i] == 0) continue;
    const HistLimits limits = of.limits(i);
    JsonList bucket;
    bucket.add("low", limits.has_low ? std::to_string(limits.low) : "null");
    bucket.add("high", limits.has_high ? std::to_string(limits.high) : "null");
    bucket.add("count", std::to_string(counts[i]));
    buckets.add(bucket.object());
  }
  JsonList histogram;
  histogram.add("scale", of.linear ? "\"linear\"" : "\"log\"");
  if (of.linear) {
    histogram.add("low", std::to_string(of.low));
    histogram.add("high", std::to_string(of.high));
    histogram.add("step", std::to_string(of.step));
  }
  histogram.add("buckets", buckets.array());
  return histogram.object();
}

std::string statistic_json(const Global& g, const Statistic& s) {
  JsonList fields;
  fields.add("count", std::to_string(s.count));
  // A shared statistic has in its map only what the script asks for.
  const bool has_sum = !g.shared || g.stat.sum != kAbsent;
  if (s.count != 0) {
    if (has_sum) fields.add("sum", std::to_string(s.sum));
    if (has_sum) fields.add("avg", std::to_string(s.avg()));
    if (g.keep_min_max) fields.add("min", std::to_string(s.min));
    if (g.keep_min_max) fields.add("max", std::to_string(s.max));
    if (g.keep_variance) fields.add("variance", std::to_string(s.variance(0)));
  }
  JsonList histograms;
  for (u32 i = 0; i < g.hist_count; ++i) histograms.add(histogram_json(g.hists[i], s.hists[i]));
  if (g.hist_count != 0) fields.add("histograms", histograms.array());
  return fields.object();
}

std::string element_value(const Global& g, const Element& e) {
  switch (g.value) {
    case Kind::Long: return std::to_string(e.number);
    case Kind::Str: return json_string(e.text);
    case Kind::Stat: return statistic_json(g, *e.statistic);
  }
  return "null";
}

std::string elements_json(u32 index, const Global& g) {
  JsonList elements;
  for (const Element& e : array(index).snapshot({})) {
    JsonList key, element;
    for (std::string_view rest = e.key; !rest.empty();) {
      const KeyPart part = next_part(rest);
      key.add(part.kind == 'l' ? std::to_string(part.number) : json_string(part.text));
    }
    element.add("key", key.array());
    element.add("value", element_value(g, e));
    elements.add(element.object());
  }
  return elements.array();
}

std::string scalar_json(u32 index, const Global& g, const char* slot) {
  if (g.value == Kind::Str) return json_string({slot, strnlen(slot, g.value_size)});
  if (g.value == Kind::Stat) {
    Element e;
    return array(index).find({"", 0}, e) ? statistic_json(g, *e.statistic)
                                         : statistic_json(g, make_statistic(g));
  }
  s64 value;
  memcpy(&value, slot, sizeof value);
  return std::to_string(value);
}

}  // namespace

std::string global_json(u32 index, const Global& g, const char* slot) {
  static constexpr const char* kTypes[] = {"\"long\"", "\"string\"", "\"statistic\""};
  JsonList fields;
  fields.add("type", "\"global\"");
  fields.add("name", json_string(g.name));
  fields.add("value_type", kTypes[static_cast<size_t>(g.value)]);
  if (g.is_array)
    fields.add("elements", elements_json(index, g));
  else
    fields.add("value", scalar_json(index, g, slot));
  return fields.object();
}

}  // namespace ct
