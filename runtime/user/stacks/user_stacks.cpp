#include "runtime/user/harness/user_stacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "jit_map.h"
#include "runtime/shared/code_hash.h"
#include "runtime/user/harness/harness.h"
#include "runtime/user/kernel/rights.h"
#include "runtime/user/output/output.h"
#include "runtime/user/values/report.h"
#include "unwind.h"

namespace ct::user_stacks {
namespace {

using StackPointer = std::shared_ptr<const UserStack>;

/// Stacks that are known by their ids. A stack's record is followed by those of its handler, but for what other CPUs send
/// meanwhile, and handlers that wait for a page of memory.
constexpr size_t kMostWaiting = 16384;
/// Not a user's number.
constexpr u32 kNobody = ~0u;
/// Texts whose stacks are remembered.
constexpr size_t kMostTexts = 65536;

/// Remembers the newest values of some keys.
template <typename Key, typename Value>
class Newest {
 public:
  explicit Newest(size_t most) : most_(most) {}
  void put(const Key& key, Value value) {
    auto [at, is_new] = values_.insert_or_assign(key, std::move(value));
    if (!is_new) return;
    order_.push_back(key);
    if (order_.size() <= most_) return;
    values_.erase(order_.front());
    order_.pop_front();
  }
  const Value* find(const Key& key) const {
    auto at = values_.find(key);
    return at == values_.end() ? nullptr : &at->second;
  }

