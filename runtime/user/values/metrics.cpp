// A statistic is a summary, or a histogram if the script has one of it. What it has not kept, because the script does not ask for
// it, is left out: a number that is not known is not 0.
#include "metrics.h"

#include <stdio.h>
#include <string.h>

#include <vector>

#include "array.h"
#include "runtime/common/json.h"

namespace ct {
namespace {

/// An element: its labels without braces, and its value.
struct Sample {
  std::string labels;
  Element element;
};

std::string sample_line(const std::string& name, const std::string& labels,
                        const std::string& value) {
  return name + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
}

std::string with(const std::string& labels, const std::string& label) {
  return labels.empty() ? label : labels + "," + label;
}

std::string labels_of(std::string_view key) {
  std::string labels;
  for (u32 i = 0; !key.empty(); ++i) {
    const KeyPart part = next_part(key);
    const std::string text =
        part.kind == 'l' ? std::to_string(part.number) : std::string(part.text);
    labels = with(labels, "key" + std::to_string(i) + "=" + metric_label(text));
  }
  return labels;
}

/// Buckets have inclusive upper limits on both sides. Those that a bucket must not appear late for are all there; of negative values
/// there are some only where there are negative values.
std::string bucket_lines(const std::string& name, const std::string& labels, const HistField& field,
                         const std::vector<u64>& counts) {
  const HistShape of = shape(field);
  std::string lines;
  u64 sum = 0;
  for (u32 i = 0; i < of.buckets(); ++i) {
    sum += counts[i];
    const HistLimits limits = of.limits(i);
    // The uppermost is +Inf. An underflow has a limit only above it.
    if (!limits.has_high || (limits.high < 0 && sum == 0)) continue;
    lines +=
        sample_line(name + "_bucket", with(labels, "le=\"" + std::to_string(limits.high) + "\""),
                    std::to_string(sum));
  }
  return lines + sample_line(name + "_bucket", with(labels, "le=\"+Inf\""), std::to_string(sum));
}

std::string sum_and_count(const std::string& name, const Global& g, const Sample& sample) {
  const Statistic& s = *sample.element.statistic;
  std::string lines;
  // A shared statistic has in its map only what the script asks for.
  if (!g.shared || g.stat.sum != kAbsent)
    lines += sample_line(name + "_sum", sample.labels, std::to_string(s.sum));
  return lines + sample_line(name + "_count", sample.labels, std::to_string(s.count));
}

std::string statistic_families(const Global& g, const std::vector<Sample>& samples) {
  const std::string name = g.name, help = std::string("Statistic ") + g.name + " of the script.";
  std::string text;
  if (g.hist_count == 0) {
    text += metric_family(name, "summary", help);
    for (const Sample& sample : samples) text += sum_and_count(name, g, sample);
  }
  for (u32 i = 0; i < g.hist_count; ++i) {
    const std::string each = i == 0 ? name : name + "_" + std::to_string(i + 1);
    text += metric_family(each, "histogram", help);
    for (const Sample& sample : samples)
      text += bucket_lines(each, sample.labels, g.hists[i], sample.element.statistic->hists[i]) +
              sum_and_count(each, g, sample);
  }
  if (!g.keep_min_max) return text;
  // An empty statistic has neither.
  for (const bool is_max : {false, true}) {
    const std::string each = name + (is_max ? "_max" : "_min");
    text += metric_family(each, "gauge", help);
    for (const Sample& sample : samples) {
      const Statistic& s = *sample.element.statistic;
      if (s.count != 0)
        text += sample_line(each, sample.labels, std::to_string(is_max ? s.max : s.min));
    }
  }
  return text;
}

}  // namespace

std::string metric_label(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const char c = text[0];
    const size_t length = json::valid_length(text);
    if (length == 0) {
      char code[8];
      snprintf(code, sizeof code, "\\\\x%02x", static_cast<unsigned char>(c));
      out += code;
    } else if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length ? length : 1);
  }
  return out + "\"";
}

std::string metric_family(const std::string& name, const char* type, const std::string& help) {
  return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

std::string metrics_of(u32 index, const Global& g, const char* slot) {
  std::vector<Sample> samples;
  if (g.is_array) {
    for (Element& e : array(index).snapshot({})) {
      std::string labels = labels_of(e.key);
      samples.push_back({std::move(labels), std::move(e)});
    }
  } else if (g.value == Kind::Stat) {
    Element e;
    if (!array(index).find({"", 0}, e))
      e.statistic = std::make_unique<Statistic>(make_statistic(g));
    samples.push_back({"", std::move(e)});
  } else {
    Element e;
    if (g.value == Kind::Str)
      e.text.assign(slot, strnlen(slot, g.value_size));
    else
      memcpy(&e.number, slot, sizeof e.number);
    samples.push_back({"", std::move(e)});
  }
  if (g.value == Kind::Stat) return statistic_families(g, samples);
  // Whether a number only grows the script does not say.
  std::string text =
      metric_family(g.name, "untyped", std::string("Global ") + g.name + " of the script.");
  for (const Sample& sample : samples)
    text +=
        g.value == Kind::Str
            ? sample_line(g.name, with(sample.labels, "value=" + metric_label(sample.element.text)),
                          "1")
            : sample_line(g.name, sample.labels, std::to_string(sample.element.number));
  return text;
}

}  // namespace ct
