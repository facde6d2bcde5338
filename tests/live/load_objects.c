/* Loads BPF object files into the running kernel, one after the other; prints the end of the log of
 * each that it refuses. Exit status 1 if there was one.
 *   load_objects OBJECT... */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char words[1 << 20];
static size_t used;

static int keep(enum libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG || used >= sizeof(words)) return 0;
  int n = vsnprintf(words + used, sizeof(words) - used, format, args);
  if (n > 0) used += (size_t)n < sizeof(words) - used ? (size_t)n : sizeof(words) - used - 1;
  return 0;
}

int main(int argc, char** argv) {
  int refused = 0;
  libbpf_set_print(keep);
  for (int i = 1; i < argc; i++) {
    used = 0;
    words[0] = 0;
    struct bpf_object* object = bpf_object__open_file(argv[i], NULL);
    int rc = object ? bpf_object__load(object) : -1;
    if (rc != 0) {
      printf("%s: %s\n%s\n", argv[i], strerror(-rc), words + (used > 1500 ? used - 1500 : 0));
      refused++;
    }
    if (object) bpf_object__close(object);
  }
  printf("%d objects, %d refused\n", argc - 1, refused);
  return refused != 0;
}
