import ArgumentParser
import Crownwork
import Foundation
import Synchronization

/// The signal that asked the process to end, 0 for none.
private let received = Atomic<Int32>(0)

/// SIGINT, SIGTERM and SIGHUP (a terminal that is closed, a connection that drops) as a question to
/// be asked between steps; a second SIGINT or SIGTERM ends the process at once.
enum Interruption {
  static func catchSignals() {
    // Before any handler runs, since a global is made on first use.
    received.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        let before = received.exchange(number, ordering: .relaxed)
        if before != 0 { _exit(128 + number) }
      }
    }
    // A shell and the terminal itself may each send one for the same end.
    let hangup = signal(SIGHUP) { number in
      _ = received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
    }
    // A process that nohup started outlives its terminal.
    if isIgnored(hangup) { signal(SIGHUP, SIG_IGN) }
    unblock()
  }

  private typealias Handler = @convention(c) (Int32) -> Void

  private static func isIgnored(_ handler: Handler?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// A process started from a worker thread inherits that thread's mask, which may block these.
  private static func unblock() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Ends the command if a signal has asked for it.
  ///
  /// - Throws: The exit code that shells give a process that a signal has ended.
  static func check() throws {
    if let number = signalNumber { throw ExitCode(128 + number) }
  }

  /// A budget that a signal spends.
  static var budget: Budget { Budget(isStopped: { signalNumber != nil }) }

  static var signalNumber: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
