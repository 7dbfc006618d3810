import Bounds

/// Examples that are still to be decided in a set of one ε, with what is known of them.
struct OpenExamples {
  /// An example with the number of methods that may decide it.
  struct Example {
    let index: Int
    var verdict: Verdict?
    let methods: Int
    /// Whether its verdict is known from elsewhere: it only keeps others company.
    var isKnown = false
  }

  var examples: [Example]
  var epsilon: Float
  /// What methods have found out so far; nil before the first one.
  var bounding: Bounding?
  /// The method whose turn it is.
  var method = 0
}
