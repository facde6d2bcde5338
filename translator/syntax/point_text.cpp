#include "syntax/point_text.h"

#include <cctype>

namespace coretap {

size_t begin_of_last_point(const std::string& points) {
  size_t begin = 0;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < points.size(); i++) {
    if (points[i] == '"') in_string = !in_string;
    if (in_string) continue;
    depth += (points[i] == '(') - (points[i] == ')');
    if (points[i] == ',' && depth <= 0) begin = i + 1;
  }
  while (begin < points.size() && std::isspace(static_cast<unsigned char>(points[begin]))) begin++;
  return begin;
}

}  // namespace coretap
