extension Network {
  /// The network without a softmax, or its logarithm, at its end: the outputs are in the same order,
  /// so the largest is the same, and bounds of their differences lose nothing to the softmax.
  package var logits: Network {
    guard let last = nodes.last, last.layer is Softmax || last.layer is LogSoftmax,
      last.inputs == [nodes.count - 1]
    else { return self }
    var copy = self
    copy.nodes.removeLast()
    return copy
  }
}
