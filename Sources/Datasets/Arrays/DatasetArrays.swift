import Formats

/// The four arrays of a data set, whatever file format they come from.
///
/// IDX files and NumPy arrays meet here: both readers give a ``NumberArray``, and what the numbers
/// mean is decided in one place. The two parts of a data set are read alike. The layout of the
/// training images holds for the test images too, and one ``PixelScale`` is chosen by the values of
/// both; test images that happen to be dark must not be stretched.
struct DatasetArrays: Sendable {
  /// The images to train on, of shape [count, height, width] or with a fourth axis of channels.
  var trainImages: NumberArray
  /// The labels of the training images, of shape [count].
  var trainLabels: NumberArray
  /// The images to test with, of the same size as those to train on.
  var testImages: NumberArray
  /// The labels of the test images, of shape [count].
  var testLabels: NumberArray

  /// Makes a data set of the arrays, with bytes as pixels.
  ///
  /// Its note says by which expression numbers became bytes, where they were none, and that an
  /// array was read with its channels first. Its warnings say what may be a mistake
  /// (``PixelScale/warnings(_:moved:isRounded:)``).
  ///
  /// - Parameters:
  ///   - name: The name of the data set.
  ///   - note: The beginning of its note.
  ///   - classes: The number of classes; nil for the largest label of the training images and one
  ///     more.
  ///   - given: The order of the axes of the images; nil to recognise it by their shape.
  /// - Throws: ``FormatError`` of kind `badData` where the arrays are no images and labels, or do
  ///   not fit each other.
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

  /// Returns lengths with a sign between them, such as `28×28×1`.
  static func size(_ lengths: [Int]) -> String {
    lengths.map(String.init).joined(separator: "×")
  }

  /// The remark that an array was read with its channels first; nil for channels last, which needs
  /// no remark.
  private static func layoutNote(_ layout: ImageLayout, _ shape: [Int]) -> String? {
    guard layout == .channelsFirst else { return nil }
    return "shape [count, \(shape.dropFirst().map(String.init).joined(separator: ", "))] is read "
      + "as channels first"
  }
}

/// Reads the images and labels of one part, in a form that was decided for both parts.
private struct PartReader {
  /// The layout of the arrays and the size of an image.
  let form: (layout: ImageLayout, height: Int, width: Int, channels: Int)
  /// How numbers become pixels.
  let scale: PixelScale

  /// Reads one part.
  ///
  /// - Parameters:
  ///   - images: An array of images of the form.
  ///   - labels: The labels, one for each image.
  ///   - classes: The number of classes; nil for the largest label and one more.
  /// - Returns: The images; by how much a number was moved at most when it was rounded to a byte,
  ///   in the units of the array; and whether that is more than the precision of the array's type
  ///   explains.
  /// - Throws: ``FormatError`` of kind `badData` for labels that cannot be read or do not fit the
  ///   images.
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
  /// Reads the images and labels of one part by themselves, without another part to decide layout
  /// and scale.
  ///
  /// - Parameter classes: The number of classes; nil for the largest label and one more.
  /// - Throws: ``FormatError`` of kind `badData` where the arrays are no images and labels, or do
  ///   not fit each other.
  init(images: NumberArray, labels: NumberArray, classes: Int?) throws {
    let form = try ImageLayout.read(images, given: nil)
    let scale = images.count == 0 ? .bytes : try PixelScale(PixelRange(of: [images]))
    self = try PartReader(form: form, scale: scale).images(images, labels, classes: classes).images
  }
}
