/// Working memory of a library's kernel, with marks behind its end that show whether the kernel
/// kept to it: what a kernel writes elsewhere would be another tensor's scalars.
///
/// oneDNN has had such a fault
/// (``ConvolutionKernel/backwardWeights(_:_:weightShape:_:withBias:)``), and a bound computed from
/// overwritten numbers would look like any other.
struct GuardedScratchpad {
  /// A number that no kernel writes by chance.
  private static let mark: Float = 0x1.cafep-100
  /// The number of marks: as many as a line of the cache holds.
  private static let marks = 16
  /// The working memory and the marks behind it.
  private let storage: Buffer
  /// The floats of the working memory, without the marks.
  private let count: Int

  /// Takes memory of at least a number of bytes from the pool, and sets the marks behind it.
  init(bytes: Int) {
    let stride = MemoryLayout<Float>.stride
    count = (bytes + stride - 1) / stride
    storage = Buffer(count: count + Self.marks)
    (storage.pointer + count).update(repeating: Self.mark, count: Self.marks)
  }

  /// Where the working memory begins, aligned to 64 bytes.
  var pointer: UnsafeMutablePointer<Float> { storage.pointer }

  /// Whether the marks are as they were.
  var isIntact: Bool {
    defer { keepAlive(storage) }
    return (count..<count + Self.marks).allSatisfy { storage.pointer[$0] == Self.mark }
  }
}