 private:
  size_t most_;
  std::unordered_map<Key, Value> values_;
  std::deque<Key> order_;
};

struct State {
  u32 max_frames = 20;
  AddressSpaces spaces;
  bool is_watching = false;
  Newest<s64, StackPointer> by_id{kMostWaiting};
  Newest<std::string, StackPointer> by_text{kMostTexts};
};

State& state() {
  static State state;
  return state;
}

void begin() {
  if (is_in_pid_namespace())
    print_warning(
        "this is a pid namespace (a container?), and the kernel does not tell which processes here "
        "the stacks of user "
        "code are of: their symbols are not known");
  else if (Status watched = state().spaces.watch(); !watched)
    print_warning(watched.text() + "; the symbols of user code are not known");
  else
    state().is_watching = true;
}

void look() {
  if (state().is_watching) state().spaces.look();
}

const AddressSpace* space_of(const ct_rec_hdr& event) {
  return state().is_watching ? state().spaces.at(event.pid, event.time_ns) : nullptr;
}

void record(const void* data, size_t size) {
  const auto& record = *static_cast<const ct_rec_ustack*>(data);
  if (size < sizeof record || size - sizeof record < record.copied) return;
  const AddressSpace* space = record.state == CT_USTACK_COPIED ? space_of(record.hdr) : nullptr;
  state().by_id.put(static_cast<s64>(record.id),
                    std::make_shared<UserStack>(unwind(record, space, state().max_frames)));
}

constexpr StackHooks kHooks = {begin, look, record};

/// Of a handler that has no stack, null. A stack whose record was lost ends the handler: it is counted with lost records.
StackPointer stack_of(s64 id) {
  if (id == CT_USTACK_NOWHERE) return nullptr;
  if (id == CT_USTACK_LOST) next_handler();
  const StackPointer* stack = state().by_id.find(id);
  if (!stack) failf("the copy of the user stack was overwritten by later ones");
  return *stack;
}

std::string hex(u64 value) {
  char text[24];
  snprintf(text, sizeof text, "0x%llx", value);
  return text;
}

/// What is known of a place.
struct Place {
  std::string name;  ///< "": no symbol
  u64 offset = 0, size = 0;
  std::string module;  ///< "": no file
};

Place place_of(const Frame& frame) {
  Place place;
  if (!frame.file) return place;
  if (frame.file->path().empty()) {
    u64 start;
    if (jit_symbol(frame.pid, frame.uid, frame.place, place.name, start, place.size))
      place.offset = frame.pc - start;
    return place;
  }
  place.module = frame.file->path();
  if (frame.bias == kNoBias) return place;
  const u64 own = frame.place - frame.bias;
  place.offset = frame.pc - frame.bias;
  place.size = frame.file->extent();
  if (const MappedFile::Symbol* symbol = frame.file->symbol(own)) {
    place.name = demangled(symbol->name);
    place.offset = frame.pc - frame.bias - symbol->address;
    place.size = symbol->size;
  }
  return place;
}

bool line_of(const Frame& frame, MappedFile::Line& line) {
  return frame.file && frame.bias != kNoBias && frame.file->line(frame.place - frame.bias, line);
}

std::string line_text(const MappedFile::Line& line) {
  return line.line ? line.file + ":" + std::to_string(line.line) : line.file;
}

/// "name+0xOFFSET/0xSIZE [module]" as far as it is known, else "".
std::string data_text(const Place& place, bool has_size, const std::string& at = "") {
  const std::string offset = "+" + hex(place.offset) + (has_size ? "/" + hex(place.size) : "");
  if (!place.name.empty())
    return place.name + offset + at + (place.module.empty() ? "" : " [" + place.module + "]");
  return place.module.empty() ? "" : "[" + place.module + offset + "]" + at;
}

std::string text_of(const Frame& frame, Style style) {
  const std::string address = hex(frame.pc);
  MappedFile::Line line;
  switch (style) {
    case Style::File: return line_of(frame, line) ? line.file : address;
    case Style::Line:
      return line_of(frame, line) && line.line ? std::to_string(line.line) : address;
    case Style::FileAndLine: return line_of(frame, line) ? line_text(line) : address;
    default: break;
  }
  Place place = place_of(frame);
  switch (style) {
    case Style::Name: return place.name.empty() ? address : place.name;
    case Style::Brief: return place.name.empty() ? address : place.name + "+" + hex(place.offset);
    case Style::Simple: place.module.erase(0, place.module.rfind('/') + 1); break;
    default: break;
  }
  std::string at;
  if (style == Style::FileLine && line_of(frame, line)) at = " at " + line_text(line);
  const std::string data = data_text(place, style != Style::Simple, at);
  const bool has_address = style == Style::Full || style == Style::FileLine;
  if (!has_address)
    return place.name.empty() && !data.empty() ? address + " " + data
           : data.empty()                      ? address
                                               : data;
  if (data.empty()) return " " + address;
  return " " + address + (place.name.empty() ? " " : " : ") + data;
}

/// One line for each frame, and one for each function that was inlined there.
template <typename Line>
void each_line(const UserStack& stack, Style style, Line&& put) {
  for (const Frame& frame : stack.frames) {
    std::string text = text_of(frame, style);
    if (style != Style::FileLine || !frame.file || frame.bias == kNoBias) {
      put(text + "\n");
      continue;
    }
    MappedFile::Line line;
    const bool has_line = frame.file->line(frame.place - frame.bias, line);
    // The address is in the innermost one; each was called in the line of the next.
    for (const MappedFile::Inlined& function : frame.file->inlined(frame.place - frame.bias)) {
      put(" " + hex(frame.pc) + " : " + function.function +
          (has_line ? " at " + line_text(line) : "") + " (inlined)\n");
      line = function.call;
    }
    if (has_line) {
      Place place = place_of(frame);
      const std::string data =
          data_text(place, true, line.file.empty() ? "" : " at " + line_text(line));
      text = " " + hex(frame.pc) + (place.name.empty() ? " " : " : ") + data;
    }
    put(text + "\n");
  }
  if (!stack.why.empty()) put(" ... (" + stack.why + ")\n");
}

std::string addresses_of(const UserStack& stack) {
  std::string text;
  for (const Frame& frame : stack.frames) text += hex(frame.pc) + " ";
  if (stack.is_there && !stack.why.empty()) text += "...";
  return text;
}

void copy_text(char* to, size_t size, const std::string& text, const char* what) {
  if (text.size() >= size)
    failf("%s has %zu bytes, and a string has room for %zu: -DMAXSTRINGLEN=%zu makes it larger",
          what, text.size(), size - 1, text.size() + 1);
  memcpy(to, text.c_str(), text.size() + 1);
}

/// The lines of a stack, for a string. Where they do not fit, the last one says how many are left out, and has a number that
/// is made of all of them: so different stacks are different texts, as an array's keys must be.
void copy_lines(char* to, size_t size, const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line;
  if (all.size() < size) return copy_text(to, size, all, "the stack's text");
  CodeHash hash;
  hash.add(all.data(), all.size());
  char end[64];
  std::string some;
  size_t whole = 0;
  for (;; ++whole) {
    snprintf(end, sizeof end, " ... (%zu more, %016llx)\n", lines.size() - whole,
             static_cast<unsigned long long>(hash.value()));
    // What the end takes is at most what it takes now: its number only gets smaller.
    if (some.size() + lines[whole].size() + strlen(end) >= size) break;
    some += lines[whole];
  }
  if (some.size() + strlen(end) >= size) copy_text(to, size, all, "the stack's text");
  copy_text(to, size, some + end, "the stack's text");
}

std::vector<std::string> lines_of(const UserStack& stack, Style style) {
  std::vector<std::string> lines;
  each_line(stack, style, [&](const std::string& line) { lines.push_back(line); });
  return lines;
}

/// An address of the process whose event is handled, or of the session's target.
Frame frame_of_address(u64 address) {
  const ct_rec_hdr* event = current_record();
  const AddressSpace* space = nullptr;
  u32 pid = 0;
  if (event) {
    pid = event->pid;
    space = space_of(*event);
  } else if (target_pid() > 0 && state().is_watching) {
    pid = static_cast<u32>(target_pid());
    space = state().spaces.at(pid, ~0ull);
  }
  if (!space) return {address, address, nullptr, pid, kNobody, kNoBias};
  struct stat process;
  const bool is_there = stat(("/proc/" + std::to_string(pid)).c_str(), &process) == 0;
  return frame_at(*space, pid, is_there ? process.st_uid : kNobody, address, address);
}

/// The stack that a text of addresses is of: one that a script was given, or else one of the addresses as they are.
StackPointer stack_of_text(const char* text) {
  std::string key = text;
  if (const StackPointer* known = state().by_text.find(key)) return *known;
  auto stack = std::make_shared<UserStack>();
  stack->is_there = true;
  for (char* end; *text; text = end) {
    const u64 address = strtoull(text, &end, 16);
    if (end == text) break;
    while (*end == ' ') ++end;
    stack->frames.push_back(frame_of_address(address));
  }
  if (strncmp(text, "...", 3) == 0) stack->why = "frames are missing";
  return stack;
}

void print_text(const std::string& text) {
  put(output(), {text.data(), static_cast<u32>(text.size())});
}

}  // namespace

Use::Use(u32 max_frames) {
  state().max_frames = max_frames;
  stack_hooks = &kHooks;
}

void addresses(char* to, size_t size, s64 id) {
  StackPointer stack = stack_of(id);
  to[0] = 0;
  if (!stack) return;
  const std::string text = addresses_of(*stack);
  copy_text(to, size, text, "the stack's text");
  state().by_text.put(text, stack);
}

namespace {
[[noreturn]] void no_frame(s64 n) {
  failf("reached end of stack before unwinding to level %lld", n);
}
}  // namespace

s64 frame(s64 id, s64 n) {
  StackPointer stack = stack_of(id);
  if (!stack || n < 0 || static_cast<size_t>(n) >= stack->frames.size()) no_frame(n);
  return static_cast<s64>(stack->frames[static_cast<size_t>(n)].pc);
}

void callers(char* to, size_t size, s64 id, s64 n) {
  StackPointer stack = stack_of(id);
  auto some = std::make_shared<UserStack>();
  if (stack) *some = *stack;
  if (n >= 0) {
    if (some->frames.size() <= static_cast<size_t>(n)) no_frame(n);
    some->frames.resize(static_cast<size_t>(n) + 1);
    some->why.clear();
  }
  std::string text = addresses_of(*some);
  if (!text.empty() && text.back() == ' ') text.pop_back();
  copy_text(to, size, text, "the stack's text");
  state().by_text.put(text, some);
}

void print(s64 id, Style style, const char* point) {
  StackPointer stack = stack_of(id);
  if (!stack || !stack->is_there)
    return print_text(std::string("<no user backtrace at ") + point +
                      (stack ? ": " + stack->why : "") + ">\n");
  each_line(*stack, style, print_text);
}

void sprint(char* to, size_t size, s64 id, Style style) {
  StackPointer stack = stack_of(id);
  copy_lines(to, size, stack ? lines_of(*stack, style) : std::vector<std::string>());
}

void print_addresses(const char* text, Style style) {
  each_line(*stack_of_text(text), style, print_text);
}

void sprint_addresses(char* to, size_t size, const char* text) {
  copy_lines(to, size, lines_of(*stack_of_text(text), Style::Full));
}

void describe(char* to, size_t size, u64 address, Style style) {
  snprintf(to, size, "%s", text_of(frame_of_address(address), style).c_str());
}

bool module_name(char* to, size_t size, u64 address) {
  const Frame frame = frame_of_address(address);
  if (!frame.file || frame.file->path().empty()) return false;
  snprintf(to, size, "%s", frame.file->path().c_str());
  return true;
}

s64 module_offset(u64 address) {
  const Frame frame = frame_of_address(address);
  if (!frame.file || frame.bias == kNoBias) failf("umodaddr 0x%llx unknown", address);
  return static_cast<s64>(address - frame.bias - frame.file->first_page());
}

void module_build_id(char* to, size_t size, u64 address) {
  const Frame frame = frame_of_address(address);
  const std::string id = frame.file && frame.bias != kNoBias ? frame.file->build_id() : "";
  if (id.empty()) failf("umodbuildid 0x%llx unknown", address);
  copy_text(to, size, id, "the build-id");
}

}  // namespace ct::user_stacks
