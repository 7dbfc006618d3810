import Tensors

/// What a backward pass is free to choose: every choice gives a bound that holds.
struct Choices {
  /// Slopes by layer, [batch, rows, n] in [0, 1] (``LayerPlace/alpha``).
  var slopes: [Int: Tensor] = [:]
  /// Multipliers of decisions by value, [batch, rows, places], not negative
  /// (``Bounding/splits``).
  var multipliers: [Int: Tensor] = [:]
}
