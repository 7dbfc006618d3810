import Dispatch
import Formats
import Foundation
import Tensors

extension Dataset {
  /// Reads and decodes every picture of a folder, on all threads.
  ///
  /// A damaged picture is refused rather than repaired, since a half-grey picture is no training
  /// data. If anything fails, all pictures are decoded once more to find every damaged one, so that
  /// the user can mend them together.
  ///
  /// - Parameters:
  ///   - folder: The pictures.
  ///   - name: The name of the data set, which errors about the whole set begin with.
  ///   - settings: The size and the channels that the pictures are brought to.
  /// - Throws: ``FormatError`` of kind `badData` that lists the damaged files; where there are
  ///   none, one for a part without pictures, or for a picture of another size than the first if
  ///   the settings name no size.
  init(_ folder: ImageFolder, name: String, images settings: ImageSettings) throws {
    let all = folder.train + folder.test
    for (part, examples) in [("train", folder.train), ("test", folder.test)]
    where examples.isEmpty {
      throw FormatError.badData("no pictures for \(part)", file: name, remedy: folder.note)
    }
    do {
      let form = try ImageForm(of: all, settings)
      func read(_ examples: [ImageFolder.Example]) throws -> LabeledImages {
        try LabeledImages(
          height: form.height, width: form.width, channels: form.channels,
          pixels: form.pixels(of: examples), labels: examples.map(\.label),
          classes: folder.classes.count)
      }
      self.init(
        name: name, train: try read(folder.train), test: try read(folder.test), note: folder.note,
        classNames: folder.classes)
    } catch let error as FormatError {
      throw DamagedPictures(among: all)?.error(of: name) ?? error
    }
  }
}

/// The form that all pictures of a data set are brought to: their size and number of channels.
struct ImageForm {
  /// The height in pixels.
  let height: Int
  /// The width in pixels.
  let width: Int
  /// 1 for grey, 3 for red, green and blue.
  let channels: Int
  /// Whether a picture of another size is resized; if not, it is an error.
  let resizes: Bool
  /// The path of the first picture, which decides the size where the settings do not.
  let first: String

  /// Decides the form by the settings and, for what they leave out, by the pictures.
  ///
  /// - Parameters:
  ///   - examples: All pictures of the data set, at least one.
  ///   - settings: The size and the channels that are asked for.
  /// - Throws: ``FormatError`` where a picture that has to be looked at cannot be decoded.
  init(of examples: [ImageFolder.Example], _ settings: ImageSettings) throws {
    first = examples[0].path
    resizes = settings.size != nil
    if let size = settings.size {
      (height, width) = (size.height, size.width)
    } else {
      let image = try Self.read(first)
      (height, width) = (image.height, image.width)
    }
    channels = try settings.channels ?? (Self.areGrey(examples) ? 1 : 3)
  }

  /// Returns whether no picture has a colour.
  ///
  /// The pictures are decoded in groups of 1,024 and the search ends with the first group that has
  /// a colour, so that a set of photographs costs one group only.
  private static func areGrey(_ examples: [ImageFolder.Example]) throws -> Bool {
    for start in stride(from: 0, to: examples.count, by: 1024) {
      let part = examples[start..<min(start + 1024, examples.count)]
      var grey = [Bool](repeating: true, count: part.count)
      try fill(&grey, stride: 1, part) { example, to in
        to[0] = try read(example.path).isGrey
      }
      if grey.contains(false) { return false }
    }
    return true
  }

  /// Decodes pictures and brings them to the form.
  ///
  /// - Returns: Bytes of shape [examples.count, height, width, channels].
  /// - Throws: The error of the first picture, in the order of the examples, that cannot be decoded
  ///   or has another size.
  func pixels(of examples: [ImageFolder.Example]) throws -> [UInt8] {
    let size = height * width * channels
    var pixels = [UInt8](repeating: 0, count: examples.count * size)
    try Self.fill(&pixels, stride: size, examples[...]) { example, to in
      _ = to.initialize(from: try image(example.path).pixels)
    }
    return pixels
  }

  /// Decodes one picture and brings it to the form: first the channels, then the size.
  private func image(_ path: String) throws -> RasterImage {
    let image = try Self.read(path)
    guard resizes || (image.height, image.width) == (height, width) else {
      throw FormatError.badData(
        "is \(image.height)×\(image.width), but \(first) is \(height)×\(width)", file: path,
        remedy: "give the size wanted: `images.size` \(height)x\(width), in a recipe "
          + "images: { size: [\(height), \(width)] }")
    }
    return image.converted(toChannels: channels).resized(height: height, width: width)
  }

  /// Decodes one picture file.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` for a file that cannot be read, and of kind
  ///   `badData` for one above 1 GiB or that is no intact picture.
  static func read(_ path: String) throws -> RasterImage {
    let url = URL(fileURLWithPath: path)
    return try RasterImage(data: InputFile.read(url, limit: 1 << 30), file: path)
  }

  /// Computes `stride` values for each example, on all threads.
  ///
  /// The examples are split into as many contiguous parts as there are threads. Each part stops at
  /// its first error; of these errors the earliest part's is thrown, which is the same one that a
  /// single thread would have met.
  ///
  /// - Parameters:
  ///   - values: The results, `stride` for each example, initialised by the caller.
  ///   - stride: The number of values for each example.
  ///   - examples: The pictures.
  ///   - body: Computes the values of one example and puts them into its part of the buffer. It is
  ///     called on several threads at once, so it must not change anything else.
  /// - Throws: The error of the first example, in their order, for which `body` threw.
  static func fill<Value>(
    _ values: inout [Value], stride: Int, _ examples: ArraySlice<ImageFolder.Example>,
    _ body: (ImageFolder.Example, UnsafeMutableBufferPointer<Value>) throws -> Void
  ) throws {
    let parts = min(Threads.count, examples.count)
    var failures = [(any Error)?](repeating: nil, count: parts)
    values.withUnsafeMutableBufferPointer { values in
      failures.withUnsafeMutableBufferPointer { failures in
        // Each part writes to its own range of values and to its own failure only, so the unchecked
        // sharing is free of races.
        nonisolated(unsafe) let (values, failures, body) = (values, failures, body)
        DispatchQueue.concurrentPerform(iterations: parts) { part in
          let range = (part * examples.count / parts)..<((part + 1) * examples.count / parts)
          do {
            for index in range {
              let to = values[(index * stride)..<((index + 1) * stride)]
              try body(examples[examples.startIndex + index], .init(rebasing: to))
            }
          } catch { failures[part] = error }
        }
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
  }
}
