import Foundation

/// The time that the threads of GNU OpenMP spin before they sleep.
///
/// oneDNN runs its kernels on OpenMP's threads. When a thread has no work it spins for a while, so
/// that it is quick when the next kernel comes. By default it does so for milliseconds, and takes
/// the core from other processes meanwhile: one more busy process on the machine makes a training
/// step ten times slower (measured on two cores: 364 ms against 31 ms with a short spin; 5.5 ms
/// against 5.7 ms where the machine is idle).
enum ThreadWaiting {
  /// Starts the program anew in the same process with a short spin.
  ///
  /// The OpenMP runtime reads its settings while it is loaded, before `main`, so that setting them
  /// here comes too late for this start. `execv` keeps the process, its number and its open files,
  /// and the new start finds the variable set and goes on. A setting that the user has made is
  /// respected; where the program cannot be started anew, it goes on with the long spin. Only Linux
  /// needs this.
  static func shortenSpin() {
    #if os(Linux)
      guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
      setenv("GOMP_SPINCOUNT", "1000", 1)
      execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
  }
}
