import Datasets
import RobustTraining

/// The settings of the data, and of what becomes of the images.
extension Setting {
  /// The rows at the top that concern the data, and those of the sections `images` and `augment`.
  static let data: [Setting] = [
    Setting(
      "dataset", .choice, \.dataset, option: "dataset",
      displaces: { value, file in file == nil || file == value ? [] : ["data"] }, "Data set."),
    Setting(
      "data", .path, \.data, option: "data", standard: "where they are found, else fetched",
      "Folder with the data set's files."),
    Setting(
      "images.size", .imageSize, \.images.size, option: "image-size", of: .dataset(.images),
      standard: "as they are", "Resize every picture."),
    Setting(
      "images.channels", .channels, \.images.channels, option: "channels", of: .dataset(.images),
      standard: "as they are", "Make every picture grey (1) or coloured (3)."),
    Setting(
      "images.layout", .choice, \.images.layout, option: "layout", of: .dataset(.images),
      standard: "by the shape", "Axes of NumPy images."),
    Setting(
      "augment", .section(or: "none"), \.augmentation.isNone,
      standard: "none; cifar10 flip and crop 4",
      "Random changes of training images; what a mapping leaves out is off."),
    Setting(
      "augment.flip", .flag, \.augmentation.flip, standard: "false; cifar10 true",
      "Mirror every second image, by chance."),
    Setting(
      "augment.crop", .integer(Augmentation.cropLimits), \.augmentation.crop,
      standard: "0; cifar10 4",
      "Pixels added on each side before a part of the old size is cut out at random."),
    Setting(
      "augment.fill", .choice, \.augmentation.fill, standard: "zero",
      "What is beyond the border: black or the nearest pixel."),
  ]
}

/// The augmentation of a recipe as it is written.
///
/// What a mapping leaves out is off. Only a recipe without the section has the data set's usual
/// augmentation.
struct AugmentationDraft: Sendable {
  /// Whether the word `none` stands in place of the settings; false for a mapping.
  var isNone: Bool?
  /// Whether images are mirrored by chance.
  var flip: Bool?
  /// The number of pixels added on each side before a part is cut out; 0 for none.
  var crop: Int?
  /// The contents of what is added.
  var fill: Augmentation.Fill?

  /// Creates a draft that says nothing.
  init() {}

  /// Creates the draft of an augmentation; one that says nothing where it is the data set's usual
  /// one.
  init(_ augmentation: Augmentation, on dataset: DatasetName) {
    guard augmentation != Recipe(for: dataset).augmentation else { return }
    guard augmentation != Augmentation() else {
      isNone = true
      return
    }
    (flip, crop, fill) = (augmentation.flip, augmentation.crop, augmentation.fill)
  }

  /// Returns the augmentation.
  ///
  /// - Parameter standard: The data set's usual one, which counts where there is no section; single
  ///   settings of options change it.
  func value(or standard: Augmentation) -> Augmentation {
    let base = isNone == nil ? standard : Augmentation()
    return Augmentation(
      flip: flip ?? base.flip, crop: crop ?? base.crop, fill: fill ?? base.fill)
  }
}

extension SettingKind where Value == ImageSettings.Size {
  /// A size of images: [height, width] or, as options have it, HEIGHTxWIDTH.
  static var imageSize: Self {
    SettingKind(words: "[height, width] or HEIGHTxWIDTH, each from 1 to 4096") { given in
      var items = given.items ?? []
      if let text = given.text, !text.contains(",") {
        items = text.split(separator: "x", omittingEmptySubsequences: false).map {
          .text(String($0))
        }
      }
      let lengths = items.compactMap { item -> Int? in
        if case .text(let text) = item { Int(text) } else { nil }
      }
      guard items.count == 2, lengths.count == 2,
        lengths.allSatisfy(ImageSettings.lengthLimits.contains)
      else { return nil }
      return ImageSettings.Size(height: lengths[0], width: lengths[1])
    } write: {
      "[\($0.height), \($0.width)]"
    }
  }
}

extension SettingKind where Value == Int {
  /// The number of channels that pictures are brought to.
  static var channels: Self {
    SettingKind(words: "one of 1, 3", choices: ["1", "3"]) { given in
      given.text.flatMap(Int.init).flatMap { ImageSettings.channelCounts.contains($0) ? $0 : nil }
    } write: {
      "\($0)"
    }
  }
}
