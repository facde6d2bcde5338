#include "kernel_object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "bindings.h"
#include "calls.h"
#include "mechanism.h"
#include "prepare_program.h"
#include "runtime/common/words.h"
#include "runtime/user/harness/kernel_ticks.h"
#include "runtime/user/harness/user_stacks.h"
#include "runtime/user/kernel/file_limit.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/values/array.h"
#include "runtime/user/values/bpf_store.h"
#include "runtime/user/values/globals.h"
#include "tracers.h"
#include "verifier_report.h"

namespace ct {
namespace {

/// Of the ring buffer where user stacks go through it, unless -s says another.
constexpr unsigned kMegabytesForStacks = 8;

/// What libbpf and the verifier had to say; shown when loading fails.
std::string g_log;

int keep_log(libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, args);
  int n = vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (n <= 0) return n;
  std::string text(static_cast<size_t>(n), 0);
  vsnprintf(text.data(), text.size() + 1, format, args);
  // The log of a large program has millions of lines; its end says why it was refused.
  constexpr size_t kHead = 200, kMost = 1 << 18;
  if (text.size() > kMost) text.replace(kHead, text.size() - kMost, "\n...\n");
  if (g_log.size() < 2 * kMost) g_log += text;
  return n;
}

/// The end of the log: where the verifier says what it does not like.
std::string last_lines(const std::string& log, int count) {
  size_t at = log.size();
  while (at > 0 && count > 0)
    if (log[--at] == '\n') --count;
  return at ? "..." + log.substr(at) : log;
}

/// The verifier's refusal of the code of `probe`.
/// `instructions` is the size of the refused program.
std::string describe(const Verdict& verdict, const char* probe, size_t instructions, int verbose) {
  std::string text = std::string("the kernel's verifier refuses the code of probe ") + probe;
  if (!verdict.position.empty()) text += ": at " + verdict.position;
  if (!verdict.source.empty()) text += "\n        source: " + verdict.source;
  text += "\n        it says: " + verdict.words;
  text += "\n        its size: " + std::to_string(instructions) + " instructions";
  if (!verdict.meaning.empty()) text += "\n        that is: " + verdict.meaning;
  return text + (verbose ? "\n" + g_log : "\n        (-v shows all that it said)");
}

/// Why the map of an array cannot be made, or "" if it is not an array's map.
std::string map_error(int error, const std::string& map, const Program& program) {
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    for (const char* name : g.map) {
      if (!name || map != name || !g.is_array) continue;
      std::string text = std::string("the kernel cannot make the array '") + g.name + "' of " +
                         std::to_string(entry_limit(g, program.max_map_entries)) + " elements: ";
      if (error == E2BIG) return text + "it is larger than any map may be";
      return text + strerror(error);
    }
  }
  return "";
}

std::string load_text(int error, int verbose) {
  std::string text = "cannot load the probes' code into the kernel: ";
  if (error == EMFILE) return text + kNoRoomForFiles;
  text += strerror(error);
  if ((error == EPERM || error == EACCES) && geteuid() != 0)
    return text + " (tracing needs root, or the capabilities CAP_BPF and CAP_PERFMON)";
  if (error == EPERM && g_log.find("verifier") == std::string::npos && g_log.size() < 200)
    return text + " (this kernel or container does not permit BPF)";
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
    text += " (the kernel has no BTF: /sys/kernel/btf/vmlinux is missing)";
  return text + "\n" + (verbose ? g_log : last_lines(g_log, 16));
}

Status load_failure(int error, int verbose) { return Status(load_text(error, verbose), error); }

}  // namespace

KernelObject::~KernelObject() { close_object(); }

void KernelObject::close_object() {
  if (ring_) ring_buffer__free(ring_);
  if (object_) bpf_object__close(object_);
  ring_ = nullptr;
  object_ = nullptr;
  for (int file : program_files_) close(file);
  program_files_.clear();
}

