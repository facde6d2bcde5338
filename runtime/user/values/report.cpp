#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/user/output/output.h"

namespace ct {
namespace {

std::string hex(u64 value) {
  char text[32];
  snprintf(text, sizeof text, "0x%016llx", value);
  return text;
}

const ErrorPlace* place_of(const Program& program, const ct_rec_error& r) {
  const bool is_known = r.place != 0 && r.place <= program.error_place_count;
  return is_known ? &program.error_places[r.place - 1] : nullptr;
}

}  // namespace

std::string error_message(const Program& program, const ct_rec_error& r) {
  switch (r.code) {
    case CT_ERR_DIV_ZERO: return "division by 0";
    case CT_ERR_KERNEL_READ: return "kernel read fault at " + hex(r.detail) + " (addr)";
    case CT_ERR_USER_READ: return "user read fault at " + hex(r.detail) + " (addr)";
    case CT_ERR_MAXACTION: return "MAXACTION exceeded";
    case CT_ERR_LOOP_TURNS:
      return "MAXACTION exceeded: on this kernel, which has no bpf_loop, this loop may turn " +
             std::to_string(r.detail) + " times";
    case CT_ERR_EMPTY_STAT: return "empty aggregate";
    case CT_ERR_OVERFLOW: return "aggregation overflow";
    case CT_ERR_EXHAUSTED: return "all functions exhausted";
    case CT_ERR_PERF: return "the perf counter does not count this thread";
    case CT_ERR_MESSAGE: return std::string(r.text, strnlen(r.text, sizeof r.text));
    case CT_ERR_ARRAY_FULL:
      if (r.detail < program.global_count && program.globals[r.detail].max_entries != 0)
        return std::string("Array overflow, check size limit (") +
               std::to_string(program.globals[r.detail].max_entries) + ")";
      return "Array overflow, check MAXMAPENTRIES";
    default: return "run-time error " + std::to_string(r.code);
  }
}

std::string error_place(const Program& program, const ct_rec_error& r) {
  if (r.code == CT_ERR_MESSAGE || r.handler >= program.handler_count) return "";
  const KernelHandler& h = program.handlers[r.handler];
  const ErrorPlace* place = place_of(program, r);
  std::string text;
  if (place)
    text = std::string(place->token) + " at " + place->file + ":" + std::to_string(place->line) +
           ":" + std::to_string(place->column);
  // As in stap, the place says which probe it is; of a handler of several sites the event's is told, too.
  if (h.site_count == 0 || (place && h.site_count == 1)) return text;
  text +=
      std::string(place ? " in " : "") + "probe " + h.sites[r.site < h.site_count ? r.site : 0].pp;
  // Without cookies a handler of many sites may not know which one it was.
  if (r.site >= h.site_count && h.site_count > 1)
    text += " or another of its " + std::to_string(h.site_count) + " places";
  return text;
}

Message error_of(const Program& program, const ct_rec_error& r) {
  Message message = {
      .from = Speaker::Handler, .text = error_message(program, r), .near = error_place(program, r)};
  if (r.handler >= program.handler_count) return message;
  const KernelHandler& h = program.handlers[r.handler];
  if (h.site_count != 0) message.probe = h.sites[r.site < h.site_count ? r.site : 0].pp;
  if (const ErrorPlace* place = place_of(program, r)) {
    message.file = place->file;
    message.line = place->line;
  }
  return message;
}

}  // namespace ct
