#ifndef CKERNELS_CLONES_H
#define CKERNELS_CLONES_H

#include <stdint.h>

/// Compiles a function for AVX-512, for AVX2 and for the baseline, where the loader can choose.
#if defined(__x86_64__) && defined(__GLIBC__) && __has_attribute(target_clones)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

/// At the head of a function: its sums may be reordered into vectors.
#define REORDER_SUMS _Pragma("clang fp reassociate(on) contract(fast)")

#endif
