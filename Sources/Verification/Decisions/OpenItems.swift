import Bounds
import Foundation
import Tensors

/// Work in items, each done wholly on one lane (``Tensors/Lanes``); what an item leaves open becomes
/// new items.
///
/// The latest items are taken up first, so that an item is finished before others are begun: what is
/// kept of unfinished ones stays small, and results come nearly in the order of the items. With one
/// item there is one lane, whose kernels share the threads.
package enum OpenItems {
  /// What working on an item gives.
  package struct Outcome<Item, Result> {
    package var results: [Result]
    package var open: [Item]

    package init(results: [Result] = [], open: [Item] = []) {
      self.results = results
      self.open = open
    }
  }

  /// Works until no item is open, or the budget is spent, which is looked at before each item.
  ///
  /// - Parameters:
  ///   - mostAtOnce: How many items there can be at one time: more lanes than that are not used.
  ///   - body: Works on an item, on any lane.
  ///   - deliver: Takes results, on the calling thread, soon after they are there. What it throws ends
  ///     the work.
  package static func work<Item, Result>(
    on items: [Item], mostAtOnce: Int, budget: Budget,
    _ body: @escaping (Item) -> Outcome<Item, Result>, deliver: ([Result]) throws -> Void
  ) throws {
    let desk = Desk<Item, Result>(items)
    let lanes = max(min(Threads.count, mostAtOnce), 1)
    _ = try Lanes.map(lanes) { lane in
      do {
        while let item = try desk.next(isDelivering: lane == 0, { try deliver($0) }) {
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
  private final class Desk<Item, Result>: @unchecked Sendable {
    private let condition = NSCondition()
    private var items: [Item]
    private var results: [Result] = []
    private var active = 0

    init(_ items: [Item]) { self.items = items.reversed() }

    /// The next item, as soon as there is one; nil when all work is done. One lane hands results to
    /// `deliver` meanwhile.
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

    /// Leaves all items that are still open.
    func close() {
      condition.lock()
      defer { condition.unlock() }
      items = []
      condition.broadcast()
    }

    func takeResults() -> [Result] {
      condition.lock()
      defer { condition.unlock() }
      defer { results = [] }
      return results
    }
  }
}