Status KernelObject::open(const void* data, u64 size, const Program& program,
                          const RunOptions& options, Ladder& ladder) {
  bpf_object_open_opts opts = {};
  opts.sz = sizeof opts;
  opts.object_name = "coretap";
  // Else libbpf reads /proc/config.gz or /boot/config-*, and refuses the object where there is neither.
  const std::string configuration = "CONFIG_HZ=" + std::to_string(ticks_per_second()) + "\n";
  opts.kconfig = configuration.c_str();
  object_ = bpf_object__open_mem(data, size, &opts);
  if (!object_) return load_failure(errno, options.verbose);
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (!g.is_array) continue;
    u32 limit = entry_limit(g, program.max_map_entries);
    for (const char* name : {g.map[0], g.map[1], g.index_map[0], g.index_map[1]}) {
      bpf_map* map = name ? bpf_object__find_map_by_name(object_, name) : nullptr;
      if (map) bpf_map__set_max_entries(map, map_entries(g, limit));
    }
    bpf_map* queue = g.queue_map ? bpf_object__find_map_by_name(object_, g.queue_map) : nullptr;
    if (queue) bpf_map__set_max_entries(queue, queue_places(limit));
  }
  bpf_map* times = bpf_object__find_map_by_name(object_, "ct_times");
  if (times && !options.timing) bpf_map__set_max_entries(times, 1);
  for (const char* name : {"ct_frames", "ct_sleep_frames"}) {  // large frames: see frame.bpf.h
    bpf_map* frames = bpf_object__find_map_by_name(object_, name);
    if (frames && bpf_map__type(frames) == BPF_MAP_TYPE_ARRAY)
      bpf_map__set_max_entries(
          frames, bpf_map__max_entries(frames) * static_cast<u32>(libbpf_num_possible_cpus()));
  }
  bpf_map* map;
  bpf_object__for_each_map (map, object_) {
    const unsigned wanted_mb = options.buffer_mb != 0 ? options.buffer_mb
                               : stack_hooks          ? kMegabytesForStacks
                                                      : 0;
    if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF && wanted_mb != 0) {
      u32 bytes = 1u << 20;
      while (bytes < (wanted_mb << 20) && bytes < (1u << 31)) bytes <<= 1;
      bpf_map__set_max_entries(map, bytes);
    }
  }
  if (Status settled = settle_ways(program, ladder); !settled) return settled;
  if (Status set = set_constants(program, ladder); !set) return set;
  for (u32 i = 0; i < program.handler_count; ++i) choose_program(program.handlers[i], i, ladder);
  // Without it the probes that need it are refused by name.
  if (bpf_program* hold = find_program("ct_hold"); hold && !has_sleepable_uprobes())
    bpf_program__set_autoload(hold, false);
  // Without room libbpf takes the kernel for one that lacks BTF, or global variables.
  if (!room_for_files(files_to_load())) return load_failure(EMFILE, options.verbose);
  return {};
}

/// Descriptors that the object's maps and programs take, and what libbpf opens meanwhile.
size_t KernelObject::files_to_load() const {
  constexpr size_t kMeanwhile = 6;
  size_t count = kMeanwhile;
  bpf_map* map;
  bpf_object__for_each_map (map, object_) ++count;
  bpf_program* program;
  bpf_object__for_each_program (program, object_) count += bpf_program__autoload(program);
  return count;
}

/// All programs of a variant.
void KernelObject::set_autoload(const KernelHandler& handler, const char* variant, bool load) {
  for (u32 site = 0; site < (has_site_programs(variant) ? handler.site_count : 1); ++site)
    if (bpf_program* program = find_program(variant, site))
      bpf_program__set_autoload(program, load);
}

/// Makes the programs of the handler's present way ready. Fails if that way is closed before the kernel
/// is asked.
Status KernelObject::make_ready(const KernelHandler& handler, const Rung& rung) {
  if (!find_program(rung.program, 0)) return Status("not in this flavour of the kernel object");
  bool apart = has_site_programs(rung.program);
  if (rung.multi && apart)
    return Status("without attach cookies each site has a program of its own");
  Status ready;
  for (u32 site = 0; ready && site < (apart ? handler.site_count : 1); ++site)
    ready = prepare_program(find_program(rung.program, site), rung, handler);
  return ready;
}

