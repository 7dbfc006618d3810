import Testing

@testable import Tensors

/// Kernels equal their plain Float64 references for every size and number of threads.
@Suite struct KernelLaws {
  @Test(arguments: OperationCase.all, [1, 3])
  func equalReference(operation: OperationCase, batch: Int) { equalsReference(operation, batch) }

  /// The batch is large enough for a loop to be split among threads; its reference takes long.
  @Test(arguments: OperationCase.all)
  func equalReferenceWhereLoopsAreSplit(operation: OperationCase) {
    equalsReference(operation, operation.largeBatch)
  }

  private func equalsReference(_ operation: OperationCase, _ batch: Int) {
    let inputs = operation.inputs(batch)
    let ours = operation.ours(inputs)
    let reference = operation.reference(inputs.map { Reference($0) })
    #expect(ours.count == reference.count)
    for (a, b) in zip(ours, reference) {
      #expect(a.shape == b.shape)
      let error = Reference(a).with(b, -).norm
      #expect(error <= 2e-6 * b.norm + 1e-9, "\(error) of \(b.norm)")
    }
  }

  /// An empty batch has empty results, and gradients of zero for what has no batch axis.
  @Test(arguments: OperationCase.all.filter(\.allowsEmpty))
  func acceptEmptyBatch(operation: OperationCase) {
    // Memory that a kernel forgets to write shows what an earlier tensor left there.
    for _ in 0..<4 { _ = Tensor(shape: [4, 64], repeating: .nan) }
    let inputs = operation.inputs(0)
    for output in operation.ours(inputs) { #expect(output.scalars.allSatisfy { $0 == 0 }) }
    let gradients = operation.gradients(at: inputs, tracking: Array(inputs.indices))
    for (gradient, input) in zip(gradients, inputs) {
      #expect(gradient.shape == input.shape)
      #expect(gradient.scalars.allSatisfy { $0 == 0 })
    }
  }

  /// Our own loops write each result from one index, so the split changes no bit; oneDNN's sums may
  /// be split, which changes the last bits.
  @Test(arguments: OperationCase.all)
  func giveTheSameOnOneThreadAsOnTwo(operation: OperationCase) {
    let inputs = operation.inputs(operation.largeBatch)
    func results(_ threads: Int) -> [Tensor] {
      let before = Threads.count
      defer { Threads.use(before) }
      Threads.use(threads)
      return operation.ours(inputs)
        + operation.gradients(at: inputs, tracking: Array(inputs.indices))
    }
    for (one, two) in zip(results(1), results(2)) {
      if operation.usesOneDNN {
        let error = Reference(one).with(Reference(two), -).norm
        #expect(error <= 1e-5 * Reference(one).norm)
      } else {
        #expect(one == two)
      }
    }
  }
}
