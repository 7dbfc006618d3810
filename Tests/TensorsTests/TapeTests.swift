import Foundation
import Testing

@testable import Tensors

/// The tape: sums of gradients, constants, and nothing left behind.
@Suite struct TapeTests {
  @Test func addsUpGradientsOfEveryUse() {
    let x = Tensor(shape: [2], [3, -1])
    let result = withGradients(at: [x]) { watched in
      (watched[0] * 2 + relu(watched[0]) + watched[0] - watched[0] * 5).sum()
    }
    #expect(result.gradients == [Tensor(shape: [2], [-1, -2])])
    #expect(result.value.scalar == -1)
  }

  @Test func givesZerosWhereNothingDepends() {
    let x = Tensor(shape: [2], [3, -1])
    let constant = withGradients(at: [x]) { _ in Tensor(shape: [], [4]) }
    #expect(constant.gradients == [.zeros([2])])
    let detached = withGradients(at: [x, x]) { ($0[0].detached + $0[1]).sum() }
    #expect(detached.gradients == [.zeros([2]), Tensor(shape: [2], repeating: 1)])
  }

  @Test func usesOneOfSeveralOutputs() {
    let (center, radius) = (Tensor(shape: [1], [0.5]), Tensor(shape: [1], [2]))
    let result = withGradients(at: [center, radius]) {
      intervalReLU(center: $0[0], radius: $0[1]).radius.sum()
    }
    #expect(result.gradients == [Tensor(shape: [1], [0.5]), Tensor(shape: [1], [0.5])])
  }

  /// A constant that is changed in place leaves the recorded values what they were.
  @Test func recordsValuesNotVariables() {
    let x = Tensor(shape: [1], [3])
    let result = withGradients(at: [x]) { watched in
      let before = relu(watched[0])
      var changed = before.detached
      changed.modify { $0[0] = 100 }
      return (before + changed).sum()
    }
    #expect(result.value.scalar == 103)
    #expect(result.gradients == [Tensor(shape: [1], [1])])
  }

  @Test func rethrowsAndKeepsConstants() {
    struct Stop: Error {}
    let x = Tensor(shape: [1], [3])
    #expect(throws: Stop.self) { try withGradients(at: [x]) { _ in throw Stop() } }
    var kept = x
    _ = withGradients(at: [x]) { watched in
      kept = watched[0].detached
      return watched[0].sum()
    }
    #expect((kept + kept).scalars == [6])
  }

  /// Inner gradients of constants go into an outer computation, as those of an attack do.
  @Test func computationsNest() {
    let x = Tensor(shape: [2], [3, -1])
    let result = withGradients(at: [x]) { watched in
      let slopes = withGradients(at: [watched[0].detached]) { ($0[0] * $0[0]).sum() }.gradients[0]
      return (watched[0] * slopes).sum()
    }
    #expect(result.gradients == [Tensor(shape: [2], [6, -2])])
  }

  @Test func retainsNothing() {
    weak var intermediate: Buffer?
    weak var tape: Tape?
    do {
      let x = random([4, 4], seed: 1)
      _ = withGradients(at: [x]) { watched in
        let hidden = relu(watched[0])
        intermediate = hidden.array.buffer
        tape = hidden.position?.tape
        return (hidden + hidden.scaled(by: hidden.detached)).sum()
      }
    }
    #expect(intermediate == nil)
    #expect(tape == nil)
  }

  /// In a process of its own, since the pool is shared with whatever else runs.
  @Test func allocatesNothingInASecondStep() async {
    await #expect(processExitsWith: .success) {
      func step() {
        let (images, weight) = (random([5, 8, 8, 3], seed: 1), random([4, 3, 3, 3], seed: 2))
        let matrix = random([6, 144], seed: 3)
        _ = withGradients(at: [weight, matrix]) { tracked in
          let hidden = relu(convolution(images, weight: tracked[0], .init(padding: 0)))
          let logits = linear(hidden.reshaped([5, 144]), weight: tracked[1])
          return crossEntropy(logits, labels: [0, 1, 2, 3, 4])
        }
      }
      step()
      let before = BufferPool.shared.statistics
      step()
      let after = BufferPool.shared.statistics
      exit(
        before.systemAllocations == after.systemAllocations && before.bytes == after.bytes
          && after.reuses > before.reuses ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }
}
