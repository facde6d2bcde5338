// The corpus as a test: replay FILE... reads each file once. Files whose names begin with "whole" are not damaged, and the reader
// must find in them what it is for. The others were found by fuzzing, or were damaged by hand; it is enough to come through.
#include <libelf.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "harness.h"

int main(int argc, char** argv) {
  elf_version(EV_CURRENT);
  int whole = 0, found = 0;
  for (int i = 1; i < argc; i++) {
    const char* slash = strrchr(argv[i], '/');
    std::ifstream file(argv[i], std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    readers::must(!input.empty(), "a file of the corpus can be read");
    printf("%s\n", argv[i]);
    fflush(stdout);  // the last line says which file it was
    const bool is_found = readers::read_input(input);
    if (strncmp(slash ? slash + 1 : argv[i], "whole", 5) != 0) continue;
    whole++;
    found += is_found;
    if (!is_found) fprintf(stderr, "%s: nothing is found in it\n", argv[i]);
  }
  printf("%d files, %d of them whole\n", argc - 1, whole);
  return whole != 0 && found == whole ? 0 : 1;
}
