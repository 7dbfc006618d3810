import Bounds
import Formats
import Networks
import Tensors
import Testing

@testable import Datasets
@testable import Experiments
@testable import RobustTraining
@testable import Verification

/// Properties of probabilities, and what a softmax does to training.
@Suite struct SoftmaxPropertyLaws {
  private static func network(_ end: any Layer) throws -> Network {
    let plain = try VerificationLaws.network()
    return try Network(input: [2], plain.nodes.map(\.layer) + [end])
  }

  private static func property(_ constraint: OutputConstraint) -> VNNLIBProperty {
    VNNLIBProperty(
      inputs: 2, outputs: 3,
      cases: [.init(lower: [-0.1, 0.2], upper: [0.1, 0.4], constraints: [constraint])])
  }

  /// A threshold below the least probability found on a grid, and one above it.
  @Test(arguments: VerificationLaws.methods, [true, false])
  func thresholdsAreDecided(method: BoundMethod, isLog: Bool) throws {
    let network = try Self.network(isLog ? LogSoftmax() : Softmax())
    func property(_ bound: Double) -> VNNLIBProperty {
      Self.property(VerificationLaws.output(1, atMost: bound))
    }
    let least = Double(
      VerificationLaws.grid(network, property(0).cases[0]).map { $0[1] }.min()!)
    let bound = try #require(try network.verify(property(0), by: [method]).bound)
    #expect(bound <= least + 1e-6)
    #expect(try network.verify(property(bound - 1e-4), by: [method]).answer == .unsat)
    guard case .sat = try network.verify(property(least + 1e-3), by: [method]).answer else {
      Issue.record("no counterexample by \(method)")
      return
    }
  }

  /// Which of two outputs is larger is decided as on the logits.
  @Test(arguments: VerificationLaws.methods, [true, false])
  func comparisonsAreThoseOfLogits(method: BoundMethod, isLog: Bool) throws {
    let network = try Self.network(isLog ? LogSoftmax() : Softmax())
    var words: Set<String> = []
    for one in 0..<3 {
      for other in 0..<3 where other != one {
        let property = Self.property(
          OutputConstraint(
            terms: [one, other].sorted().map {
              .init(output: $0, coefficient: $0 == one ? 1 : -1)
            }, bound: 0))
        let word = try network.verify(property, by: [method]).answer.word
        #expect(try network.logits.verify(property, by: [method]).answer.word == word)
        words.insert(word)
      }
    }
    #expect(words.contains("unsat") && words.contains("sat"))
  }

  /// The loss has a softmax itself: a network that ends with one is refused in a line, not bounded
  /// without gradients.
  @Test func trainingIsRefused() throws {
    let data = Dataset.digits().train
    var random = RandomSource(seed: 0)
    let network = try Network(
      input: [8, 8, 1], [Flatten(), Linear(from: 64, to: 10, using: &random), Softmax()])
    let recipe = try Recipe(yaml: "holdout: 0")
    let error = #expect(throws: TrainingError.self) {
      try TrainingRun(recipe.plan, network: network, on: data)
    }
    #expect("\(error!)".contains("layer 2 is a softmax"))
  }
}
