import Dispatch
import Formats
import Foundation
import Tensors

extension Dataset {
  /// Reads and decodes every picture of a folder, on all threads.
  ///
  /// Throws ``FormatError`` that lists the files that are damaged or, where there are none and the
  /// settings name no size, names one of another size than the first.
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

/// The form that all pictures of a set are brought to.
struct ImageForm {
  let height: Int
  let width: Int
  let channels: Int
  /// Whether a picture of another size is resized, and else what to compare it with.
  let resizes: Bool
  let first: String

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

  /// Whether no picture has a colour; ends soon after the first that has.
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

  /// Of shape [examples.count, height, width, channels].
  func pixels(of examples: [ImageFolder.Example]) throws -> [UInt8] {
    let size = height * width * channels
    var pixels = [UInt8](repeating: 0, count: examples.count * size)
    try Self.fill(&pixels, stride: size, examples[...]) { example, to in
      _ = to.initialize(from: try image(example.path).pixels)
    }
    return pixels
  }

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

  static func read(_ path: String) throws -> RasterImage {
    let url = URL(fileURLWithPath: path)
    return try RasterImage(data: InputFile.read(url, limit: 1 << 30), file: path)
  }

  /// Computes `stride` values for each example, on all threads. Throws the first example's error
  /// that there is.
  static func fill<Value>(
    _ values: inout [Value], stride: Int, _ examples: ArraySlice<ImageFolder.Example>,
    _ body: (ImageFolder.Example, UnsafeMutableBufferPointer<Value>) throws -> Void
  ) throws {
    let parts = min(Threads.count, examples.count)
    var failures = [(any Error)?](repeating: nil, count: parts)
    values.withUnsafeMutableBufferPointer { values in
      failures.withUnsafeMutableBufferPointer { failures in
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
