import Foundation
import Testing

@testable import Tensors

/// Tensors are values, and their buffers come from a pool.
@Suite struct TensorTests {
  @Test func copiesAreIndependent() {
    let original = Tensor(shape: [3], [1, 2, 3])
    var copy = original
    copy.modify { $0[0] = 9 }
    #expect(original.scalars == [1, 2, 3])
    #expect(copy.scalars == [9, 2, 3])
    var view = original.reshaped([3, 1])
    view.modify { $0[1] = 9 }
    #expect(original.scalars == [1, 2, 3])
    var target = Tensor.zeros([1, 3])
    let old = target
    target.setColumns(1..<3, to: Tensor(shape: [1, 2], [5, 6]))
    #expect(old.scalars == [0, 0, 0])
    #expect(target.scalars == [0, 5, 6])
  }

  @Test func changesInPlaceWhenItIsTheOnlyOwner() {
    var tensor = Tensor(shape: [3], [1, 2, 3])
    let start = tensor.array.pointer
    tensor.modify { $0[0] = 9 }
    #expect(tensor.array.pointer == start)
  }

  @Test func comparesShapesAndValues() {
    let tensor = Tensor(shape: [2], [1, -0.0])
    #expect(tensor == Tensor(shape: [2], [1, 0]))
    #expect(tensor != Tensor(shape: [2, 1], [1, 0]))
    let unknown = Tensor(shape: [1], [.nan])
    #expect(unknown != unknown)
    #expect(!unknown.isFinite && !Tensor(shape: [1], [-.infinity]).isFinite && tensor.isFinite)
  }

  @Test func printsItsShapeAndAFewScalars() {
    #expect("\(Tensor(shape: [2, 2], [1, -2, 0.5, 4]))" == "Tensor [2, 2]: 1.0, -2.0, 0.5, 4.0")
    #expect(
      "\(Tensor(shape: [9], repeating: 0))" == "Tensor [9]: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …")
    #expect("\(Tensor(shape: [], [3]))" == "Tensor []: 3.0")
    _ = withGradients(at: [Tensor(shape: [], [3])]) {
      #expect("\($0[0])" == "Tensor [], tracked: 3.0")
      return $0[0]
    }
  }

  /// Selections are inverse to joining them again.
  @Test func splitsAndJoins() {
    let tensor = random([5, 2, 3], seed: 1)
    #expect(.concatenated([tensor.rows(0..<2), tensor.rows(2..<2), tensor.rows(2..<5)]) == tensor)
    let order = [3, 0, 4, 1, 2]
    let inverse = order.indices.map { order.firstIndex(of: $0)! }
    #expect(tensor.rows(at: order).rows(at: inverse) == tensor)
    #expect(tensor.rows(at: [4]) == tensor.rows(4..<5))
    let matrix = tensor.reshaped([5, 6])
    var joined = Tensor.zeros([5, 6])
    joined.setColumns(0..<4, to: matrix.columns(0..<4))
    joined.setColumns(4..<6, to: matrix.columns(4..<6))
    #expect(joined == matrix)
    #expect(matrix.columns(1..<2).scalars == (0..<5).map { matrix.scalars[$0 * 6 + 1] })
    #expect(tensor.selectingRows(1..<2).reshaped([5, 3]) == matrix.columns(3..<6))
  }

  /// A capacity holds the request, wastes at most a quarter, and is a fixed point.
  @Test(arguments: [0, 1, 63, 64, 65, 127, 129, 1000, 4097, 65537, 1_000_003])
  func poolCapacities(count: Int) {
    let capacity = BufferPool.capacity(for: count)
    #expect(capacity >= count)
    #expect(capacity <= max(64, count + count / 4 + 16))
    #expect(BufferPool.capacity(for: capacity) == capacity)
  }

  @Test func buffersAreAligned() {
    for count in [1, 100, 5000] {
      #expect(UInt(bitPattern: Tensor.zeros([count]).array.pointer) % 64 == 0)
    }
  }

  /// A convolution compiled on one thread runs on another.
  @Test func convolutionsChangeThreads() async {
    let (images, weight) = (random([3, 9, 9, 2], seed: 2), random([5, 2, 3, 3], seed: 3))
    @Sendable func gradients() -> [Tensor] {
      withGradients(at: [images, weight]) {
        convolution($0[0], weight: $0[1], .init(stride: 2, padding: 1)).sum()
      }.gradients
    }
    let here = gradients()
    let there = await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: gradients()) }.start()
    }
    #expect(here == there)
  }
}
