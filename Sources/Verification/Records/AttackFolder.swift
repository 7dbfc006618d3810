import Bounds
import Datasets
import Formats
import Foundation
import Tensors

/// The inputs that an attack found, as a folder for people and programs.
///
/// ```swift
/// let folder = AttackFolder(results, on: data.test, within: box, classNames: data.classNames)
/// try folder.write(to: url)
/// ```
///
/// - `originals.npy`, `attacked.npy`: Float32 [broken examples, height, width, channels], pixels in
///   [0, 1] where the data are images.
/// - `examples.jsonl`: a line for each of their rows.
/// - `pictures`: for one or three channels, PNG of 8 bits: the original, what was found, and the
///   difference around grey, its largest value scaled to black or white.
///
/// Eight bits cannot hold what was found exactly; the arrays can.
public struct AttackFolder {
  /// The results with a finding, a row each.
  private let results: [AttackResult]
  private let data: LabeledImages
  private let set: Perturbation
  private let start: Int
  private let classNames: [String]?

  /// Chooses what goes into the folder.
  ///
  /// - Parameters:
  ///   - results: The results of an attack on `data` that kept its inputs; those without a finding
  ///     are left out.
  ///   - set: The perturbation set of the attack.
  ///   - start: The number of the first example in the whole data set.
  ///   - classNames: The names of the classes in order; nil where they have none.
  public init(
    _ results: [AttackResult], on data: LabeledImages, within set: Perturbation, start: Int = 0,
    classNames: [String]? = nil
  ) {
    self.results = results.filter { $0.finding != nil }
    (self.data, self.set, self.start, self.classNames) = (data, set, start, classNames)
  }

  /// One row of the arrays, as a line of `examples.jsonl`.
  private struct Line: Encodable {
    let row, index, label, prediction: Int
    let labelName, predictionName: String?
    let norm: String
    let epsilon: Float
    let distance, margin, attackedMargin: Float?
    let pictures: [String]?
  }

  /// Writes the folder as a whole; it must not be there yet, or be empty.
  ///
  /// - Throws: `FormatError` of kind `cannotWrite`; nothing is then left.
  public func write(to url: URL) throws {
    try NewFolder.write(to: url) { folder in
      let originals = results.map { data.batch($0.index..<$0.index + 1).images.scalars }
      let attacked = results.map { $0.finding!.input.scalars }
      try NewFolder.write(array(originals), as: "originals.npy", in: folder)
      try NewFolder.write(array(attacked), as: "attacked.npy", in: folder)
      let pictures = try zip(results, zip(originals, attacked)).map {
        try writePictures(of: $0, original: $1.0, attacked: $1.1, in: folder)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var lines = Data()
      for (row, result) in results.enumerated() {
        lines += try encoder.encode(line(row, result, pictures[row])) + Data("\n".utf8)
      }
      try NewFolder.write(lines, as: "examples.jsonl", in: folder)
    }
  }

  /// Images, each [height, width, channels] row-major, as the bytes of one NPY array.
  private func array(_ images: [[Float]]) -> Data {
    NPYArray(
      shape: [images.count, data.height, data.width, data.channels], scalars: images.flatMap { $0 }
    ).data
  }

  /// The line of a result, with the row that it has in the arrays.
  private func line(_ row: Int, _ result: AttackResult, _ pictures: [String]?) -> Line {
    let record = AttackRecord(result, start: start, classNames: classNames)
    return Line(
      row: row, index: record.index, label: record.label, prediction: record.prediction,
      labelName: record.labelName, predictionName: record.predictionName,
      norm: set.norm.rawValue, epsilon: set.epsilon, distance: record.distance,
      margin: record.margin, attackedMargin: record.attackedMargin, pictures: pictures)
  }

  /// Writes an example's pictures and returns their names; nil where channels make no picture.
  private func writePictures(
    of result: AttackResult, original: [Float], attacked: [Float], in folder: URL
  ) throws -> [String]? {
    guard [1, 3].contains(data.channels) else { return nil }
    let place = folder.appendingPathComponent("pictures", isDirectory: true)
    try? FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let differences = zip(attacked, original).map { $0 - $1 }
    let largest = differences.reduce(0) { max($0, $1.magnitude) }
    let scaled = differences.map { 0.5 + 0.5 * $0 / max(largest, .leastNormalMagnitude) }
    let number = String(
      "00000\(result.index + start)".suffix(max(5, "\(result.index + start)".count)))
    return try [("original", original), ("attacked", attacked), ("difference", scaled)].map {
      let name = "\(number)-\($0).png"
      try NewFolder.write(picture($1), as: name, in: place)
      return "pictures/\(name)"
    }
  }

  /// Values from 0 to 1 as a PNG of 8 bits; what is beyond becomes black or white.
  private func picture(_ values: [Float]) throws -> Data {
    let pixels = values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
    return try PNGPicture(
      height: data.height, width: data.width, channels: data.channels, pixels: pixels
    ).data()
  }
}
