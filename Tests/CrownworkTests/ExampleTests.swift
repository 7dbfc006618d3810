import Crownwork
import Foundation
import Testing

/// Examples of the documents do what the documents say of them.
@Suite struct ExampleTests {
  @Test func firstCertificateHolds() throws {
    let (certification, attacks) = try FirstCertificateExample.run()
    #expect(certification.verdicts.count == 360)
    #expect(certification.standardError < certification.verifiedError)
    #expect(certification.verifiedError < 0.5)
    for (verdict, attack) in zip(certification.verdicts, attacks) {
      #expect(verdict.status != .certified || attack.status == .survived, "\(verdict.index)")
    }
  }

  @Test func firstNetworkIsAsDescribed() throws {
    let network = try Architecture.cnn2Layer(width: 4, hidden: 128).network(input: [8, 8, 1])
    #expect(network.parameterCount == 26_298)
    #expect(network.outputShape == [10])
    let digits = Dataset.digits()
    #expect(digits.train.count == 1437 && digits.test.count == 360 && digits.train.classes == 10)
  }

  /// Methods go on from each other: intervals shrink, and more ReLUs are decided.
  @Test func methodsRefineABounding() throws {
    let digits = Dataset.digits()
    let network = try Architecture.cnn2Layer(width: 1, hidden: 16).network(input: [8, 8, 1])
    let box = Perturbation.linf(epsilon: 0.05, within: 0...1)
    let refined = try HowBoundsWorkExample.bounding(of: network, on: digits.test, within: box)
    HowBoundsWorkExample.printStatistics(of: refined)
    let region = box.region(around: digits.test.batch(0..<8).images)
    let intervals = try BoundedNetwork(network).bounding(over: region)
    for (after, before) in zip(refined.reluStatistics, intervals.reluStatistics) {
      #expect(after.path == before.path && after.total == before.total)
      #expect(after.unstable <= before.unstable)
    }
  }

  /// Bounds of the custom layers hold at the corners and centres of boxes.
  @Test func customLayersAreSound() throws {
    let network = try CustomLayersExample.network()
    let digits = Dataset.digits().test.prefix(20)
    #expect(try CustomLayersExample.check(network, on: digits).contradictions.isEmpty)
    let bounded = try BoundedNetwork(network)
    let (images, labels) = digits.batch(0..<20)
    let specification = Specification.margins(of: labels, classes: 10)
    let set = Perturbation.linf(epsilon: 0.1)
    var random = RandomSource(seed: 1)
    for method in [BoundMethod.interval, .crownIBP(), .crown(), .alphaCROWN()] {
      let lower = try bounded.lowerBounds(
        of: specification, around: images, within: set, by: method
      ).scalars
      for _ in 0..<20 {
        let signs = (0..<images.count).map { _ in Bool.random(using: &random) ? 1 : -1 as Float }
        let shift = Tensor(shape: images.shape, signs) * set.epsilon
        let there = try bounded.lowerBounds(
          of: specification, around: images + shift, within: .linf(epsilon: 0), by: .interval
        ).scalars
        for (bound, value) in zip(lower, there) {
          #expect(bound <= value + 1e-4 * (1 + abs(value)), "\(method)")
        }
      }
    }
  }

  @Test func recipesAndRunsAreRunFromSwift() throws {
    let report = try EntryPointExamples.recipe()
    #expect(report.attacks.count == 360)
    #expect(report.contradictions.isEmpty)
    #expect(try EntryPointExamples.sweep().runs.count == 12)

    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let short = try Recipe(yaml: "schedule: { epochs: 2, ramp: { start: 1, length: 1 } }")
    let model = try EntryPointExamples.runFolder(short, folder.appending(path: "run"))
    #expect(model.recipe?.schedule.epochs == 2)
  }

  @Test func smallExamplesGiveWhatTheyShow() throws {
    #expect(try EntryPointExamples.networkFromLayers().parameterCount == 5210)
    #expect(try EntryPointExamples.networkFromGraph().classes == 3)
    #expect("\(EntryPointExamples.tensors() * 2)" == "Tensor [2, 2]: 2.0, 4.0, 6.0, 8.0")
    #expect(EntryPointExamples.modifyingTensors().scalars == [0, 1, 2])
    #expect(EntryPointExamples.methodFromText() == .alphaCROWN(iterations: 50))
    let box = try EntryPointExamples.perturbations()[0]
    #expect("\(box)" == "ℓ∞ ε = 8/255 (0.03137) within [0.0, 1.0]")
  }
}
