import Testing

@testable import Tensors

private let lost = "would lose the gradient of a tracked tensor of shape [2, 3]"

/// Runs `body` with a tracked tensor [2, 3].
private func tracking(_ body: (Tensor) -> Void) {
  _ = withGradients(at: [random([2, 3], seed: 1)]) {
    body($0[0])
    return $0[0].sum()
  }
}

/// What would lose a gradient, mix tapes or read past an array ends the process with a line that
/// names it.
///
/// Each expectation runs in a process of its own, in which the body must stop before its end.
@Suite struct RefusalTests {
  private func expect(_ result: ExitTest.Result?, says text: String) {
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains(text), "\(message)")
  }

  // MARK: Gradients

  @Test func readingRefusesATrackedTensor() async {
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { _ = $0.read { $0.count } }
      }, says: "read(_:) " + lost)
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { _ = $0.scalars }
      }, says: "scalars " + lost)
  }

  @Test func changesInPlaceRefuseATrackedTensor() async {
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking {
          var changed = $0
          changed.modify { $0[0] = 1 }
        }
      }, says: "modify(_:) " + lost)
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking {
          var target = Tensor.zeros([2, 4])
          target.setColumns(1..<4, to: $0)
        }
      }, says: "setColumns(_:to:) " + lost)
  }

  @Test func constantsRefuseATrackedTensor() async {
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { _ = Tensor(shape: [2, 3], repeating: 1).scaled(by: $0) }
      }, says: "scaled(by:) " + lost)
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { _ = $0.clamped(lower: .zeros([2, 3]), upper: .zeros([2, 3])) }
      }, says: "clamped(lower:upper:) " + lost)
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking {
          let zeros = Tensor.zeros([2, 3])
          _ = zeros.stepped(along: $0, by: 1, lower: zeros, upper: zeros)
        }
      }, says: "stepped(along:by:lower:upper:) " + lost)
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { _ = Tensor.zeros([2, 3]).larger($0) }
      }, says: "larger(_:) " + lost)
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { _ = boxAround($0, epsilon: 0.1, domain: 0...1) }
      }, says: "boxAround " + lost)
  }

  /// The gradient of a form that several examples share would be a sum, which no kernel makes.
  @Test func sharedFormsHaveNoGradient() async {
    await #expect(processExitsWith: .failure) {
      let window = PoolingWindow(height: 2, width: 2, ConvolutionGeometry(stride: 2))
      let kernel = MaxPoolFormKernel(window: window, image: [2, 2, 1])
      let box = Tensor.zeros([2, 2, 2, 1]).array
      _ = kernel.backward(
        Tensor.zeros([1, 3, 1]).array, box, box, formGradient: Tensor.zeros([2, 3, 4]).array,
        constantGradient: Tensor.zeros([2, 3]).array)
    }
  }

  // MARK: Tapes

  @Test func tapesDoNotMix() async {
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { outer in tracking { inner in _ = inner + outer } }
      }, says: "tensors of two calls of withGradients meet in one operation")
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        tracking { outer in _ = withGradients(at: []) { _ in outer.sum() } }
      }, says: "the value of withGradients is tracked by another call of it")
  }

  @Test func aTapeIsOfNoUseOnceItIsRead() async {
    expect(
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        var kept = Tensor.zeros([2, 3])
        tracking { kept = relu($0) }
        _ = kept + kept
      }, says: "is used after the withGradients that tracked it has returned")
  }

  // MARK: Shapes

  @Test func shapesMustFit() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(shape: [2, 3], [1, 2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, -3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).reshaped([-2, -3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]) + Tensor.zeros([4]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]) + Tensor.zeros([3, 2]) }
    await #expect(processExitsWith: .failure) {
      _ = matrixProduct(Tensor.zeros([2, 3]), Tensor.zeros([4, 5]))
    }
    await #expect(processExitsWith: .failure) {
      _ = convolution(
        Tensor.zeros([1, 3, 3, 2]), weight: Tensor.zeros([4, 2, 5, 5]), ConvolutionGeometry())
    }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).scalar }
    await #expect(processExitsWith: .failure) {
      _ = crossEntropy(Tensor.zeros([1, 3]), labels: [3])
    }
  }

  @Test func rowsMustExist() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).rows(1..<3) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).rows(at: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).columns(2..<4) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3, 4]).selectingRows(2..<4) }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.concatenated([Tensor.zeros([2, 3]), Tensor.zeros([3, 2])])
    }
  }
}
