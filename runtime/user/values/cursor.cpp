// foreach: a sorted snapshot.
//
// Sorting is stable: elements that compare equal stay in the order of insertion, as in stap.
#include <algorithm>

#include "array.h"

namespace ct {

struct Rows {
  std::vector<Element> elements;
  Kind value;
  s64 next = 0, end = 0;

  const Element& current() const { return elements[static_cast<size_t>(next - 1)]; }
};

namespace {

int sign(s64 a, s64 b) { return a < b ? -1 : a > b; }

/// -1, 0, 1 by the column that `order` names.
int compare_rows(const Element& a, const Element& b, const Order& order, Kind value) {
  if (order.column > 0) {
    KeyPart x = key_part(a.key, order.column - 1), y = key_part(b.key, order.column - 1);
    return x.kind == 'l' ? sign(x.number, y.number) : sign(x.text.compare(y.text), 0);
  }
  if (value == Kind::Long) return sign(a.number, b.number);
  if (value == Kind::Str) return sign(a.text.compare(b.text), 0);
  return sign(a.statistic->value(order.stat, 0), b.statistic->value(order.stat, 0));
}

void limit_rows(Rows& rows, s64 limit) {
  rows.end = static_cast<s64>(rows.elements.size());
  if (limit < rows.end) rows.end = limit < 0 ? 0 : limit;
}

}  // namespace

void sort_elements(std::vector<Element>& elements, const Order& order, Kind value) {
  if (order.direction == 0) return;
  std::stable_sort(elements.begin(), elements.end(), [&](const Element& a, const Element& b) {
    return compare_rows(a, b, order, value) * order.direction < 0;
  });
}

Cursor::Cursor(u32 global, Order order, s64 limit, View slice) : rows_(new Rows) {
  rows_->value = array(global).global().value;
  rows_->elements = array(global).snapshot({slice.data, slice.size});
  sort_elements(rows_->elements, order, rows_->value);
  limit_rows(*rows_, limit);
}

Cursor::Cursor(u32 global, View key, u32 hist, s64 limit) : rows_(new Rows) {
  rows_->value = Kind::Long;
  Element e;
  if (!array(global).find(key, e))
    e.statistic = std::make_unique<Statistic>(make_statistic(array(global).global()));
  const std::vector<u64>& counts = e.statistic->hists[hist];
  for (size_t i = 0; i < counts.size(); ++i) {
    Element row;
    s64 index = static_cast<s64>(i);
    row.key.push_back('l');
    row.key.append(reinterpret_cast<const char*>(&index), sizeof index);
    row.number = static_cast<s64>(counts[i]);
    rows_->elements.push_back(std::move(row));
  }
  limit_rows(*rows_, limit);
}

Cursor::~Cursor() { delete rows_; }

bool Cursor::next() {
  check_interrupt();
  if (rows_->next == rows_->end) return false;
  ++rows_->next;
  return true;
}

s64 Cursor::key_long(u32 column) const { return key_part(rows_->current().key, column).number; }

View Cursor::key_str(u32 column) const {
  std::string_view text = key_part(rows_->current().key, column).text;
  return {text.data(), static_cast<u32>(text.size())};
}

s64 Cursor::value_long() const {
  const Element& e = rows_->current();
  return rows_->value == Kind::Stat ? static_cast<s64>(e.statistic->count) : e.number;
}

View Cursor::value_str() const {
  const std::string& text = rows_->current().text;
  return {text.data(), static_cast<u32>(text.size())};
}

}  // namespace ct
