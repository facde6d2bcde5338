#include "explain/collect.h"
#include "runtime/common/terminal.h"
#include "why/sides.h"

namespace coretap::explain {
namespace {

std::string sentence_of(const why::HandlerSides& sides) {
  if (sides.service) return sides.service;
  if (sides.lines.empty()) return "In the kernel: only what starts the part in user space.";
  return "In the kernel: " + why::lines_text(sides.lines) + ".";
}

UserPart part_of(const why::SegmentSides& segment, const Id& handler, const Places& places,
                 Links& links) {
  UserPart part;
  part.id = "g" + std::to_string(segment.segment->id);
  links.add(part.id, handler);
  part.lines = why::lines_text(segment.lines);
  for (uint32_t line : segment.lines) links.add(part.id, places.line_id(line));
  for (const why::MovedBecause& moved : segment.moved) {
    part.reasons.push_back((moved.lines.empty() ? "" : why::lines_text(moved.lines) + ": ") +
                           moved.reason + ".");
    links.add(part.id, places.of(moved.at));
  }
  part.record_bytes = segment.record_bytes;
  part.head_bytes = segment.head_bytes;
  for (const why::RecordField& field : segment.fields) {
    const Id id =
        "f" + std::to_string(segment.segment->id) + "_" + std::to_string(part.fields.size());
    links.add(id, part.id);
    links.add(id, places.of(field.made_at));
    part.fields.push_back({id, field.bytes, field.name, field.kind});
  }
  return part;
}

}  // namespace

std::set<Id> points_of(const ir::Module& module, const ir::KernelHandler& handler,
                       const Places& places) {
  std::set<Id> ids;
  for (const ir::Site& site : handler.sites)
    if (site.point < module.points.size()) ids.merge(places.of(module.points[site.point].at));
  return ids.empty() ? places.line_of(handler.span) : ids;
}

void collect_sides(const ir::Module& module, const Places& places, const Named& named,
                   Story& story) {
  for (size_t i = 0; i < module.kernel_handlers.size(); i++) {
    const ir::KernelHandler& made = module.kernel_handlers[i];
    const why::HandlerSides sides = why::sides_of(module, i);
    Handler handler;
    handler.id = "h" + std::to_string(i);
    for (const ir::Site& site : made.sites) {
      handler.points.push_back(site.pp);
      const auto ids = named.sites.find({site.target, site.offset});
      if (ids != named.sites.end()) story.links.add(handler.id, ids->second);
    }
    handler.mechanism = ir::info(made.mechanism).text;
    handler.kernel = sentence_of(sides);
    story.links.add(handler.id, points_of(module, made, places));
    for (const why::SegmentSides& segment : sides.segments)
      handler.parts.push_back(part_of(segment, handler.id, places, story.links));
    story.handlers.push_back(std::move(handler));
  }
  for (size_t i = 0; i < module.user_handlers.size(); i++) {
    const ir::UserHandler& made = module.user_handlers[i];
    Handler handler;
    handler.id = "w" + std::to_string(i);
    handler.points.push_back(made.pp);
    handler.kernel =
        why::has_kernel_part(made)
            ? "All of it is in user space, because the session itself makes the event; "
              "what reads the kernel's memory is a BPF program that the session runs."
            : "All of it is in user space, because the session itself makes the event.";
    story.links.add(handler.id, places.of(made.span));
    story.handlers.push_back(std::move(handler));
  }
  for (ir::GlobalId i = 0; i < module.globals.size(); i++) {
    const ir::Global& global = module.globals[i];
    if (!global.span || !global.span.file->is_user_script) continue;
    const Id id = "n" + std::to_string(i);
    story.globals.push_back({id, global.name, why::place_of(module, i)});
    story.links.add(id, places.of(global.span));
  }
}

}  // namespace coretap::explain