/// Brings each handler to a way that is open in this object. Only when all have theirs may a
/// program be chosen: a handler's step can change the way of another.
Status KernelObject::settle_ways(const Program& program, Ladder& ladder) {
  for (size_t left = ladder.ways_left() + 1; ladder.ways_left() < left;) {
    left = ladder.ways_left();
    for (u32 i = 0; i < program.handler_count; ++i)
      while (!ladder.dropped(i)) {
        Status ready = make_ready(program.handlers[i], ladder.rung(i));
        if (ready) break;
        if (!ladder.pass_over(i, ready.text()))
          return ready.reworded("cannot probe " + std::string(program.handlers[i].sites[0].pp) +
                                ": " + ready.text());
      }
  }
  return {};
}

/// Leaves one variant of a handler to be loaded: the one on the ladder.
void KernelObject::choose_program(const KernelHandler& handler, u32 index, const Ladder& ladder) {
  for (u32 v = 0; v < handler.variant_count; ++v)
    set_autoload(handler, handler.variants[v].program, false);
  if (!ladder.dropped(index)) set_autoload(handler, ladder.rung(index).program, true);
}

/// Writes what is known of the running kernel into .rodata, which the kernel freezes on loading: positions of bindings, and
/// which system calls there are, and which code only calls tracers.
Status KernelObject::set_constants(const Program& program, Ladder& ladder) {
  std::vector<ct_binding> bindings;
  if (Status resolved = resolve_bindings(program, ladder, bindings); !resolved) return resolved;
  const bool has_calls =
      std::any_of(program.handlers, program.handlers + program.handler_count,
                  [](const KernelHandler& h) { return is_of_many_calls(h.variants[0].mechanism); });
  const btf* types = bpf_object__btf(object_);
  int section = types ? btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC) : -1;
  bpf_map* map = bpf_object__find_map_by_name(object_, ".rodata");
  size_t size = 0;
  const void* built = map ? bpf_map__initial_value(map, &size) : nullptr;
  if (section < 0 || !built)
    return bindings.empty() && !has_calls ? Status() : Status("the kernel object has no .rodata");
  std::string memory(static_cast<const char*>(built), size);
  const btf_type* type = btf__type_by_id(types, static_cast<u32>(section));
  for (u32 i = 0; i < btf_vlen(type); ++i) {
    const btf_var_secinfo& var = btf_var_secinfos(type)[i];
    const btf_type* t = btf__type_by_id(types, var.type);
    const char* name = btf__name_by_offset(types, t->name_off);
    u32 handler = 0;
    if (strcmp(name, "ct_bindings") == 0)
      memcpy(memory.data() + var.offset, bindings.data(), bindings.size() * sizeof bindings[0]);
    else if (strcmp(name, "ct_tracers") == 0)
      memcpy(memory.data() + var.offset, tracers().data(), var.size);
    else if (sscanf(name, "ct_calls_%u", &handler) == 1 && handler < program.handler_count)
      drop_missing_calls(program.handlers[handler], memory, var.offset, var.size);
  }
  int rc = bpf_map__set_initial_value(map, memory.data(), size);
  return rc == 0 ? Status() : Status::of_errno(-rc, "cannot set .rodata: ");
}

namespace {

/// The name in libbpf's complaint "KIND 'NAME': failed to DO: …", or "".
std::string failed(const std::string& log, const std::string& kind, const char* to_do) {
  size_t end = log.find(std::string("': failed to ") + to_do);
  size_t begin = end == std::string::npos ? end : log.rfind(kind + " '", end);
  if (begin == std::string::npos) return "";
  begin += kind.size() + 2;
  return log.substr(begin, end - begin);
}

}  // namespace

