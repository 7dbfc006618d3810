import ArgumentParser
import Crownwork
import Foundation
import Synchronization

/// The number of the signal that has asked the process to end; 0 for none.
private let received = Atomic<Int32>(0)

/// Signals that ask the process to end, turned into a question that long computations ask between
/// their steps.
///
/// SIGINT (Ctrl-C), SIGTERM and SIGHUP (a terminal that is closed, a connection that drops) end a
/// process at once by default. After ``catchSignals()`` they only leave their number here. Training
/// asks after every step and then writes a checkpoint; certification asks through its budget and
/// keeps the verdicts that are known; evaluation asks whenever examples are done and ends;
/// conversion asks before the file gets its name, and removes it otherwise. Each then leaves with 128 plus the number of the signal, the exit code that shells give to such a
/// process: 130, 143 or 129.
///
/// A SIGINT or SIGTERM that arrives when a signal has been noted already ends the process at once.
/// Nothing is damaged even then: files are replaced as a whole, and the one kind of file that grows
/// line by line, the partial verdicts of `certify --output`, is read up to its last complete line.
///
/// `train`, `sweep`, `certify`, `evaluate` and `convert` catch signals. The other commands are ended by them
/// at once; they write their outputs only when all is known.
enum Interruption {
  /// Installs the handlers; calling it again is harmless and forgets a signal that was noted.
  ///
  /// A handler may run between any two instructions, so it does nothing but exchange an atomic
  /// number and, for the second signal, call `_exit`.
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

  /// A handler as the system's `signal` returns it.
  private typealias Handler = @convention(c) (Int32) -> Void

  /// Whether a handler is `SIG_IGN`. Handlers are C function pointers, which can only be compared
  /// by their bits.
  private static func isIgnored(_ handler: Handler?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Takes the three signals out of this thread's mask.
  ///
  /// A process that was started from a worker thread inherits the mask of that thread, which may
  /// block them; the handlers would then never run.
  private static func unblock() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Ends the command if a signal has asked for it.
  ///
  /// - Throws: `ExitCode` of the argument parser with 128 plus the signal's number, which ``Entry``
  ///   passes on without printing a message.
  static func check() throws {
    if let number = signalNumber { throw ExitCode(128 + number) }
  }

  /// A budget that a signal spends.
  static var budget: Budget { Budget(isStopped: { signalNumber != nil }) }

  /// The signal that has asked the process to end; nil while none has.
  static var signalNumber: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
