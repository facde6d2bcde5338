// The standard library's containers in one's own code.
#include <map>
#include <string>
#include <vector>

#define NOIPA __attribute__((noinline))

int sink;

NOIPA int count(const std::vector<int>& values, int least) {
  int n = 0;
  for (int v : values) {  //@2
    if (v < least) continue;
    n += v;
  }
  return n;
}

NOIPA int letters(const std::string& text, char wanted) {
  int n = 0;
  for (char c : text)  //@1
    if (c == wanted) n++;
  return n;
}

NOIPA int lookup(const std::map<int, int>& table, int key) {
  auto it = table.find(key);
  if (it == table.end()) return -1;
  int value = it->second;
  return value + 1;
}

int main() {
  std::vector<int> values;
  std::map<int, int> table;
  for (int i = 0; i < 5; i++) {  //@1
    values.push_back(i * 3);
    table[i] = i * i;
  }
  std::string text = "containers";
  sink += count(values, 4);
  sink += count(values, 100);
  sink += letters(text, 'n');
  sink += lookup(table, 3);
  sink += lookup(table, 9);
  return sink == 0;
}
