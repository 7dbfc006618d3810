/// The threads and the memory that kernels and the libraries below them share.
///
/// Kernels run on the team of GNU OpenMP where a library of the process has loaded it, since a
/// second team beside that one would compete with it for the cores. The target links no OpenMP
/// itself.
#ifndef CTHREADS_H
#define CTHREADS_H

#include <stddef.h>
#include <stdint.h>

/// Calls body(context, index) for every index in 0..<count, on the threads of GNU OpenMP. Returns 0
/// where no such runtime is loaded (nothing was called).
int ct_parallel(int64_t count, void (*body)(void *context, int64_t index), void *context);

/// Calls body(context, index) for every index in 0..<count, each call on one of those threads, with
/// everything inside it on that thread alone. Index i runs after i − t, i − 2t, … for t threads.
/// Returns 0 where no such runtime is loaded (nothing was called).
int ct_lanes(int64_t count, void (*body)(void *context, int64_t index), void *context);

/// Which of the threads inside ct_lanes this is, from 1; 0 outside.
int ct_lane(void);

/// Threads of that runtime: its current setting, or 0 where it is not loaded.
int ct_thread_count(void);

/// Sets the threads of that runtime. Returns 0 where it is not loaded.
int ct_set_thread_count(int threads);

/// Lets malloc keep large blocks that are freed. glibc gives them back to the system at once and
/// gets them anew, page by page, which a library pays for that takes working memory on every call.
/// Only the first call has an effect.
void ct_keep_freed_memory(void);

/// Memory at a multiple of 64 bytes, which is a line of the cache, or NULL where there is none.
void *ct_allocate_aligned(size_t bytes);

/// Gives back what ct_allocate_aligned has given.
void ct_free_aligned(void *memory);

/// The processors of this machine that are online, at least 1.
int ct_processor_count(void);

#endif
