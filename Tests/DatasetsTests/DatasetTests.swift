import Foundation
import Testing
import _TestSupport

@testable import Datasets

@Suite struct DatasetTests {
  static func images(_ labels: [UInt8], pixels: Int? = nil, classes: Int = 3) throws
    -> LabeledImages
  {
    try LabeledImages(
      height: 2, width: 1, channels: 3, pixels: [UInt8](0..<UInt8(pixels ?? 6 * labels.count)),
      labels: labels, classes: classes, imagesFile: "i", labelsFile: "l")
  }

  @Test func slicesImagesWithTheirLabels() throws {
    let all = try Self.images([0, 2, 1, 0])
    #expect(all.count == 4)
    #expect(all.imageSize == 6)
    #expect(all[1..<3].labels == [2, 1])
    #expect(all[1..<3].pixels == Array(6..<18))
    #expect(Array(all[1..<3].image(1)) == Array(12..<18))
    #expect(all[0..<4] == all)
    #expect(all.prefix(9) == all)
    #expect(all.prefix(1).labels == [0])
    #expect(all[2..<2].count == 0)
  }

  @Test func refusesWhatDoesNotFit() {
    expectFailure(.badData, "label 1: is 3, but the 3 classes are 0 to 2", file: "l") {
      _ = try Self.images([0, 3])
    }
    expectFailure(.badData, "3 labels for the 2 images of i", file: "l") {
      _ = try Self.images([0, 1, 2], pixels: 12)
    }
    expectFailure(.badData, "13 values do not make whole images of 2×1×3", file: "i") {
      _ = try Self.images([0, 1], pixels: 13)
    }
    expectFailure(.badData, "holds no images", file: "i") { _ = try Self.images([]) }
    expectFailure(.badData, "0 classes", file: "l") { _ = try Self.images([0], classes: 0) }
    for height in [0, -1, .max] {
      expectFailure(.badData, "cannot be read", file: "images") {
        _ = try LabeledImages(height: height, width: 2, pixels: [], labels: [])
      }
    }
  }

  @Test func holdsTheDigits() throws {
    let digits = Dataset.digits()
    #expect(digits.name == "digits")
    #expect(digits.train.count == 1437)
    #expect(digits.test.count == 360)
    let labels = digits.train.labels + digits.test.labels
    let histogram = (0..<10).map { digit in labels.count { $0 == digit } }
    #expect(histogram == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    let levels = Set(digits.train.pixels + digits.test.pixels)
    #expect(levels == Set((0...16).map { UInt8((Double($0) * 255 / 16).rounded()) }))
    // The first image as scikit-learn's documentation prints it: a zero.
    let zero = [
      0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0,
      0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0,
      0, 6, 13, 10, 0, 0, 0,
    ]
    #expect(digits.train.labels[0] == 0)
    #expect(digits.train.image(0).map { (Int($0) * 16 + 127) / 255 } == zero)
    #expect(try Dataset.load(.digits, environment: [:], fetch: false) == digits)
    #expect(digits.note.contains("CC BY 4.0"))
    expectFailure(.badData, "its images are as they are", file: "digits") {
      _ = try Dataset.load(.digits, images: ImageSettings(channels: 3))
    }
  }
}
