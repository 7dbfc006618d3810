import CThreads
import Synchronization

/// The threads that kernels run on.
///
/// oneDNN's OpenMP runtime has a team of threads already. The kernels here use the same team, since
/// two teams would compete for the cores; only where another runtime is loaded do they use
/// Dispatch.
public enum Threads {
  /// What ``use(_:)`` has set for the process, or 0.
  private static let setting = Atomic(0)

  /// The threads in use: those of oneDNN's OpenMP runtime, or of Dispatch where it has another.
  /// Inside a lane it is 1.
  public static var count: Int {
    let gomp = Int(ct_thread_count())
    if gomp > 0 { return gomp }
    let set = setting.load(ordering: .relaxed)
    return set > 0 ? set : Int(ct_processor_count())
  }

  /// Uses `count` threads from now on, at least one. OpenMP keeps the number by thread, so a
  /// program calls this on its main thread before it starts to compute.
  public static func use(_ count: Int) {
    setting.store(max(count, 1), ordering: .relaxed)
    adopt()
  }

  /// Makes the calling thread use what ``use(_:)`` has set on another one: OpenMP keeps the setting
  /// of each thread apart.
  package static func adopt() {
    let count = setting.load(ordering: .relaxed)
    if count > 0 { _ = ct_set_thread_count(Int32(clamping: count)) }
  }
}