/// What is told of the kernel's refusal `code` to load the object, because of a program of `handler` unless that is kAbsent.
/// `verdict`: the verifier's, if it was that.
Status KernelObject::refused(int code, const Verdict* verdict, const Program& program,
                             const RunOptions& options, const Ladder& ladder, u32 handler) {
  const char* probe = handler == kAbsent ? "" : program.handlers[handler].sites[0].pp;
  if (verdict) {
    const bpf_program* refused =
        bpf_object__find_program_by_name(object_, failed(g_log, "prog", "load").c_str());
    return Status(Failure::Verifier,
                  describe(*verdict, probe, bpf_program__insn_cnt(refused), options.verbose), code);
  }
  if (handler != kAbsent && !ladder.tried(handler).empty())
    return kernel_failure(code).reworded(std::string("cannot attach probe ") + probe + ": " +
                                         ladder.story_with(handler, kernel_error(code)) +
                                         (options.verbose ? "\n" + g_log : ""));
  const std::string map = map_error(code, failed(g_log, "map", "create"), program);
  return map.empty() ? load_failure(code, options.verbose) : Status(map, code);
}

/// Loads one flavour of the object: as often as a way is left for the program that fails.
Status KernelObject::load_flavour(bool base, const Program& program, const RunOptions& options,
                                  Ladder& ladder) {
  is_base_ = base;
  left_out_.clear();
  const void* object = base ? program.base_object : program.object;
  u64 size = base ? program.base_object_size : program.object_size;
  for (;;) {
    close_object();
    g_log.clear();
    if (Status opened = open(object, size, program, options, ladder); !opened) return opened;
    int rc = bpf_object__load(object_);
    if (rc == 0) {
      is_flavour_known_ = true;
      return map_memory();
    }
    if (rc == -EAGAIN && pending_interrupts != 0) {
      close_object();
      return Status("interrupted while the kernel's verifier looked at the code of the probes",
                    EAGAIN);
    }
    size_t ways = ladder.ways_left();
    u32 handler = ladder.handler_of(failed(g_log, "prog", "load"));
    Verdict words;
    const bool is_verdict = handler != kAbsent && read_verdict(g_log, object, size, words);
    Status refusal = refused(-rc, is_verdict ? &words : nullptr, program, options, ladder, handler);
    if (rc == -EMFILE) {  // no program's own fault
      close_object();
      return refusal;
    }
    // What the whole flavour lacks is no reason to give up single programs.
    if (!base && !missing_for_modern().empty()) return refusal;
    const std::string why =
        is_verdict ? "the kernel's verifier says: " + words.words : kernel_error(-rc);
    if (handler == kAbsent || !ladder.give_up(handler, why)) return refusal;
    if (ladder.ways_left() >= ways) return nothing_given_up(refusal);
    if (is_verdict && ladder.dropped(handler)) left_out_.push_back(refusal.text());
  }
}

/// `modern` is tried first, for that costs a modern kernel nothing. If it does not load, the kernel
/// is asked what it lacks: if that is nothing, the reason is another, and `base` would hide it. A
/// flavour that has loaded once stays: what the ladder gave up since is not tried again.
Status KernelObject::load(const Program& program, const RunOptions& options, Ladder& ladder) {
  libbpf_set_print(keep_log);
  if (possible_cpus() == 0)
    return Status("the kernel does not say how many CPUs it may have (/sys)");
  if (is_flavour_known_) return load_flavour(is_base_, program, options, ladder);
  const char* forced = getenv("CORETAP_FLAVOUR");
  bool only_base = forced && strcmp(forced, "base") == 0;
  bool only_modern = forced && strcmp(forced, "modern") == 0;
  bool has_modern = program.object_size != 0 && !only_base;
  bool has_base = program.base_object_size != 0 && !only_modern;
  auto note = [&](const std::string& text) {
    if (options.verbose) fprintf(stderr, "kernel object: %s\n", text.c_str());
  };
  Status modern("this program holds no kernel object");
  if (has_modern) {
    modern = load_flavour(false, program, options, ladder);
    if (modern) {
      note("modern");
      return modern;
    }
  }
  if (modern.code() == EAGAIN) return modern;
  std::vector<std::string> missing = missing_for_modern();
  if (has_modern && missing.empty()) return modern;
  std::string lacks = missing.empty() ? "" : "this kernel has no " + join(missing, ", no ");
  if (has_base) {
    note("base" + (lacks.empty() ? "" : ": " + lacks));
    ladder = Ladder(program);
    return load_flavour(true, program, options, ladder);
  }
  if (program.base_obstacle_count == 0) return modern;
  std::string text = "this script cannot run on this kernel";
  if (!lacks.empty()) text += ": " + lacks;
  for (u32 i = 0; i < program.base_obstacle_count; ++i)
    text += std::string("\n  ") + program.base_obstacles[i];
  return Status(text);
}

