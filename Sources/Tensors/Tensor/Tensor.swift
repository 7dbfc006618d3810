/// A dense, row-major array of Float32 with value semantics.
///
/// Images are NHWC: `[batch, height, width, channels]`. A tensor made inside
/// ``withGradients(at:of:)`` also remembers its place on the tape; everything else is plain data.
public struct Tensor: Sendable {
  public let shape: [Int]
  private(set) var storage: Storage
  var position: TapePosition?

  /// The number of scalars.
  public var count: Int { storage.count }

  /// Creates a tensor whose scalars `body` writes, all of them.
  init(shape: [Int], writing body: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(shape: shape, storage: Storage(count: Self.count(of: shape)))
    body(storage.pointer)
  }

  private init(shape: [Int], storage: Storage) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in shape \(shape)")
    self.shape = shape
    self.storage = storage
  }

  /// Creates a tensor from scalars in row-major order.
  public init(shape: [Int], _ scalars: some Collection<Float>) {
    precondition(
      scalars.count == Self.count(of: shape), "\(scalars.count) scalars for shape \(shape)")
    self.init(shape: shape) { pointer in
      let buffer = UnsafeMutableBufferPointer(start: pointer, count: scalars.count)
      _ = buffer.initialize(from: scalars)
    }
  }

  /// Creates a tensor with one value everywhere.
  public init(shape: [Int], repeating value: Float) {
    let count = Self.count(of: shape)
    self.init(shape: shape) { $0.initialize(repeating: value, count: count) }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(shape: shape, repeating: 0) }

  static func count(of shape: [Int]) -> Int { shape.reduce(1, *) }

  /// The scalars in row-major order (a copy).
  public var scalars: [Float] { withUnsafeScalars(Array.init) }

  /// The only scalar of a tensor with one element.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not a scalar")
    return storage.pointer[0]
  }

  /// Whether no scalar is NaN or infinite.
  public var isFinite: Bool { withUnsafeScalars { $0.allSatisfy(\.isFinite) } }

  public func withUnsafeScalars<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.pointer, count: count))
  }

  /// Gives `body` the scalars to change in place; copies them first if they are shared.
  public mutating func withUnsafeMutableScalars<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(count: count)
      copy.pointer.update(from: storage.pointer, count: count)
      storage = copy
    }
    position = nil
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
  }

  /// The same scalars under another shape; not recorded on the tape (see ``reshaped(_:)``).
  func viewed(as shape: [Int]) -> Tensor {
    precondition(
      Self.count(of: shape) == count, "cannot view shape \(self.shape) as \(shape)")
    return Tensor(shape: shape, storage: storage)
  }

  /// The same values, unknown to any tape: a constant.
  public var detached: Tensor {
    var copy = self
    copy.position = nil
    return copy
  }

  /// Rows `range` of the first axis (a copy; not differentiable).
  public func rows(_ range: Range<Int>) -> Tensor {
    let stride = shape[0] == 0 ? 0 : count / shape[0]
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[0], "rows out of range")
    return Tensor(shape: [range.count] + shape.dropFirst()) { out in
      out.update(from: storage.pointer + range.lowerBound * stride, count: range.count * stride)
    }
  }

  /// The given rows of the first axis, in that order (a copy; not differentiable).
  public func rows(at indices: [Int]) -> Tensor {
    let stride = shape[0] == 0 ? 0 : count / shape[0]
    return Tensor(shape: [indices.count] + shape.dropFirst()) { out in
      for (position, index) in indices.enumerated() {
        precondition(index >= 0 && index < shape[0], "row \(index) of \(shape[0])")
        (out + position * stride).update(from: storage.pointer + index * stride, count: stride)
      }
    }
  }

  /// Tensors one after another along the first axis (a copy; not differentiable).
  public static func concatenated(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    return Tensor(shape: [rows] + parts[0].shape.dropFirst()) { out in
      var offset = 0
      for part in parts {
        (out + offset).update(from: part.storage.pointer, count: part.count)
        offset += part.count
      }
    }
  }
}

extension Tensor: Equatable {
  /// Same shape and same values (NaN differs from itself).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape
      && a.withUnsafeScalars { x in b.withUnsafeScalars { y in x.elementsEqual(y) } }
  }
}
