// Helpers and maps are read from the BPF object itself, so the list cannot differ from the code.
// A helper that the code calls only where the kernel has it (bpf_core_enum_value_exists) counts as
// there: the loader cuts the call out elsewhere.
#include "needs.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>

#include <set>
#include <vector>

#include "runtime/common/bpf_helpers.h"
#include "runtime/common/json.h"
#include "runtime/common/terminal.h"
#include "runtime/user/attach/kernel_offers.h"
#include "runtime/user/attach/mechanism.h"
#include "runtime/user/attach/object_section.h"
#include "runtime/user/harness/harness.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

/// Helpers that kernels from 5.10 on lack, and the release that brought them.
const struct {
  const char *helper, *release;
} kSince[] = {
    {"get_current_task_btf", "5.11"},   {"snprintf", "5.13"},     {"task_pt_regs", "5.15"},
    {"get_attach_cookie", "5.15"},      {"get_func_ip", "5.15"},  {"loop", "5.17"},
    {"get_func_ret", "5.17"},           {"get_func_arg", "5.17"}, {"kptr_xchg", "5.19"},
    {"map_lookup_percpu_elem", "5.19"},
};

const char* since(const std::string& helper) {
  for (const auto& row : kSince)
    if (helper == row.helper) return row.release;
  return "";
}

struct Facility {
  std::string name;
  Offer offer;
};

/// What code in one BPF object calls and keeps.
class Code {
 public:
  Code(const void* data, u64 size) : data_(static_cast<const char*>(data)), size_(size) {
    libbpf_print_fn_t printer =
        libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
    bpf_object_open_opts opts = {};
    opts.sz = sizeof opts;
    opts.object_name = "coretap";
    object_ = bpf_object__open_mem(data, size, &opts);
    libbpf_set_print(printer);
    read_callbacks();
  }
  ~Code() { bpf_object__close(object_); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  std::vector<Facility> helpers(const char* program_name, const KernelOffers& kernel) const {
    std::set<std::string> names;
    bpf_program* program =
        object_ ? bpf_object__find_program_by_name(object_, program_name) : nullptr;
    // The base flavour may have a program for each site, all alike.
    if (object_ && !program)
      program =
          bpf_object__find_program_by_name(object_, (std::string(program_name) + "_s0").c_str());
    if (program) collect(bpf_program__insns(program), bpf_program__insn_cnt(program), names);
    // Only loops call the object's other functions.
    if (names.count("loop") || names.count("for_each_map_elem"))
      names.insert(callbacks_.begin(), callbacks_.end());
    std::vector<Facility> needs;
    for (const std::string& name : names) {
      Offer offer = kernel.helper(name);
      if (offer.state == Offer::No && is_guarded(name)) offer = {Offer::Yes, "not used here"};
      needs.push_back({name, offer});
    }
    return needs;
  }

  std::vector<Facility> map_types(const KernelOffers& kernel) const {
    std::set<std::string> names;
    bpf_map* map;
    bpf_object__for_each_map (map, object_)
      if (const char* name = libbpf_bpf_map_type_str(bpf_map__type(map))) names.insert(name);
    std::vector<Facility> needs;
    needs.reserve(names.size());
    for (const std::string& name : names) needs.push_back({name, kernel.map_type(name)});
    return needs;
  }

 private:
  static void collect(const bpf_insn* code, size_t count, std::set<std::string>& names) {
    for (size_t i = 0; i < count; ++i) {
      const std::optional<size_t> number = called_helper(code[i]);
      if (!number) continue;
      const std::string name = helper_name(*number);
      names.insert(name.empty() ? "number " + std::to_string(*number) : name);
    }
  }

  /// Functions that loops call are in .text, which libbpf does not show.
  void read_callbacks() {
    std::string text = object_section(data_, size_, ".text");
    collect(reinterpret_cast<const bpf_insn*>(text.data()), text.size() / sizeof(bpf_insn),
            callbacks_);
  }

  /// The question whether the kernel has the helper is a relocation against such a name.
  bool is_guarded(const std::string& helper) const {
    std::string name = "BPF_FUNC_" + helper + "___";
    return memmem(data_, size_, name.data(), name.size()) != nullptr;
  }

  const char* data_;
  u64 size_;
  bpf_object* object_ = nullptr;
  std::set<std::string> callbacks_;
};

struct SiteNeeds {
  const Site* site;
  Offer offer;
};
struct HandlerNeeds {
  Mechanism mechanism;
  std::vector<SiteNeeds> sites;
  std::vector<Facility> helpers;
  std::string other_ways;  ///< ", else kprobe": what is tried where this one fails

