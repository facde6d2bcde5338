#include "explain/places.h"

#include "why/sides.h"

namespace coretap::explain {

void Places::add_name(const Span& at, const Id& id) { names_.try_emplace({at.begin, at.end}, id); }

void Places::add_piece(const Span& at, const Id& id) {
  pieces_[at.file].insert_or_assign(at.begin, std::pair(at.end, id));
}

Id Places::piece_at(const Span& at) const {
  const auto file = pieces_.find(at.file);
  if (file == pieces_.end()) return "";
  auto piece = file->second.upper_bound(at.begin);
  if (piece == file->second.begin()) return "";
  --piece;
  return at.begin < piece->second.first ? piece->second.second : "";
}

uint32_t Places::script_line(const Span& at) const {
  const Span place = why::in_user_script(at);
  return place.file == &script_ ? line_column(script_, place.begin).line : 0;
}

std::set<Id> Places::line_of(const Span& at) const {
  std::set<Id> ids;
  if (!at) return ids;
  for (const Span* span = &at; span; span = span->expanded_from)
    if (const Id piece = piece_at(*span); !piece.empty()) ids.insert(piece);
  if (const uint32_t line = script_line(at)) ids.insert(line_id(line));
  return ids;
}

std::set<Id> Places::of(const Span& at) const {
  const Span place = why::in_user_script(at);
  if (place.file != &script_) return line_of(at);
  std::set<Id> ids;
  for (auto name = names_.lower_bound({place.begin, 0});
       name != names_.end() && name->first.first < place.end; ++name)
    if (name->first.second <= place.end) ids.insert(name->second);
  if (ids.empty()) ids.insert(line_id(line_column(script_, place.begin).line));
  for (const Span* span = &at; span; span = span->expanded_from)
    if (const Id piece = piece_at(*span); !piece.empty()) ids.insert(piece);
  return ids;
}

std::set<Id> Places::of_line(const std::string& file, uint32_t line) const {
  if (line == 0) return {};
  if (file == script_.name)
    return line <= script_.line_starts.size() ? std::set<Id>{line_id(line)} : std::set<Id>{};
  for (const auto& [source, pieces] : pieces_) {
    if (source->name != file || line > source->line_starts.size()) continue;
    const uint32_t at = source->line_starts[line - 1];
    if (const Id piece = piece_at({source, at, at + 1, nullptr}); !piece.empty()) return {piece};
  }
  return {};
}

}  // namespace coretap::explain
