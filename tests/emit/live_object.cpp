#include "live_object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "emit/kernel_c.h"
#include "emit/layout.h"
#include "emit/variants.h"

namespace coretap::test {

namespace {

std::string g_log;

int keep_log(libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG) return 0;
  std::vector<char> line(1 << 20);
  vsnprintf(line.data(), line.size(), format, args);
  g_log += line.data();
  return 0;
}

std::string run(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (size_t n = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  return pclose(pipe) == 0 ? "" : output.empty() ? "failed" : output;
}

/// Offset of a function of this program in its file: what a uprobe wants.
uint64_t file_offset(const std::string& symbol) {
  void* address = dlsym(RTLD_DEFAULT, symbol.c_str());
  Dl_info info;
  if (!address || !dladdr(address, &info)) throw std::runtime_error("no function " + symbol);
  // A position independent program's link addresses are its file offsets plus a constant for each
  // segment: look the segment up.
  auto* ehdr = static_cast<const Elf64_Ehdr*>(info.dli_fbase);
  auto* phdr =
      reinterpret_cast<const Elf64_Phdr*>(static_cast<char*>(info.dli_fbase) + ehdr->e_phoff);
  uint64_t link = static_cast<char*>(address) - static_cast<char*>(info.dli_fbase);
  for (int i = 0; i < ehdr->e_phnum; ++i)
    if (phdr[i].p_type == PT_LOAD && link >= phdr[i].p_vaddr &&
        link < phdr[i].p_vaddr + phdr[i].p_memsz)
      return link - phdr[i].p_vaddr + phdr[i].p_offset;
  throw std::runtime_error("function outside of every segment: " + symbol);
}

void mount_tracefs() {
  if (access("/sys/kernel/tracing/events", F_OK) != 0)
    mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr);
}

}  // namespace

std::string cannot_run_live() {
  if (geteuid() != 0) return "needs root";
  bpf_insn insns[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ct_probe", "GPL", insns, 2, nullptr);
  if (fd < 0) return std::string("this machine refuses BPF programs: ") + strerror(errno);
  close(fd);
  return "";
}

Flavour tested_flavour() {
  const char* given = getenv("CORETAP_FLAVOUR");
  return given && given == std::string("base") ? Flavour::Base : Flavour::Modern;
}

std::string compile(const ir::Module& module) {
  if (tested_flavour() == Flavour::Base && !base_obstacles(module).empty())
    throw std::runtime_error("no base flavour: " + base_obstacles(module)[0].text);
  std::string text = emit_kernel_c(module, tested_flavour());
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(tested_flavour() == Flavour::Base ? "base." : "modern.") +
                     info->test_suite_name() + "." + info->name() + "." +
                     std::to_string(std::hash<std::string>()(text)) + ".bpf.c";
  std::replace(name.begin(), name.end(), '/', '_');

  static std::string folder = [] {
    const char* given = getenv("CORETAP_OBJECTS");
    std::string path = given ? given : "/tmp/coretap-live-" + std::to_string(getpid());
    mkdir(path.c_str(), 0700);
    if (!given) atexit([] { run("rm -r /tmp/coretap-live-" + std::to_string(getpid())); });
    return path;
  }();
  std::string source = folder + "/" + name, object = source + ".o";
  if (access(object.c_str(), R_OK) == 0) return object;
  std::ofstream(source) << text;
  std::string said =
      run("clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -fno-strict-aliasing "
          "-I/usr/include/x86_64-linux-gnu -I" CORETAP_SOURCE "/runtime/bpf -I" CORETAP_SOURCE
          "/runtime/shared -Wall -Wno-unused -Wno-unknown-attributes -Werror -c " +
          source + " -o " + object);
  if (!said.empty()) throw std::runtime_error(said);
  return object;
}

namespace {

/// The handler's program of exactly the kind that it names.
std::string program_name(const ir::Module& module, const ir::KernelHandler& handler) {
  for (const Variant& v : variants(module, handler, tested_flavour()))
    if (v.mechanism == handler.mechanism) return v.program;
  return handler.name;
}

}  // namespace

LiveObject::LiveObject(const ir::Module& module) : module_(module) {
  mount_tracefs();
  std::string bad = ir::verify(module);
  if (!bad.empty()) throw std::runtime_error("bad IR: " + bad);
  std::string object = compile(module);
  g_log.clear();
  libbpf_set_print(keep_log);
  object_ = bpf_object__open_file(object.c_str(), nullptr);
  if (!object_) throw std::runtime_error("open: " + g_log);
  for (const ir::KernelHandler& h : module.kernel_handlers)
    for (const Variant& v : variants(module, h, tested_flavour()))
      if (bpf_program* program = bpf_object__find_program_by_name(object_, v.program.c_str()))
        bpf_program__set_autoload(program, v.program == program_name(module, h));
  int rc = bpf_object__load(object_);
  if (rc != 0)
    throw std::runtime_error("load: " + std::string(strerror(-rc)) + "\n" + g_log + "\n(" + object +
                             ")");
  map_memory();
  state_->max_errors = 1000000;
  auto deliver = [](void* self, void* data, size_t size) {
    static_cast<LiveObject*>(self)->records_.emplace_back(static_cast<char*>(data), size);
    return 0;
  };
  ring_ = ring_buffer__new(map_fd("ct_ring"), deliver, this, nullptr);
}

LiveObject::~LiveObject() {
  for (bpf_link* link : links_) bpf_link__destroy(link);
  for (int fd : perf_fds_) close(fd);
  if (ring_) ring_buffer__free(ring_);
  bpf_object__close(object_);
}

void LiveObject::map_memory() {
  const btf* types = bpf_object__btf(object_);
  bpf_map* map;
  bpf_object__for_each_map (map, object_) {
    if (!bpf_map__is_internal(map) || !strstr(bpf_map__name(map), ".bss")) continue;
    // libbpf maps the memory over its initial value for skeletons only.
    size_t size = (bpf_map__value_size(map) + 4095) / 4096 * 4096;
    char* memory = static_cast<char*>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0));
    if (memory == MAP_FAILED) throw std::runtime_error("cannot map .bss");
    const btf_type* section = btf__type_by_id(
        types, static_cast<uint32_t>(btf__find_by_name_kind(types, ".bss", BTF_KIND_DATASEC)));
    const btf_var_secinfo* var = btf_var_secinfos(section);
    for (uint32_t i = 0; i < btf_vlen(section); ++i) {
      std::string name = btf__name_by_offset(types, btf__type_by_id(types, var[i].type)->name_off);
      if (name == "ct_state") state_ = reinterpret_cast<ct_state*>(memory + var[i].offset);
      if (name == "ct_globals") globals_ = memory + var[i].offset;
    }
  }
}

