import Relaxations

/// A method with its settings as one text, such as `crown(slope: zero)`: the form in which recipes,
/// model files and options name it.
extension BoundMethod {
  /// How many steps α-CROWN may be asked for in a text.
  static let iterationLimits = 1...10_000
  /// How many domains branch and bound may be asked for in a text.
  static let domainLimits = 1...1_000_000_000

  /// Reads a method: a name of `names`, with its settings in parentheses behind it.
  ///
  /// ```swift
  /// BoundMethod(text: "alpha-crown(iterations: 50)")  // .alphaCROWN(iterations: 50)
  /// ```
  ///
  /// - Parameters:
  ///   - text: `ibp`, `crown(slope: zero)` or `alpha-crown(slope: one, iterations: 50)`; spaces
  ///     don't matter.
  ///   - standard: The slope of a method that names none.
  /// - Returns: nil for an unknown name, and for a setting that is unknown, named twice, out of
  ///   range, or that the method does not have.
  public init?(text: String, slope standard: ReLUSlope = .adaptive) {
    let parts = text.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
    guard let method = BoundMethod(name: parts[0].trimmed, slope: standard) else { return nil }
    self = method
    guard parts.count == 2 else { return }
    let inner = parts[1].trimmed
    guard inner.hasSuffix(")") else { return nil }
    var seen: Set<String> = []
    for setting in inner.dropLast().split(separator: ",", omittingEmptySubsequences: false) {
      let pair = setting.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmed)
      guard pair.count == 2, seen.insert(pair[0]).inserted, set(pair[0], to: pair[1]) else {
        return nil
      }
    }
  }

  /// The method as a text that ``init(text:slope:)`` reads.
  public var text: String { text(slope: .adaptive) }

  /// The method as a text; settings that have their usual values are left out.
  ///
  /// - Parameter standard: The slope that a method has where its text names none.
  package func text(slope standard: ReLUSlope) -> String {
    var settings: [String] = []
    if let slope, slope != standard { settings.append("slope: \(slope.rawValue)") }
    if case .alphaCROWN(let slope, let iterations) = self, self != .alphaCROWN(slope: slope) {
      settings.append("iterations: \(iterations)")
    }
    if case .complete(let branching) = self {
      let usual = Branching()
      if branching.iterations != usual.iterations {
        settings.append("iterations: \(branching.iterations)")
      }
      if branching.domains != usual.domains { settings.append("domains: \(branching.domains)") }
      if branching.splits != usual.splits {
        settings.append("splits: \(branching.splits.rawValue)")
      }
      if let seconds = branching.seconds { settings.append("seconds: \(seconds)") }
    }
    return settings.isEmpty ? description : "\(description)(\(settings.joined(separator: ", ")))"
  }

  /// The lower line of unstable ReLUs; nil for a method that needs none.
  package var slope: ReLUSlope? {
    switch self {
    case .interval: nil
    case .crownIBP(let slope), .crown(let slope), .alphaCROWN(let slope, _): slope
    case .complete(let branching): branching.slope
    }
  }

  /// Changes one setting by its name.
  ///
  /// - Returns: Whether the method has such a setting, and the value is in range.
  private mutating func set(_ name: String, to value: String) -> Bool {
    switch (name, self) {
    case ("slope", .crownIBP):
      guard let slope = ReLUSlope(rawValue: value) else { return false }
      self = .crownIBP(slope: slope)
    case ("slope", .crown):
      guard let slope = ReLUSlope(rawValue: value) else { return false }
      self = .crown(slope: slope)
    case ("slope", .alphaCROWN(_, let iterations)):
      guard let slope = ReLUSlope(rawValue: value) else { return false }
      self = .alphaCROWN(slope: slope, iterations: iterations)
    case ("iterations", .alphaCROWN(let slope, _)):
      guard let count = Int(value), Self.iterationLimits.contains(count) else { return false }
      self = .alphaCROWN(slope: slope, iterations: count)
    case (_, .complete(var branching)):
      guard branching.set(name, to: value) else { return false }
      self = .complete(branching)
    default: return false
    }
    return true
  }
}

extension Branching {
  /// Changes one setting by its name.
  ///
  /// - Returns: Whether there is such a setting, and the value is in range.
  fileprivate mutating func set(_ name: String, to value: String) -> Bool {
    switch name {
    case "slope":
      guard let slope = ReLUSlope(rawValue: value) else { return false }
      self.slope = slope
    case "iterations":
      guard let count = Int(value), BoundMethod.iterationLimits.contains(count) else {
        return false
      }
      iterations = count
    case "domains":
      guard let count = Int(value), BoundMethod.domainLimits.contains(count) else { return false }
      domains = count
    case "splits":
      guard let splits = Splits(rawValue: value) else { return false }
      self.splits = splits
    case "seconds":
      guard let seconds = Double(value), seconds > 0, seconds <= 1e9 else { return false }
      self.seconds = seconds
    default: return false
    }
    return true
  }
}

extension Substring {
  /// The text without spaces around it.
  fileprivate var trimmed: String {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
