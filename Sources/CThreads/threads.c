#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "CThreads.h"

/// GNU OpenMP's entry points, looked up at run time: they are present where a library of the
/// process, such as oneDNN, was built on it.
static struct {
  void (*parallel)(void (*)(void *), void *, unsigned, unsigned);
  int (*thread_index)(void);
  int (*team_size)(void);
  int (*max_threads)(void);
  void (*set_threads)(int);
} gomp;

static void find_gomp(void) {
  gomp.parallel = (void (*)(void (*)(void *), void *, unsigned, unsigned))dlsym(RTLD_DEFAULT,
                                                                               "GOMP_parallel");
  gomp.thread_index = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_thread_num");
  gomp.team_size = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_num_threads");
  gomp.max_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  gomp.set_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}

static int gomp_is_complete(void) {
  return gomp.parallel && gomp.thread_index && gomp.team_size && gomp.max_threads &&
         gomp.set_threads;
}

static void do_nothing(void *unused) { (void)unused; }

static void *keep_idle_team(void *unused) {
  (void)unused;
  gomp.parallel(do_nothing, NULL, 2, 0);
  // A team ends with the thread that has started it.
  for (;;) pause();
  return NULL;
}

/// Makes GNU OpenMP's threads sleep soon while they wait. By default they spin for milliseconds, so
/// that one more busy process makes a step ten times slower. The runtime reads its settings only
/// while it is loaded, but it spins a thousandth of that where it has more threads than there are
/// processors: two threads that do nothing see to that. A setting of the user's own is kept.
static void shorten_spinning(void) {
  if (getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY")) return;
  pthread_t thread;
  if (pthread_create(&thread, NULL, keep_idle_team, NULL) == 0) pthread_detach(thread);
}

static void prepare_gomp(void) {
  find_gomp();
  if (gomp_is_complete()) shorten_spinning();
}

static int gomp_is_loaded(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare_gomp);
  return gomp_is_complete();
}

typedef struct {
  int64_t count;
  void (*body)(void *, int64_t);
  void *context;
} parallel_loop;

static void run_share(void *pointer) {
  const parallel_loop *loop = pointer;
  const int64_t team = gomp.team_size();
  for (int64_t i = gomp.thread_index(); i < loop->count; i += team) loop->body(loop->context, i);
}

int ct_parallel(int64_t count, void (*body)(void *, int64_t), void *context) {
  if (!gomp_is_loaded()) return 0;
  parallel_loop loop = {count, body, context};
  gomp.parallel(run_share, &loop, 0, 0);
  return 1;
}

static _Thread_local int current_lane;

static void run_lane(void *pointer) {
  gomp.set_threads(1);
  const int outer = current_lane;
  current_lane = gomp.thread_index() + 1;
  run_share(pointer);
  current_lane = outer;
}

int ct_lanes(int64_t count, void (*body)(void *, int64_t), void *context) {
  if (!gomp_is_loaded()) return 0;
  parallel_loop loop = {count, body, context};
  const int threads = gomp.max_threads();
  gomp.parallel(run_lane, &loop, (unsigned)(count < threads ? count : threads), 0);
  return 1;
}

int ct_lane(void) { return current_lane; }

int ct_thread_count(void) { return gomp_is_loaded() ? gomp.max_threads() : 0; }

int ct_set_thread_count(int threads) {
  if (!gomp_is_loaded()) return 0;
  gomp.set_threads(threads);
  return 1;
}
