// parse() counts brackets within brackets. It calls itself, and fails where one is not closed.
#include <stdio.h>
#include <stdlib.h>

static int calls, failed, from_outside_failed;

static int parse(const char** text) {
  calls++;
  int depth = 0;
  while (**text == '(') {
    ++*text;
    const int inner = parse(text);
    if (inner < 0 || **text != ')') {
      failed++;
      return -1;
    }
    ++*text;
    if (inner + 1 > depth) depth = inner + 1;
  }
  return depth;
}

int main(void) {
  static const char* const texts[] = {"()", "(()())", "((", "()(", "(((())))", "(()", "", "(((", "()()()"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char* text = texts[i];
    from_outside_failed += parse(&text) < 0;
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "calls=%d\nfailed=%d\ngood=%d\nrecursive=%d\n", calls, failed, calls - failed, from_outside_failed);
  return fclose(truth) != 0;
}
