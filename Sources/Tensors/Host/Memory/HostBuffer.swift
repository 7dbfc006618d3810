/// One reference-counted, 64-byte aligned buffer; returned to the pool when the last owner goes.
///
/// Sendable because its contents change only through `Tensor`'s copy-on-write, that is while one
/// owner holds it.
final class Storage: @unchecked Sendable {
  let count: Int
  private let buffer: BufferPool.Buffer
  var pointer: UnsafeMutablePointer<Float> { buffer.start }

  init(count: Int) {
    self.count = count
    buffer = BufferPool.shared.take(atLeast: count)
  }

  deinit { BufferPool.shared.put(buffer) }
}