/// Finds ct_state and ct_globals in the mapped .bss, by the object's BTF.
Status KernelObject::map_memory() {
  const btf* types = bpf_object__btf(object_);
  bpf_map* map;
  bpf_object__for_each_map (map, object_) {
    if (!bpf_map__is_internal(map) || !strstr(bpf_map__name(map), ".bss")) continue;
    long page = sysconf(_SC_PAGESIZE);
    size_t size = (bpf_map__value_size(map) + static_cast<size_t>(page) - 1) /
                  static_cast<size_t>(page) * static_cast<size_t>(page);
    void* mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (mapped == MAP_FAILED) return Status::of_errno(errno, "cannot map .bss: ");
    char* memory = static_cast<char*>(mapped);
    int section = types ? btf__find_by_name_kind(types, ".bss", BTF_KIND_DATASEC) : -1;
    if (section < 0) continue;
    const btf_type* type = btf__type_by_id(types, static_cast<u32>(section));
    const btf_var_secinfo* var = btf_var_secinfos(type);
    for (u32 i = 0; i < btf_vlen(type); ++i) {
      const btf_type* t = btf__type_by_id(types, var[i].type);
      std::string name = btf__name_by_offset(types, t->name_off);
      if (name == "ct_state") state_ = reinterpret_cast<ct_state*>(memory + var[i].offset);
      if (name == "ct_globals") globals_ = memory + var[i].offset;
      if (name == "ct_asks_program_at_end") asks_program_at_end_ = true;
      if (name == "ct_programs") programs_ = reinterpret_cast<u64*>(memory + var[i].offset);
    }
  }
  if (state_) return {};
  return Status("the kernel object has no ct_state; was it made by another version?");
}

bpf_program* KernelObject::find_program(const std::string& name) const {
  return bpf_object__find_program_by_name(object_, name.c_str());
}

/// Names as emit/flavour.h makes them.
bool KernelObject::has_site_programs(const char* variant) const {
  return is_base_ && find_program(variant + std::string("_s0"));
}

bpf_program* KernelObject::find_program(const char* variant, u32 site) const {
  if (!has_site_programs(variant)) return find_program(variant);
  return find_program(variant + std::string("_s") + std::to_string(site));
}

Status KernelObject::connect_arrays(const Program& program) {
  for (u32 i = 0; i < program.global_count; ++i) {
    const Global& g = program.globals[i];
    if (!g.map[0]) continue;
    ArrayMaps maps;
    std::string missing;
    auto find = [&](const char* name, int& fd) {
      if (!name) return;
      fd = bpf_object__find_map_fd_by_name(object_, name);
      if (fd < 0) missing = name;
    };
    for (int generation = 0; generation < (g.additive ? 2 : 1); ++generation) {
      find(g.map[generation], maps.values[generation]);
      find(g.index_map[generation], maps.index[generation]);
    }
    find(g.queue_map, maps.queue);
    if (!missing.empty()) return Status("the kernel object has no map " + missing);
    maps.generation = reinterpret_cast<u32*>(globals_ + g.generation_offset);
    maps.hash_seed = state_->hash_seed;
    if (g.ordered) {
      maps.order = reinterpret_cast<ct_order*>(globals_ + g.order_offset);
      maps.order->limit = entry_limit(g, program.max_map_entries);
      maps.order->places = queue_places(entry_limit(g, program.max_map_entries));
    }
    array(i).attach(maps);
  }
  return {};
}

