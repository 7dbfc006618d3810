import Foundation
import Networks
import Tensors
import Testing

@testable import Datasets
@testable import Experiments
@testable import RobustTraining

/// Augmented images are those of a slower reference; which ones is decided by seed, epoch and
/// example.
@Suite struct AugmentationLaws {
  private static func images(count: Int = 40, channels: Int = 3) throws -> LabeledImages {
    var random = RandomSource(seed: 5)
    return try LabeledImages(
      height: 4, width: 5, channels: channels,
      pixels: (0..<(count * 20 * channels)).map { _ in .random(in: 0...255, using: &random) },
      labels: (0..<count).map { UInt8($0 % 10) })
  }

  /// Pads, cuts and mirrors, one after another.
  private static func reference(
    _ data: LabeledImages, _ index: Int, _ augmentation: Augmentation, _ draw: Augmentation.Draw
  ) -> [UInt8] {
    let (pad, image) = (augmentation.crop, Array(data.image(index)))
    func pixel(_ y: Int, _ x: Int) -> [UInt8] {
      Array(image[((y * data.width + x) * data.channels)...].prefix(data.channels))
    }
    let padded = (-pad..<(data.height + pad)).map { y in
      (-pad..<(data.width + pad)).map { x -> [UInt8] in
        let (row, column) = (
          min(max(y, 0), data.height - 1), min(max(x, 0), data.width - 1)
        )
        let isOutside = row != y || column != x
        return isOutside && augmentation.fill == .zero
          ? Array(repeating: 0, count: data.channels) : pixel(row, column)
      }
    }
    let cut = padded[(draw.top + pad)..<(draw.top + pad + data.height)].map {
      Array($0[(draw.left + pad)..<(draw.left + pad + data.width)])
    }
    return cut.flatMap { draw.isFlipped ? $0.reversed() : $0 }.flatMap { $0 }
  }

  @Test(
    arguments: [
      Augmentation(flip: true), Augmentation(crop: 2), Augmentation(crop: 2, fill: .edge),
      Augmentation(flip: true, crop: 7), Augmentation(flip: true, crop: 7, fill: .edge),
    ], [1, 3])
  func imagesAreThoseOfTheReference(augmentation: Augmentation, channels: Int) throws {
    let data = try Self.images(channels: channels)
    let indices = Array((0..<data.count).reversed())
    let pixels = augmentation.pixels(of: data, indices, seed: 3, epoch: 2)
    var draws: [Augmentation.Draw] = []
    for (number, index) in indices.enumerated() {
      let draw = augmentation.draw(seed: 3, epoch: 2, example: index)
      draws.append(draw)
      #expect(
        Array(pixels[(number * data.imageSize)...].prefix(data.imageSize))
          == Self.reference(data, index, augmentation, draw))
    }
    #expect(Set(draws.map(\.isFlipped)).count == (augmentation.flip ? 2 : 1))
    #expect(draws.allSatisfy { abs($0.top) <= augmentation.crop })
    #expect(Set(draws.map(\.left)).count > augmentation.crop)
    let extremes = Set([-augmentation.crop, augmentation.crop])
    let many = (0..<400).map { augmentation.draw(seed: 0, epoch: 0, example: $0) }
    #expect(extremes.isSubset(of: many.map(\.top)) && extremes.isSubset(of: many.map(\.left)))
  }

  @Test func drawsDependOnSeedEpochAndExample() {
    let augmentation = Augmentation(flip: true, crop: 4)
    func draws(_ seed: UInt64, _ epoch: Int) -> [Augmentation.Draw] {
      (0..<50).map { augmentation.draw(seed: seed, epoch: epoch, example: $0) }
    }
    #expect(draws(1, 2) == draws(1, 2))
    #expect(draws(1, 2) != draws(2, 2))
    #expect(draws(1, 2) != draws(1, 3))
    #expect(draws(1, 2) != draws(1, 2).reversed())
    let flips = (0..<1000).count { augmentation.draw(seed: 0, epoch: 0, example: $0).isFlipped }
    #expect((430...570).contains(flips))
  }

  /// Parts of a batch are what the whole is; without augmentation they are the data themselves.
  @Test func partsOfABatchAreItsParts() throws {
    let data = try Self.images()
    let split = HoldoutSplit(data, holdout: 8, seed: 1)
    var plan = TrainingPlan(
      objective: .natural, perturbation: .linf(epsilon: 0),
      schedule: Schedule(epochs: 1, ramp: EpsilonRamp(start: 0, length: 0)))
    let positions = EpochOrder(epoch: 0, examples: 32, batchSize: 32, seed: 0).indices(ofStep: 0)
    let plain = split.batch(positions, plan, epoch: 0)
    #expect(plain.images == data.batch(positions.map { split.training[$0] }).images)
    plan.augmentation = Augmentation(flip: true, crop: 2)
    let whole = split.batch(positions, plan, epoch: 0)
    #expect(whole.labels == plain.labels && whole.images != plain.images)
    let parts = [positions.prefix(11), positions.dropFirst(11)]
      .map { split.batch($0, plan, epoch: 0).images.scalars }
    #expect(parts.flatMap { $0 } == whole.images.scalars)
    #expect(split.batch(positions, plan, epoch: 1).images != whole.images)
  }

  private static func recipe(_ text: String) throws -> Recipe {
    try Recipe(yaml: TrainingLaws.small + "\nobjective: { name: ibp }\n" + text)
      .resolved(for: .digits())
  }

  @Test func onlyTrainingImagesChange() throws {
    var plain = try Self.recipe("augment: none").run(on: .digits())
    var same = try Self.recipe("").run(on: .digits())
    var other = try Self.recipe("augment: { flip: true }").run(on: .digits())
    #expect(plain.split.heldOut == other.split.heldOut)
    let errors = [plain, other].map {
      $0.selectionReport(of: $0.split.heldOut)?.verifiedError
    }
    #expect(errors[0] != nil && errors[0] == errors[1])
    try plain.train()
    try same.train()
    try other.train()
    #expect(plain.parameters == same.parameters)
    #expect(plain.parameters != other.parameters)
  }
}
