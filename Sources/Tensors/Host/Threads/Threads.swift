import CThreads
import Synchronization

/// The threads that kernels run on.
public enum Threads {
  /// What ``use(_:)`` has set for the process, or 0.
  private static let setting = Atomic(0)

  /// Threads in use: those of oneDNN's OpenMP runtime, or of Dispatch where it has another.
  public static var count: Int {
    let gomp = Int(ct_thread_count())
    if gomp > 0 { return gomp }
    let set = setting.load(ordering: .relaxed)
    return set > 0 ? set : Int(ct_processor_count())
  }

  /// Uses `count` threads from now on, at least one.
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
