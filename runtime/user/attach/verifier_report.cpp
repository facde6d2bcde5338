#include "verifier_report.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <string.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "object_section.h"

namespace ct {
namespace {

using std::string_view;

/// What the verifier says (kernel/bpf/verifier.c of 5.10 to 6.18), and what that means for a script.
const struct {
  string_view words, meaning;
} kMeanings[] = {
    {"null-check it first", "a pointer that may be null is used before it is compared with null"},
    {"_or_null'", "a pointer that may be null is used before it is compared with null"},
    {"invalid mem access 'scalar'",
     "a plain number is used as an address: read memory with bpf_probe_read_kernel() or "
     "bpf_probe_read_user()"},
    {"invalid mem access 'inv'",  // before 5.18
     "a plain number is used as an address: read memory with bpf_probe_read_kernel() or "
     "bpf_probe_read_user()"},
    {"only read from", "kernel memory is written, which a tracing program must not do"},
    {"cannot write into", "memory is written that can only be read"},
    {"!read_ok", "a variable is read that has no value yet on some way to this line"},
    {"BPF program is too large",
     "there are too many ways through this handler to look at: make it or its loops shorter, or do "
     "part of the work in an end or timer probe"},
    {"jumps is too complex",
     "there are too many branches in this handler: make it shorter, or do part of the work in an "
     "end or timer probe"},
    {"failed to resolve CO-RE relocation",
     "a field is read that this kernel lacks, or that has another type here than where the script "
     "was compiled: ask for it with @defined(), or compile the script for this kernel (--vmlinux)"},
    {"infinite loop detected", "the end of a loop cannot be seen: give it a constant bound"},
    {"back-edge from insn", "the end of a loop cannot be seen: give it a constant bound"},
    {"stack size of", "local variables take more than the 512 bytes that a handler has"},
    {"call stack of",
     "loops within loops, and functions that call one another, are too deep: the kernel follows "
     "eight"},
    {"total number of maps",
     "this handler uses too many arrays: a program of the kernel may use 64 maps, two for each "
     "array"},
    {"unbounded memory access",
     "an index or a length has no upper bound: compare it before its use"},
    {"min value is negative", "an index or a length may be negative: compare it before its use"},
    {"outside of the allowed memory range",
     "an index or a length may be too large: compare it with the size before its use"},
    {"pointer be out of bounds",
     "an index may be too large: compare it with the size before its use"},
    {"unbounded min value", "an index has no lower bound: compare it before its use"},
    {"from stack", "memory of the handler is read that was not written, or not all of it"},
    {"beyond struct", "what is read is not in the struct that the kernel passes here"},
    {"Unreleased reference", "something that was taken is not given back on every way out"},
    {"unknown func", "this kernel has no such helper for this kind of probe"},
    {"cannot use helper", "this kernel has no such helper for this kind of probe"},
    {"calling kernel function", "this kernel does not let this kind of probe call that function"},
    {" expected=", "a helper is given another kind of pointer than it takes"},
};

std::vector<string_view> lines_of(string_view text) {
  std::vector<string_view> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool is_comment(string_view line) { return line.starts_with(';'); }

/// A step of the walk: "10: (79) r9 = …", "from 3 to 5: R0=…", a comment.
bool is_step(string_view line) {
  size_t digits = 0;
  while (digits < line.size() && isdigit(line[digits])) ++digits;
  return is_comment(line) || line.starts_with("from ") || (digits != 0 && line[digits] == ':');
}

/// What comes after the verdict.
bool is_summary(string_view line) {
  return line.starts_with("processed ") || line.starts_with("verification time ") ||
         line.starts_with("stack depth ") || line.empty();
}

struct Place {
  string_view file, text;
  u32 line = 0;
};

bool is_script(string_view file) {
  return file == "<input>" || (!file.empty() && !file.ends_with(".h") && !file.ends_with('>'));
}

string_view trimmed(string_view text) {
  while (!text.empty() && isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isspace(text.back())) text.remove_suffix(1);
  return text;
}

string_view base_name(string_view path) { return path.substr(path.rfind('/') + 1); }

/// Line information of a BPF object (Documentation/bpf/btf.rst, ".BTF.ext section").
class LineInfo {
 public:
  LineInfo(const void* object, u64 size)
      : types_(object_section(object, size, ".BTF")),
        lines_(object_section(object, size, ".BTF.ext")),
        btf_(btf__new(types_.data(), static_cast<u32>(types_.size()))) {
    if (btf_) read();
  }
  ~LineInfo() { btf__free(btf_); }
  LineInfo(const LineInfo&) = delete;
  LineInfo& operator=(const LineInfo&) = delete;

  /// The script's line that has this text; its line is 0 if none has.
  Place with_text(string_view text) const {
    for (const Place& place : places_)
      if (place.text == text) return place;
    return {};
  }

 private:
  /// The 32-bit word at an offset; 0 behind the end.
  u32 word(size_t at) const {
    u32 value = 0;
    if (at + sizeof value <= lines_.size()) memcpy(&value, lines_.data() + at, sizeof value);
    return value;
  }

  string_view name(u32 offset) const {
    const char* text = btf__name_by_offset(btf_, offset);
    return text ? text : "";
  }

  void read() {
    // The header: magic, version and flags in one word, then hdr_len, func_info_off, func_info_len,
    // line_info_off, line_info_len.
    size_t at = word(4) + word(16), end = at + word(20);
    u32 record = word(at);
    at += sizeof(u32);
    if (record < 4 * sizeof(u32)) return;
    while (at + 2 * sizeof(u32) <= end && end <= lines_.size()) {
      u32 count = word(at + sizeof(u32));
      at += 2 * sizeof(u32);
      for (u32 i = 0; i < count && at < end; ++i, at += record) {
        Place place{name(word(at + 4)), trimmed(name(word(at + 8))), word(at + 12) >> 10};
        if (is_script(place.file) && !place.text.empty()) places_.push_back(place);
      }
    }
  }

  std::string types_, lines_;
  btf* btf_;
  std::vector<Place> places_;
};

/// The place that a comment names; its line is 0 if that is none of a script.
Place place_of(string_view comment, const LineInfo& lines) {
  comment.remove_prefix(1);
  if (Place place = lines.with_text(trimmed(comment)); place.line != 0) return place;
  size_t at = comment.rfind(" @ "), colon = comment.rfind(':');
  if (at == string_view::npos || colon == string_view::npos || colon < at) return {};
  Place place{comment.substr(at + 3, colon - at - 3), trimmed(comment.substr(0, at)), 0};
  if (is_script(place.file))
    std::from_chars(comment.data() + colon + 1, comment.data() + comment.size(), place.line);
  return place;
}

/// The walk and the verdict: what libbpf puts between two marks.
string_view walk_of(string_view log) {
  constexpr string_view kBegin = "-- BEGIN PROG LOAD LOG --\n", kEnd = "-- END PROG LOAD LOG --";
  size_t begin = log.rfind(kBegin);
  if (begin == string_view::npos) return {};
  log.remove_prefix(begin + kBegin.size());
  size_t end = log.find(kEnd);
  if (end == string_view::npos) return log;
  return log.substr(0, log.rfind('\n', end));
}

}  // namespace

bool read_verdict(const std::string& log, const void* object, u64 size, Verdict& verdict) {
  std::vector<string_view> walk = lines_of(walk_of(log));
  while (!walk.empty() && is_summary(walk.back())) walk.pop_back();
  size_t end = walk.size();
  while (end > 0 && !is_step(walk[end - 1])) --end;
  if (end == walk.size()) return false;
  for (size_t i = end; i < walk.size(); ++i)
    verdict.words += (i == end ? "" : "; ") + std::string(walk[i]);
  for (const auto& each : kMeanings) {
    if (verdict.words.find(each.words) == std::string::npos) continue;
    verdict.meaning = each.meaning;
    break;
  }
  LineInfo lines(object, size);
  for (size_t i = end; i-- > 0;) {
    if (!is_comment(walk[i])) continue;
    Place place = place_of(walk[i], lines);
    if (place.line == 0) continue;
    verdict.position = std::string(base_name(place.file)) + ":" + std::to_string(place.line);
    verdict.source = place.text;
    break;
  }
  return true;
}

}  // namespace ct
