/* Loads BPF object files into the running kernel, one after the other; prints the end of the log of
 * each that it refuses. Exit status 1 if there was one. As coretap does, it gives up a sleepable program
 * that the kernel refuses: the object holds another one for the same probe. And it leaves out programs of
 * tracepoints that the kernel does not have.
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

/* Loads the object without the sleepable programs, or with them; 0 or a negative error. */
static int load(const char* path, int with_sleepable) {
  struct bpf_object* object = bpf_object__open_file(path, NULL);
  struct bpf_program* program;
  if (!object) return -1;
  bpf_object__for_each_program(program, object) {
    const char* section = bpf_program__section_name(program);
    if (!with_sleepable && strstr(section, ".s")) bpf_program__set_autoload(program, 0);
    if (!strncmp(section, "tp_btf/", 7) && libbpf_find_vmlinux_btf_id(section + 7, BPF_TRACE_RAW_TP) < 0)
      bpf_program__set_autoload(program, 0);
  }
  int rc = bpf_object__load(object);
  bpf_object__close(object);
  return rc;
}

int main(int argc, char** argv) {
  int refused = 0;
  libbpf_set_print(keep);
  for (int i = 1; i < argc; i++) {
    used = 0;
    words[0] = 0;
    int rc = load(argv[i], 1);
    if (rc != 0 && strstr(words, "Sleepable programs can only use")) {
      used = 0;
      words[0] = 0;
      rc = load(argv[i], 0);
    }
    if (rc != 0) {
      printf("%s: %s\n%s\n", argv[i], strerror(-rc), words + (used > 1500 ? used - 1500 : 0));
      refused++;
    }
  }
  printf("%d objects, %d refused\n", argc - 1, refused);
  return refused != 0;
}
