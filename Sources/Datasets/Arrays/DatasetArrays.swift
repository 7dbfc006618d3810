import Formats

/// The four arrays of a data set, of whatever format.
struct DatasetArrays: Sendable {
  var trainImages: NumberArray
  var trainLabels: NumberArray
  var testImages: NumberArray
  var testLabels: NumberArray

  /// - Parameters:
  ///   - classes: nil for the largest label of the training images and one more.
  ///   - layout: nil to decide by the shapes.
  /// Throws ``FormatError`` of kind `badData` where the arrays are no images and labels, or do not
  /// fit each other.
  func dataset(
    name: String, note: String, classes: Int?, layout given: ImageLayout? = nil
  ) throws -> Dataset {
    let form = try ImageLayout.read(trainImages, given: given)
    // Both parts are of one layout and scale, whatever each would look like by itself.
    let test = try ImageLayout.read(testImages, given: given ?? form.layout)
    let (found, wanted) = (
      [test.height, test.width, test.channels], [form.height, form.width, form.channels]
    )
    guard found == wanted else {
      throw FormatError.badData(
        "images of \(Self.size(found)), but the training images are \(Self.size(wanted))",
        file: testImages.file)
    }
    let range = try PixelRange(of: [trainImages, testImages].filter { $0.count > 0 })
    let reader = PartReader(
      form: form, scale: range.types.isEmpty ? .bytes : try PixelScale(range))
    let train = try reader.images(trainImages, trainLabels, classes: classes)
    let tested = try reader.images(testImages, testLabels, classes: train.images.classes)
    let notes = [note, reader.scale.note(range), Self.layoutNote(form.layout, trainImages.shape)]
    return Dataset(
      name: name, train: train.images, test: tested.images,
      note: notes.compactMap { $0 }.joined(separator: "; "),
      warnings: reader.scale.warnings(
        range, moved: max(train.moved, tested.moved),
        isRounded: train.isRounded || tested.isRounded))
  }

  static func size(_ lengths: [Int]) -> String {
    lengths.map(String.init).joined(separator: "×")
  }

  private static func layoutNote(_ layout: ImageLayout, _ shape: [Int]) -> String? {
    guard layout == .channelsFirst else { return nil }
    return "shape [count, \(shape.dropFirst().map(String.init).joined(separator: ", "))] is read "
      + "as channels first"
  }
}

/// Reads the images of one part.
private struct PartReader {
  let form: (layout: ImageLayout, height: Int, width: Int, channels: Int)
  let scale: PixelScale

  func images(
    _ images: NumberArray, _ labels: NumberArray, classes: Int?
  ) throws -> (images: LabeledImages, moved: Double, isRounded: Bool) {
    let numbers = try labels.labels()
    let (bytes, moved) = try scale.pixels(of: images)
    let result = try LabeledImages(
      height: form.height, width: form.width, channels: form.channels,
      pixels: form.layout.channelsLast(
        bytes, height: form.height, width: form.width, channels: form.channels),
      labels: numbers, classes: classes ?? Int(numbers.max() ?? 0) + 1, imagesFile: images.file,
      labelsFile: labels.file)
    return (result, moved, moved > scale.tolerance(images.element))
  }
}

extension LabeledImages {
  /// Reads the images and labels of one part by themselves.
  init(images: NumberArray, labels: NumberArray, classes: Int?) throws {
    let form = try ImageLayout.read(images, given: nil)
    let scale = images.count == 0 ? .bytes : try PixelScale(PixelRange(of: [images]))
    self = try PartReader(form: form, scale: scale).images(images, labels, classes: classes).images
  }
}