Status KernelObject::find_programs(const Program& program) {
  if (program.program_count == 0 || !programs_) return {};
  if (asks_program_at_end_ && !tells_program_at_end())
    return Status(
        "this kernel does not tell the program of a process that ends, as Linux does since 6.16: "
        "process(\"PATH\").end and .thread.end cannot be probed here, process(PID).end can");
  for (u32 i = 0; i < program.program_count; ++i) {
    const ProbedProgram& wanted = program.programs[i];
    int file = ::open(wanted.path, O_PATH | O_CLOEXEC);
    if (file >= 0)
      program_files_.push_back(file);
    else if (wanted.need == Need::Required)
      return Status::of_errno(
          errno, std::string("cannot attach probe ") + wanted.pp + ": " + wanted.path + ": ");
    programs_[i] = file < 0 ? 0 : static_cast<u64>(file) + 1;
  }
  bpf_program* finder = bpf_object__find_program_by_name(object_, "ct_find_programs");
  bpf_test_run_opts opts = {};
  opts.sz = sizeof opts;
  int rc = finder ? bpf_prog_test_run_opts(bpf_program__fd(finder), &opts) : -ENOENT;
  return rc == 0 ? Status() : kernel_failure(-rc, "cannot tell programs apart: ");
}

Status KernelObject::open_ring(std::function<void(const void*, size_t)> consume) {
  consume_ = std::move(consume);
  bpf_map* map;
  bpf_object__for_each_map (map, object_) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF) continue;
    auto deliver = [](void* self, void* data, size_t size) {
      static_cast<KernelObject*>(self)->consume_(data, size);
      return 0;
    };
    ring_ = ring_buffer__new(bpf_map__fd(map), deliver, this, nullptr);
    if (!ring_) return Status::of_errno(errno, "cannot map the ring buffer: ");
  }
  return {};
}

int KernelObject::ring_fd() const { return ring_ ? ring_buffer__epoll_fd(ring_) : -1; }

int KernelObject::drain_ring() { return ring_ ? ring_buffer__consume(ring_) : 0; }

Status KernelObject::run(const char* variant, const s64* arguments, u32 count) const {
  bpf_test_run_opts opts = {};
  opts.sz = sizeof opts;
  if (count != 0) {
    opts.ctx_in = arguments;
    opts.ctx_size_in = static_cast<u32>(count * sizeof *arguments);
  }
  int rc = bpf_prog_test_run_opts(bpf_program__fd(find_program(variant, 0)), &opts);
  return rc == 0 ? Status() : kernel_failure(-rc, "cannot run the handler's kernel part: ");
}

HandlerCounts KernelObject::counts(const Program& program, const Ladder& ladder,
                                   u32 handler) const {
  HandlerCounts result;
  int fd = bpf_object__find_map_fd_by_name(object_, "ct_counts");
  std::vector<ct_counts> per_cpu(possible_cpus());
  if (fd >= 0 && bpf_map_lookup_elem(fd, &handler, per_cpu.data()) == 0) {
    for (const ct_counts& c : per_cpu) {
      result.counts.handled += c.handled;
      result.counts.errors += c.errors;
      result.counts.frame_busy += c.frame_busy;
      result.counts.lost_records += c.lost_records;
      result.counts.array_full += c.array_full;
      result.counts.entry_unseen += c.entry_unseen;
      result.counts.lost_updates += c.lost_updates;
      result.counts.gated += c.gated;
    }
  }
  if (ladder.dropped(handler)) return result;
  const char* variant = ladder.rung(handler).program;
  u32 programs = has_site_programs(variant) ? program.handlers[handler].site_count : 1;
  for (u32 n = 0; n < programs; ++n) {
    bpf_prog_info info = {};
    u32 size = sizeof info;
    bpf_program* bpf = find_program(variant, n);
    if (bpf && bpf_obj_get_info_by_fd(bpf_program__fd(bpf), &info, &size) == 0) {
      result.recursion_misses += info.recursion_misses;
      result.program_ids.push_back(info.id);
    }
  }
  return result;
}

int KernelObject::map_fd(const char* name) const {
  return bpf_object__find_map_fd_by_name(object_, name);
}

std::vector<ct_times> KernelObject::site_times(u32 site) const {
  std::vector<ct_times> per_cpu(static_cast<size_t>(libbpf_num_possible_cpus()));
  int fd = bpf_object__find_map_fd_by_name(object_, "ct_times");
  if (fd < 0 || bpf_map_lookup_elem(fd, &site, per_cpu.data()) != 0) return {};
  return per_cpu;
}

}  // namespace ct
