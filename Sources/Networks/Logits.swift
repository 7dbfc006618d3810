extension Network {
  /// The network without a softmax, or its logarithm, at its end; itself where there is none.
  ///
  /// A softmax keeps the order of the logits, so the largest output is the same, and bounds of
  /// logits' differences lose nothing to a relaxation of the softmax. Margins are certified,
  /// attacked and trained on this network.
  package var logits: Network {
    guard let last = nodes.last, last.layer is Softmax || last.layer is LogSoftmax,
      last.inputs == [nodes.count - 1]
    else { return self }
    var copy = self
    copy.nodes.removeLast()
    return copy
  }
}
