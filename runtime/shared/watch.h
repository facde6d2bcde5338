/* What the kernel side tells of a process that begins to run a program whose data is watched: see runtime/bpf/watch.bpf.h. */
#ifndef CORETAP_SHARED_WATCH_H
#define CORETAP_SHARED_WATCH_H

#include "abi.h"

struct ct_rec_watch {
  struct ct_rec_hdr hdr;
  u64 program; /* which, as the harness numbers them */
  u64 pc;      /* where the first instruction of the program is in this process */
};

#endif
