import Bounds
import Networks
import Tensors
import Testing
import Verification
import _TestSupport

/// What must never be certified, and what is refused by name.
@Suite struct RefusalTests {
  /// A NaN or infinity in any one parameter leaves no example certified by any method.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func brokenParameters(value: Float) throws {
    for member in [Families.members[0], Families.members[3], Families.members[6]] {
      let network = try easy(member.network())
      let images = Families.images(2, member.input, seed: 1)
      let labels = network(images).argmaxOfRows
      let set = Perturbation.linf(epsilon: 1e-4)
      #expect(
        try network.certify(images, labels: labels, against: set, by: [.interval])
          .verdicts.allSatisfy { $0.status == .certified })
      for index in network.parameters.indices {
        var values = network.parameters.map(\.value)
        let last = values[index].count - 1
        values[index].modify { $0[last] = value }
        let broken = network.withParameters(values)
        for method in [BoundMethod.interval, .crownIBP(), .crown(), .alphaCROWN(iterations: 2)] {
          let verdicts = try broken.certify(images, labels: labels, against: set, by: [method])
            .verdicts
          let path = network.parameters[index].path
          for verdict in verdicts where verdict.status == .certified {
            // A dead unit may hide −infinity in real arithmetic; then the logits are finite.
            let logits = broken(images.rows(verdict.index..<verdict.index + 1))
            #expect(
              value == -.infinity && logits.isFinite, "\(method): \(path) = \(value) on \(member)")
          }
        }
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity])
  func brokenInputs(value: Float) throws {
    let member = Families.members[2]
    let network = try member.network()
    var images = Families.images(2, member.input, seed: 1)
    images.modify { $0[5] = value }
    for set in Families.sets {
      for method in Families.methods {
        for label in 0..<4 {
          let verdicts = try network.certify(
            images, labels: [label, label], against: set, by: [method]
          ).verdicts
          #expect(verdicts[0].status != .certified)
        }
      }
    }
  }

  @Test func inputsOutsideTheDomain() throws {
    let member = Families.members[2]
    let network = try member.network()
    let images = Tensor(shape: [1] + member.input, repeating: 2)
    let label = network(images).argmaxOfRows
    let verdicts = try network.certify(
      images, labels: label, against: .linf(epsilon: 0.1, within: 0...1),
      by: [.interval, .crownIBP()]
    ).verdicts
    #expect(verdicts[0].status == .invalid)
  }

  @Test func layersWithoutRules() throws {
    let network = try Network(input: [2], layers: [("square", Square())])
    let error = #expect(throws: BoundsError.self) {
      try lowerBounds(
        of: network, around: .zeros([1, 2]), .linf(epsilon: 0.1),
        .margins(of: [0], classes: 2), by: .interval)
    }
    #expect(error == .unsupportedLayer(path: "square", kind: "Square"))
    #expect("\(error!)".contains("square (Square)"))
  }

  @Test func perturbations() throws {
    for epsilon in [Float(-0.1), .nan, .infinity] {
      #expect(throws: PerturbationError.self) { try Perturbation(norm: .l2, epsilon: epsilon) }
    }
    #expect(throws: PerturbationError.self) {
      try Perturbation.linf(epsilon: 8).validate(inputCount: 784)
    }
    try Perturbation.l2(epsilon: 8).validate(inputCount: 784)
  }

  @Test func specifications() throws {
    let network = try Families.members[0].network()
    let images = Families.images(2, Families.members[0].input, seed: 1)
    #expect(throws: BoundsError.self) {
      try lowerBounds(
        of: network, around: images, .l2(epsilon: 1), .margins(of: [0, 1], classes: 5),
        by: .interval)
    }
    #expect(throws: BoundsError.self) { try Specification(rows: .zeros([2, 3])) }
    #expect(throws: BoundsError.self) {
      try Specification(rows: Tensor(shape: [1, 1, 4], repeating: .nan))
    }
  }

  /// The network with a bias on each label's logit large enough that small sets certify.
  private func easy(_ network: Network) -> Network {
    var values = network.parameters.map(\.value)
    values[values.count - 1] = Tensor(shape: [4], [10, 0, 0, 0])
    return network.withParameters(values)
  }

  @Test func searchesForRadiiNeedAnEndAndAPrecision() async {
    await #expect(processExitsWith: .failure) { _ = RadiusSearch(upTo: .nan) }
    await #expect(processExitsWith: .failure) { _ = RadiusSearch(upTo: -0.1) }
    await #expect(processExitsWith: .failure) { _ = RadiusSearch(upTo: 0.1, precision: .nan) }
    await #expect(processExitsWith: .failure) { _ = RadiusSearch(upTo: 0.1, precision: -1) }
    #expect(RadiusSearch(upTo: 0.1, precision: 2).halvings == 0)
  }
}

private struct Square: Layer {
  static let kind = "Square"
  var keepsOrder: Bool { true }
  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
  func forward(_ input: Tensor) -> Tensor { input * input }
}