void LiveObject::attach() {
  for (const ir::KernelHandler& h : module_.kernel_handlers) {
    bool base = tested_flavour() == Flavour::Base, apart = base && tells_sites_apart(module_, h);
    for (size_t i = 0; i < h.sites.size(); ++i) {
      const ir::Site& site = h.sites[i];
      std::string name = apart ? site_program(h.name, i) : program_name(module_, h);
      bpf_program* program = bpf_object__find_program_by_name(object_, name.c_str());
      uint64_t cookie = base ? 0 : i;
      bpf_link* link = nullptr;
      bool is_return = h.mechanism == ir::Mechanism::Uretprobe;
      if (is_return || h.mechanism == ir::Mechanism::Uprobe) {
        bpf_uprobe_opts opts = {};
        opts.sz = sizeof opts;
        opts.retprobe = is_return;
        opts.bpf_cookie = cookie;
        link = bpf_program__attach_uprobe_opts(program, -1, "/proc/self/exe",
                                               file_offset(site.target), &opts);
      } else if (h.mechanism == ir::Mechanism::Tracepoint) {
        size_t colon = site.target.find(':');
        bpf_tracepoint_opts opts = {};
        opts.sz = sizeof opts;
        opts.bpf_cookie = cookie;
        link = bpf_program__attach_tracepoint_opts(program, site.target.substr(0, colon).c_str(),
                                                   site.target.substr(colon + 1).c_str(), &opts);
      } else if (h.mechanism == ir::Mechanism::Kprobe || h.mechanism == ir::Mechanism::Kretprobe) {
        link = bpf_program__attach_kprobe(program, h.mechanism == ir::Mechanism::Kretprobe,
                                          site.target.c_str());
      } else if (h.mechanism == ir::Mechanism::PerfEvent) {
        perf_event_attr attr = {};
        attr.size = sizeof attr;
        attr.type = site.perf_type;
        attr.config = site.perf_config;
        attr.sample_period = site.perf_period;
        int fd = static_cast<int>(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
        if (fd < 0) throw std::runtime_error("perf_event_open failed");
        link = bpf_program__attach_perf_event(program, fd);
      } else {
        link = bpf_program__attach(program);
      }
      if (!link)
        throw std::runtime_error("attach " + h.name + ": " + strerror(errno) + "\n" + g_log);
      links_.push_back(link);
    }
  }
}

std::string LiveObject::machine_code() {
  std::string all;
  bpf_program* program;
  bpf_object__for_each_program (program, object_) {
    std::string code(1 << 20, 0);
    bpf_prog_info info = {};
    uint32_t size = sizeof info;
    info.jited_prog_insns = reinterpret_cast<uintptr_t>(code.data());
    info.jited_prog_len = static_cast<uint32_t>(code.size());
    if (bpf_program__fd(program) >= 0 &&
        bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
      all.append(code, 0, info.jited_prog_len);
  }
  return all;
}

int LiveObject::map_fd(const std::string& name) {
  return bpf_object__find_map_fd_by_name(object_, name.c_str());
}
int LiveObject::program_fd(const std::string& name) {
  return bpf_program__fd(bpf_object__find_program_by_name(object_, name.c_str()));
}

namespace {

/// Offset of a member of ct_globals, from the object's own BTF: an oracle for layout.
uint32_t member_offset(bpf_object* object, const std::string& member) {
  const btf* types = bpf_object__btf(object);
  const btf_type* t = btf__type_by_id(
      types, static_cast<uint32_t>(btf__find_by_name_kind(types, "ct_globals", BTF_KIND_STRUCT)));
  for (int i = 0; i < btf_vlen(t); ++i)
    if (member == btf__name_by_offset(types, btf_members(t)[i].name_off))
      return btf_member_bit_offset(t, static_cast<uint32_t>(i)) / 8;
  throw std::runtime_error("no member " + member);
}

}  // namespace

int64_t& LiveObject::scalar(ir::GlobalId global) {
  return *reinterpret_cast<int64_t*>(
      globals_ + member_offset(object_, layout::global_member(module_, global)));
}
std::string LiveObject::text(ir::GlobalId global) {
  return globals_ + member_offset(object_, layout::global_member(module_, global));
}
uint32_t& LiveObject::generation(ir::GlobalId global) {
  return *reinterpret_cast<uint32_t*>(
      globals_ + member_offset(object_, layout::generation_member(module_, global)));
}

std::map<std::string, std::string> LiveObject::elements(ir::GlobalId global, int generation) {
  const ir::Global& g = module_.globals[global];
  int fd = map_fd(layout::map_name(module_, global, generation));
  size_t value_size = layout::value_size(g) * (g.is_stat ? libbpf_num_possible_cpus() : 1);
  std::map<std::string, std::string> all;
  std::string key(g.is_array() ? layout::key_size(g) : 4, 0), value(value_size, 0), last;
  const void* previous = nullptr;
  while (bpf_map_get_next_key(fd, previous, key.data()) == 0) {
    if (bpf_map_lookup_elem(fd, key.data(), value.data()) == 0) all[key] = value;
    last = key;
    previous = last.data();
  }
  return all;
}

int64_t LiveObject::element(ir::GlobalId global, int64_t key, int generation) {
  int64_t value = -1;
  bpf_map_lookup_elem(map_fd(layout::map_name(module_, global, generation)), &key, &value);
  return value;
}

std::vector<uint64_t> LiveObject::statistic(ir::GlobalId global, const std::string& key,
                                            int generation) {
  const ir::Global& g = module_.globals[global];
  std::string raw = elements(global, generation)[key];
  size_t words = layout::value_size(g) / 8;
  std::vector<uint64_t> merged(words);
  for (size_t cpu = 0; cpu * words * 8 < raw.size(); ++cpu)
    for (size_t w = 0; w < words; ++w) {
      uint64_t value;
      memcpy(&value, raw.data() + (cpu * words + w) * 8, 8);
      if (g.need_min_max && (w == 2 || w == 3))
        merged[w] = std::max(merged[w], value);
      else
        merged[w] += value;
    }
  return merged;
}

ct_counts LiveObject::counts(uint32_t handler) {
  std::vector<ct_counts> cpus(static_cast<size_t>(libbpf_num_possible_cpus()));
  bpf_map_lookup_elem(map_fd("ct_counts"), &handler, cpus.data());
  ct_counts sum = {};
  for (const ct_counts& c : cpus) {
    sum.handled += c.handled;
    sum.errors += c.errors;
    sum.frame_busy += c.frame_busy;
    sum.lost_records += c.lost_records;
    sum.array_full += c.array_full;
  }
  return sum;
}

std::vector<ct_times> LiveObject::times(uint32_t site) {
  std::vector<ct_times> cpus(static_cast<size_t>(libbpf_num_possible_cpus()));
  bpf_map_lookup_elem(map_fd("ct_times"), &site, cpus.data());
  return cpus;
}

std::vector<std::string> LiveObject::records() {
  records_.clear();
  ring_buffer__consume(ring_);
  return records_;
}

}  // namespace coretap::test
