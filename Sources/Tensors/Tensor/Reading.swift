extension Tensor {
  /// Calls `body` with the scalars in row-major order, for as long as it runs.
  ///
  /// ```swift
  /// let largest = logits.read { $0.max() }
  /// ```
  ///
  /// This is the one way to a tensor's memory; it copies where the memory is not this machine's. A
  /// tracked tensor is refused, since what is computed from its numbers has no gradient.
  ///
  ///     let largest = logits.read { $0.max() }
  ///
  /// - Returns: What `body` returns. The pointer must not leave it.
  /// - Throws: What `body` throws.
  public func read<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try constant(in: "read(_:)").read(body)
  }

  /// Calls `body` with the scalars to change in place; they are copied first if they are shared, so
  /// other tensors keep their values. A tracked tensor is refused.
  ///
  /// ```swift
  /// var noise = Tensor.zeros([3])
  /// noise.modify { scalars in
  ///   for index in scalars.indices { scalars[index] = Float(index) }
  /// }
  /// ```
  ///
  /// - Throws: What `body` throws; what it has changed until then stays changed.
  public mutating func modify<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    requireConstant(in: "modify(_:)")
    return try array.modify(body)
  }

  /// The scalars in row-major order, as a copy. A tracked tensor is refused.
  public var scalars: [Float] { constant(in: "scalars").scalars }

  /// The only scalar of a tensor with one element, such as a loss. A tracked tensor is refused.
  ///
  /// - Precondition: ``count`` is 1.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not a scalar")
    return constant(in: "scalar").scalar
  }

  /// Whether no scalar is NaN or infinite. A tracked tensor may be asked, since the answer has no
  /// gradient.
  public var isFinite: Bool { array.read { $0.allSatisfy(\.isFinite) } }
}

extension Tensor: Equatable {
  /// Returns whether both have the same shape and the same values. NaN differs from itself, and −0
  /// equals 0. Tracking is of no account.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.array.read { x in b.array.read { y in x.elementsEqual(y) } }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first six scalars, such as `Tensor [64, 10]: 0.5, -1.25, …`; a tracked
  /// tensor says that it is.
  public var description: String {
    let shown = array.read { $0.prefix(6).map(\.description) }
    let list = (shown + (count > shown.count ? ["…"] : [])).joined(separator: ", ")
    return "Tensor \(shape)\(isTracked ? ", tracked" : ""): \(list)"
  }
}