  bool met() const {
    bool all = true;
    for (const Facility& helper : helpers) all &= helper.offer.state != Offer::No;
    for (const SiteNeeds& site : sites)
      all &= site.site->need != Need::Required || site.offer.state != Offer::No;
    return all;
  }
};
struct Needs {
  const Program* program;
  Offer types;
  std::vector<HandlerNeeds> handlers;
  std::vector<Facility> maps;

  bool met() const {
    bool all = types.state != Offer::No;
    for (const Facility& map : maps) all &= map.offer.state != Offer::No;
    for (const HandlerNeeds& handler : handlers) all &= handler.met();
    return all && has_every_point();
  }

  /// Is something left of each point that is not optional? See coverage.h.
  bool has_every_point() const {
    std::set<u32> asked, offered;
    for (const HandlerNeeds& handler : handlers)
      for (const SiteNeeds& site : handler.sites) {
        asked.insert(site.site->point);
        if (site.offer.state != Offer::No) offered.insert(site.site->point);
      }
    for (u32 point : asked)
      if (!offered.count(point) && !program->points[point].optional) return false;
    return true;
  }
};

/// The first of the handler's ways that this kernel offers, or the last.
HandlerNeeds collect(const KernelHandler& handler, const Code& code, const KernelOffers& kernel) {
  HandlerNeeds needs;
  for (u32 v = 0; v < handler.variant_count; ++v) {
    const Variant& variant = handler.variants[v];
    needs = {variant.mechanism, {}, code.helpers(variant.program, kernel), ""};
    for (u32 s = 0; s < handler.site_count; ++s)
      needs.sites.push_back({&handler.sites[s], kernel.site(variant.mechanism, handler.sites[s])});
    for (u32 other = v + 1; other < handler.variant_count; ++other)
      needs.other_ways +=
          std::string(", else ") + mechanism_name(handler.variants[other].mechanism);
    if (needs.met()) break;
  }
  return needs;
}

Needs collect(const Program& program, const void* object, u64 size) {
  Needs needs = {&program, {}, {}, {}};
  if (program.handler_count == 0) return needs;
  KernelOffers kernel;
  Code code(object, size);
  needs.types = kernel.types();
  needs.maps = code.map_types(kernel);
  for (u32 i = 0; i < program.handler_count; ++i) {
    needs.handlers.push_back(collect(program.handlers[i], code, kernel));
  }
  return needs;
}

// ------------------------------------------------------------------ text

const char* text_of(Offer::State state) {
  return state == Offer::Yes ? "yes" : state == Offer::No ? "NO" : "unknown";
}

std::string answer(const Offer& offer) {
  return std::string(text_of(offer.state)) + (offer.why.empty() ? "" : " (" + offer.why + ")");
}

std::string list(const std::vector<Facility>& needs) {
  std::string all, missing;
  for (const Facility& need : needs) {
    all += (all.empty() ? "" : " ") + need.name;
    if (need.offer.state != Offer::Yes)
      missing += (missing.empty() ? "" : ", ") + need.name +
                 (*since(need.name) ? std::string(" (Linux ") + since(need.name) + ")" : "") +
                 ": " + answer(need.offer);
  }
  return all + (missing.empty() ? ": yes" : "\n    " + missing);
}

std::string place(const Site& site, Mechanism mechanism) {
  if (mechanism == Mechanism::PerfEvent)
    return "type " + std::to_string(site.perf_type) + " config " + std::to_string(site.perf_config);
  std::string text = terminal_safe(site.target);
  char offset[32];
  snprintf(offset, sizeof offset, "%s0x%llx", text.empty() ? "" : "+", site.offset);
  return site.offset ? text + offset : text;
}

const char* need_note(Need need) {
  switch (need) {
    case Need::Required: return "";
    case Need::OneOfMany: return " (one of many)";
    case Need::Optional: return " (optional)";
  }
  return "";
}

/// By what a probe of a file knows the build that it was compiled for.
std::string bound_to(const Site& site) {
  if (*site.build_id) return std::string("build-id ") + site.build_id;
  if (site.watch) return "the places of its segments, for there is no build-id";
  return "the code of function '" + std::string(site.code->name) + "', for there is no build-id";
}

void print_text(const Program& program, const Needs& needs, const char* release) {
  printf("%s on Linux %s\n", program.script_name, release);
  if (needs.handlers.empty()) {
    printf("It has no probes in the kernel and runs everywhere.\n");
    return;
  }
  for (const HandlerNeeds& handler : needs.handlers) {
    for (const SiteNeeds& s : handler.sites) {
      printf("\n%s%s\n  %s %s: %s%s\n", s.site->pp, need_note(s.site->need),
             mechanism_name(handler.mechanism), place(*s.site, handler.mechanism).c_str(),
             answer(s.offer).c_str(), handler.other_ways.c_str());
      if (is_bound(*s.site)) printf("  bound to %s\n", bound_to(*s.site).c_str());
    }
    printf("  BPF helpers%s: %s\n",
           handler.sites.size() > 1
               ? (" of these " + std::to_string(handler.sites.size()) + " probe points").c_str()
               : "",
           list(handler.helpers).c_str());
  }
  printf("\nBTF of the kernel: %s\n", answer(needs.types).c_str());
  printf("BPF maps: %s\n", list(needs.maps).c_str());
  printf("Rights: root, or the capabilities CAP_BPF and CAP_PERFMON and a readable tracefs\n");
  printf("\n%s\n", needs.met() ? "This kernel has all of it." : "This kernel cannot run it.");
}

// ------------------------------------------------------------------ JSON

std::string json(const Offer& offer) {
  const char* state = offer.state == Offer::Yes  ? "true"
                      : offer.state == Offer::No ? "false"
                                                 : "null";
  return std::string("\"here\": ") + state +
         (offer.why.empty() ? "" : ", \"why\": " + json_string(offer.why));
}

std::string json(const std::vector<Facility>& needs) {
  std::string text;
  for (const Facility& need : needs) {
    text += (text.empty() ? "" : ", ") + std::string("{\"name\": ") + json_string(need.name) + ", ";
    if (*since(need.name)) text += "\"since\": " + json_string(since(need.name)) + ", ";
    text += json(need.offer) + "}";
  }
  return "[" + text + "]";
}

void print_json(const Program& program, const Needs& needs, const char* release) {
  printf("{\"script\": %s, \"kernel\": %s, \"runs_here\": %s,\n",
         json_string(program.script_name).c_str(), json_string(release).c_str(),
         needs.met() ? "true" : "false");
  printf(" \"btf\": {%s}, \"maps\": %s,\n \"probes\": [", json(needs.types).c_str(),
         json(needs.maps).c_str());
  const char* comma = "";
  for (const HandlerNeeds& handler : needs.handlers) {
    for (const SiteNeeds& s : handler.sites) {
      printf("%s\n  {\"probe\": %s, \"mechanism\": \"%s\", \"target\": %s, \"optional\": %s, ",
             comma, json_string(s.site->pp).c_str(), mechanism_name(handler.mechanism),
             json_string(place(*s.site, handler.mechanism)).c_str(),
             s.site->need != Need::Required ? "true" : "false");
      if (is_bound(*s.site)) printf("\"build_id\": \"%s\", ", s.site->build_id);
      printf("%s, \"helpers\": %s}", json(s.offer).c_str(), json(handler.helpers).c_str());
      comma = ",";
    }
  }
  printf("\n ]}\n");
}

}  // namespace

int explain_needs(const Program& program, bool as_json) {
  utsname name = {};
  uname(&name);
  // A script that is run at once has one flavour, on an old kernel `base`.
  bool only_base = program.object_size == 0 && program.base_object_size != 0;
  Needs needs = only_base ? collect(program, program.base_object, program.base_object_size)
                          : collect(program, program.object, program.object_size);
  if (!only_base && !needs.met() && program.base_object_size != 0) {
    Needs base = collect(program, program.base_object, program.base_object_size);
    if (base.met()) needs = std::move(base);
  }
  (as_json ? print_json : print_text)(program, needs, name.release);
  flush_output();
  return needs.met() && !output_failed() ? 0 : 1;
}

}  // namespace ct
