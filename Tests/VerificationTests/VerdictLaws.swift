import Bounds
import Networks
import Tensors
import Testing
import Verification
import _TestSupport

/// What is certified has a margin above 0: one of 0 is a tie that an attack may turn.
@Suite struct VerdictLaws {
  /// The identity, alone and around a ReLU that passes it: every sum below is exact in Float32.
  private static func networks() throws -> [Network] {
    let identity = Linear(weight: Tensor(shape: [2, 2], [1, 0, 0, 1]), bias: .zeros([2]))
    return [
      try Network(input: [2], [identity]), try Network(input: [2], [identity, ReLU(), identity]),
    ]
  }

  @Test(arguments: Families.methods)
  func aMarginOfZeroIsNotCertified(method: BoundMethod) throws {
    let images = Tensor(shape: [2, 2], [0.75, 0.25, 0.25, 0.75])
    for network in try Self.networks() {
      func verdicts(_ epsilon: Float) throws -> [Verdict] {
        try network.certify(
          images, labels: [0, 1], against: .linf(epsilon: epsilon), by: [method],
          arithmetic: .real
        ).verdicts
      }
      // Each logit moves by ε towards the other: the margin of ½ is ½ − 2ε, in real arithmetic.
      for verdict in try verdicts(0.25) {
        #expect(verdict.margin == 0 && verdict.status == .unknown)
      }
      for verdict in try verdicts(0.25 - 1 / 1024) {
        #expect(verdict.margin == 1 / 512 && verdict.status == .certified)
      }
      for verdict in try verdicts(0.25 + 1 / 1024) {
        #expect(verdict.margin < 0 && verdict.status == .unknown)
      }
    }
  }

  /// Two logits that are equal are one answer, by the first; its certificate needs more.
  @Test(arguments: Families.methods)
  func tiesAreNotCertified(method: BoundMethod) throws {
    let image = Tensor(shape: [1, 2], [0.5, 0.5])
    for network in try Self.networks() {
      for (label, status) in [(0, Verdict.Status.unknown), (1, .misclassified)] {
        for arithmetic in [Arithmetic.real, .certified] {
          let verdicts = try network.certify(
            image, labels: [label], against: .linf(epsilon: 0), by: [method],
            arithmetic: arithmetic
          ).verdicts
          #expect(verdicts[0].prediction == 0 && verdicts[0].status == status)
        }
      }
    }
  }
}
