import Testing

@testable import Tensors

/// A device whose memory the host does not see: numbers lie in arrays of its own, negated, so that
/// whoever reads them in place reads wrong ones. It computes nothing.
private struct FarDevice: Device {
  final class Store: @unchecked Sendable {
    var arrays: [Int: [Float]] = [:]
    var next = 0
  }

  let store = Store()
  var name: String { "far" }

  func allocate(_ count: Int) -> DeviceMemory {
    store.next += 1
    store.arrays[store.next] = [Float](repeating: .nan, count: count)
    return DeviceMemory(hostPointer: nil, handle: store.next)
  }

  func free(_ memory: DeviceMemory, count: Int) { store.arrays[memory.handle] = nil }

  func copy(_ source: Buffer, to target: Buffer) {
    store.arrays[target.memory.handle] = store.arrays[source.memory.handle]
  }

  func fill(_ buffer: Buffer, with value: Float) {
    store.arrays[buffer.memory.handle] = [Float](repeating: -value, count: buffer.count)
  }

  func write(_ scalars: UnsafeBufferPointer<Float>, to buffer: Buffer) {
    store.arrays[buffer.memory.handle] = scalars.map { -$0 }
  }

  func read(_ buffer: Buffer, into scalars: UnsafeMutableBufferPointer<Float>) {
    _ = scalars.update(from: store.arrays[buffer.memory.handle]!.map { -$0 })
  }

  var elementwise: any ElementwiseKernels { fatalError("no kernels") }
  var matrices: any MatrixKernels { fatalError("no kernels") }
  var convolutions: any ConvolutionKernels { fatalError("no kernels") }
  var windows: any WindowKernels { fatalError("no kernels") }
  var arrangements: any ArrangementKernels { fatalError("no kernels") }
  var relaxations: any RelaxationKernels { fatalError("no kernels") }
  var forms: any FormKernels { fatalError("no kernels") }
  var losses: any LossKernels { fatalError("no kernels") }
  var balls: any BallKernels { fatalError("no kernels") }
  var outward: any OutwardKernels { fatalError("no kernels") }
}

/// A tensor is the same value on every device, and memory goes back to where it came from.
@Suite struct DeviceTests {
  @Test func tensorsMoveBetweenDevices() {
    let (far, tensor) = (FarDevice(), random([3, 4], seed: 1))
    do {
      let there = tensor.copied(to: far)
      #expect(there.device.name == "far" && tensor.device.name == "host")
      #expect(there == tensor && there.scalars == tensor.scalars)
      #expect(there.copied(to: Host()) == tensor)
      #expect(far.store.arrays.count == 1)
    }
    #expect(far.store.arrays.isEmpty)
  }

  @Test func copiesAreIndependentOnEveryDevice() {
    for device: any Device in [Host(), FarDevice()] {
      let original = Tensor(shape: [3], [1, 2, 3]).copied(to: device)
      var copy = original
      copy.modify { $0[0] = 9 }
      #expect(original.scalars == [1, 2, 3])
      #expect(copy.scalars == [9, 2, 3])
      #expect(Tensor(original.array.zeros).scalars == [0, 0, 0])
    }
  }

  @Test func theHostRefusesAnotherDevicesMemory() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let there = Tensor(shape: [1], [1]).copied(to: FarDevice())
      _ = Tensor(shape: [1], [1]) + there
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("was given an array of the device far"), "\(message)")
  }

  /// Every case of the closed list computes what its formula says, NaN and infinity included.
  @Test func binaryWorkDecidesOpenCases() {
    let values: [Float] = [-.infinity, -2, -0.0, 0, 1.5, .infinity, .nan]
    let pairs = values.flatMap { x in values.map { (x, $0) } }
    let x = Tensor(shape: [pairs.count], pairs.map(\.0)).array
    let y = Tensor(shape: [pairs.count], pairs.map(\.1)).array
    func expect(_ function: Elementwise.Binary, _ formula: (Float, Float) -> Float) {
      let ours = Host().elementwise.zip(function, x, y).scalars
      for (index, (a, b)) in pairs.enumerated() {
        let expected = formula(a, b)
        #expect(
          ours[index] == expected || ours[index].isNaN && expected.isNaN, "\(function) \(a) \(b)")
      }
    }
    expect(.sum) { $0 + $1 }
    expect(.difference) { $0 - $1 }
    expect(.product) { $0 * $1 }
    expect(.larger) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    expect(.raised) { $1.isNaN ? .nan : ($0.isNaN ? $1 : max($0, $1)) }
    expect(.lowered) { $1.isNaN ? .nan : ($0.isNaN ? $1 : min($0, $1)) }
    expect(.reluGradient) { $0 > 0 ? $1 : 0 }
  }
}
