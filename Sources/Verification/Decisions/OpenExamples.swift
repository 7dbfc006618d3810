import Bounds

/// Examples that are still to be decided in sets of one ε, with what is known of them: an item of
/// work of ``Decisions``.
struct OpenExamples {
  /// An example, and the number of methods that may decide it.
  struct Example {
    /// The example's place in the data.
    let index: Int
    /// What is known of it; nil before the clean image was evaluated.
    var verdict: Verdict?
    /// The largest magnitude of its logits.
    var scale: Float = 0
    /// The number of methods that may be tried on it, from the first one on.
    let methods: Int
    /// Whether its verdict is known from elsewhere. It is then bounded only because the bits of the
    /// others depend on what stands beside them.
    var isKnown = false
  }

  /// The open examples.
  var examples: [Example]
  /// ε of their sets.
  var epsilon: Float
  /// What methods have found out so far, with a row for each example; nil before the first one.
  var bounding: Bounding?
  /// The number of the method whose turn it is.
  var method = 0
}
