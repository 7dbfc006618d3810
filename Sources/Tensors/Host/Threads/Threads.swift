import CThreads
import Synchronization

/// The threads that kernels run on.
public enum Threads {
  private static let fallbackCount = Mutex(0)

  /// Threads in use: those of oneDNN's OpenMP runtime, or of Dispatch where it has another.
  public static var count: Int {
    let gomp = Int(ct_thread_count())
    if gomp > 0 { return gomp }
    let set = fallbackCount.withLock { $0 }
    return set > 0 ? set : Int(ct_processor_count())
  }

  /// Uses `count` threads from now on, at least one.
  public static func use(_ count: Int) {
    let count = max(count, 1)
    if ct_set_thread_count(Int32(clamping: count)) == 0 {
      fallbackCount.withLock { $0 = count }
    }
  }
}
