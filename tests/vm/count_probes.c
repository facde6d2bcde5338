// Proves the VM test bed: a static libbpf program that attaches by kprobe, kretprobe, fentry and tp_btf, calls openat as
// often as its argument says and prints how often each mechanism saw it.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "count_probes.skel.h"

int main(int argc, char** argv) {
  int calls = argc > 1 ? atoi(argv[1]) : 100;
  struct count_probes_bpf* probes = count_probes_bpf__open_and_load();
  if (!probes || count_probes_bpf__attach(probes) != 0) {
    perror("count_probes");
    count_probes_bpf__destroy(probes);
    return 1;
  }
  probes->bss->target = getpid();
  for (int i = 0; i < calls; ++i) close(open("/dev/null", O_RDONLY));
  probes->bss->target = 0;
  printf("kprobe %llu kretprobe %llu fentry %llu tp_btf %llu\n", probes->bss->by_kprobe, probes->bss->by_kretprobe,
         probes->bss->by_fentry, probes->bss->by_tp_btf);
  count_probes_bpf__destroy(probes);
  return 0;
}
