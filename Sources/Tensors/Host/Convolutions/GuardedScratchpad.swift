/// Working memory of a library's kernel, with marks behind its end that tell whether the kernel
/// kept to it: what a kernel writes elsewhere would be another tensor's scalars.
struct GuardedScratchpad {
  private static let mark: Float = 0x1.cafep-100
  private static let marks = 16
  private let storage: Buffer
  private let count: Int

  init(bytes: Int) {
    let stride = MemoryLayout<Float>.stride
    count = (bytes + stride - 1) / stride
    storage = Buffer(count: count + Self.marks)
    (storage.pointer + count).update(repeating: Self.mark, count: Self.marks)
  }

  var pointer: UnsafeMutablePointer<Float> { storage.pointer }

  /// Whether the marks are as they were.
  var isIntact: Bool {
    defer { keepAlive(storage) }
    return (count..<count + Self.marks).allSatisfy { storage.pointer[$0] == Self.mark }
  }
}
