import Bounds
import Foundation
import Tensors

/// Work in items, each done wholly on one lane (``Tensors/Lanes``); what an item leaves open
/// becomes new items.
///
/// All decisions have this form: an item is a few examples at one method, a bracket of a radius, a
/// box of a property or a batch to attack. The latest items are taken up first, so that an item is
/// finished before others are begun: what is kept of unfinished ones stays small, and results come
/// nearly in the order of the items. What an item gives must not depend on when it is worked on, so
/// that the number of lanes changes the order of results alone.
///
/// Where there can be one item at a time there is one lane, whose kernels share the threads.
package enum OpenItems {
  /// What working on an item gives: results, and what it leaves open.
  package struct Outcome<Item, Result> {
    /// Results that are final.
    package var results: [Result]
    /// Items that are still to be worked on, in the order in which they should be.
    package var open: [Item]

    /// Creates an outcome; without arguments the item was all there was.
    package init(results: [Result] = [], open: [Item] = []) {
      self.results = results
      self.open = open
    }
  }

  /// Works until no item is open or the budget is spent, which is looked at before each item.
  ///
  /// An item that is begun is finished, whatever the budget; it is up to `body` to look at it
  /// meanwhile. The results of such an item are delivered.
  ///
  /// - Parameters:
  ///   - items: The first items, in the order in which they should be worked on.
  ///   - mostAtOnce: How many items there can be at one time: more lanes than that are not used.
  ///   - body: Works on an item, on any lane; it must be safe to call on several at once.
  ///   - deliver: Takes results, on the calling thread, soon after they are there. What it throws
  ///     ends the work.
  /// - Throws: What `deliver` throws. Other lanes finish the item that they have before this
  ///   returns.
  package static func work<Item, Result>(
    on items: [Item], mostAtOnce: Int, budget: Budget,
    _ body: @escaping (Item) -> Outcome<Item, Result>, deliver: ([Result]) throws -> Void
  ) throws {
    let desk = Desk<Item, Result>(items)
    let lanes = max(min(Threads.count, mostAtOnce), 1)
    _ = try Lanes.map(lanes) { lane in
      do {
        while let item = try desk.next(isDelivering: lane == 0, { try deliver($0) }) {
          // An outcome of nil empties the desk, so that every lane ends after its item.
          desk.put(budget.isSpent ? nil : body(item))
        }
      } catch {
        desk.close()
        throw error
      }
    }
    let last = desk.takeResults()
    if !last.isEmpty { try deliver(last) }
  }
}

extension OpenItems {
  /// The open items and the results that nobody has taken yet, shared by all lanes.
  ///
  /// All its state is behind the lock of one condition, which is signalled whenever items or
  /// results arrive or the work ends.
  private final class Desk<Item, Result>: @unchecked Sendable {
    /// Guards everything below, and wakes lanes that wait for an item.
    private let condition = NSCondition()
    /// The open items; the one to take up next is the last.
    private var items: [Item]
    /// Results that were not delivered yet.
    private var results: [Result] = []
    /// The number of items that lanes are working on.
    private var active = 0

    /// Lays out the first items.
    init(_ items: [Item]) { self.items = items.reversed() }

    /// Returns the next item, as soon as there is one; nil when all work is done.
    ///
    /// - Parameter isDelivering: Whether this lane hands results to `deliver` meanwhile, as one
    ///   lane does.
    func next(isDelivering: Bool, _ deliver: ([Result]) throws -> Void) throws -> Item? {
      while true {
        if isDelivering, case let results = takeResults(), !results.isEmpty {
          try deliver(results)
        }
        condition.lock()
        defer { condition.unlock() }
        if let item = items.popLast() {
          active += 1
          return item
        }
        // An item that is being worked on may leave new ones: only without any is the work done.
        guard active > 0 else { return nil }
        if !isDelivering || results.isEmpty { condition.wait() }
      }
    }

    /// Takes in what an item gave; nil ends the work.
    func put(_ outcome: Outcome<Item, Result>?) {
      condition.lock()
      defer { condition.unlock() }
      active -= 1
      if let outcome {
        results += outcome.results
        items += outcome.open.reversed()
      } else {
        items = []
      }
      condition.broadcast()
    }

    /// Leaves all items that are still open, so that the other lanes end.
    func close() {
      condition.lock()
      defer { condition.unlock() }
      items = []
      condition.broadcast()
    }

    /// Returns the results that nobody has taken yet, and forgets them.
    func takeResults() -> [Result] {
      condition.lock()
      defer { condition.unlock() }
      defer { results = [] }
      return results
    }
  }
}
