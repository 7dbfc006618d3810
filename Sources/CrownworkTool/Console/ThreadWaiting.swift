import Foundation

/// How long GNU OpenMP's threads spin before they sleep.
///
/// By default they spin for milliseconds, so that one more busy process on the machine makes a step
/// ten times slower (measured on two cores: 364 ms against 31; alone 5.5 against 5.7).
enum ThreadWaiting {
  /// Starts the process anew, under the same number, with a short spin: the runtime reads its
  /// settings only while it is loaded. A setting of the user's own is kept; where the process
  /// cannot be started anew, it goes on as it is.
  static func shortenSpin() {
    #if os(Linux)
      guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
      setenv("GOMP_SPINCOUNT", "1000", 1)
      execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
  }
}
