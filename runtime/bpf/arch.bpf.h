/* The table of registers and calling conventions of the architecture: only macros. */
#ifndef CORETAP_ARCH_BPF_H
#define CORETAP_ARCH_BPF_H

#if defined(__TARGET_ARCH_x86)
#include "regs_x86_64.bpf.h"
#elif defined(__TARGET_ARCH_arm64)
#include "regs_aarch64.bpf.h"
#else
#error "no register table for this architecture"
#endif

#endif
