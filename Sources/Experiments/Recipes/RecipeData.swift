import Datasets
import RobustTraining
import Tensors

/// The sections of a recipe that decide what becomes of the images.
extension Recipe {
  mutating func readImages(_ top: RecipeFields) throws {
    let fields = try top.fields("images", known: ["size", "channels", "layout"])
    for key in ["size", "channels", "layout"] where dataset != .images {
      guard let value = fields[key] else { continue }
      // What the file says for the data set that an option replaces goes with it.
      if top.isOverridden("dataset"), !fields.isOverridden(key) { return }
      throw value.fail(
        "\(key) of images has no meaning for \(dataset.rawValue)",
        "leave it out, or use dataset: images")
    }
    images.size = try fields["size"].map(Self.size)
    images.channels = try fields["channels"]?.choice([("1", 1), ("3", 3)])
    images.layout = try fields["layout"]?.choice(ImageLayout.self)
  }

  /// Reads [height, width] or, as options have it, HEIGHTxWIDTH.
  private static func size(_ value: RecipeFields.Value) throws -> ImageSettings.Size {
    let lengths: [Int?]
    if let text = value.node.scalar?.string {
      lengths = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    } else {
      lengths = try value.list().map { try $0.integer(1...4096) }
    }
    guard lengths.count == 2, let height = lengths[0], let width = lengths[1],
      1...4096 ~= height, 1...4096 ~= width
    else { throw value.expected("[height, width], each from 1 to 4096", "such as [32, 32]") }
    return ImageSettings.Size(height: height, width: width)
  }

  mutating func readAugmentation(_ top: RecipeFields) throws {
    guard let value = top["augment"] else { return }
    if value.node.scalar?.string == "none" {
      augmentation = Augmentation()
      return
    }
    let fields = try top.fields("augment", known: ["flip", "crop", "fill"])
    augmentation = Augmentation(
      flip: try fields["flip"]?.flag() ?? false,
      crop: try fields["crop"]?.integer(0...4096) ?? 0,
      fill: try fields["fill"]?.choice(Augmentation.Fill.self) ?? .zero)
  }

  /// Reads mean and std of each channel: numbers, `none`, or `mean: data` for those of the training
  /// images.
  mutating func readNormalization(_ fields: RecipeFields) throws {
    guard model.start == nil, fields["mean"] != nil || fields["std"] != nil else {
      if model.start != nil { (model.mean, model.standardDeviation) = ([], []) }
      return
    }
    (model.mean, model.standardDeviation) = ([], [])
    let word = fields["mean"]?.node.scalar?.string
    if word == "none" || word == "data" {
      model.normalizesByData = word == "data"
      guard let value = fields["std"] else { return }
      throw value.fail("std and mean: \(word!)", "leave std out")
    }
    model.mean = try fields["mean"]?.list().map { try $0.number() } ?? []
    model.standardDeviation =
      try fields["std"]?.list().map { try $0.number("above 0") { $0 > 0 } } ?? []
    guard model.mean.count == model.standardDeviation.count else {
      throw RecipeError(
        fields.place("std", "mean"),
        "mean has \(model.mean.count) numbers, std \(model.standardDeviation.count)",
        remedy: "give one of each for every channel")
    }
  }

  /// `images` and `augment`, where they are not what a recipe without them would have.
  var dataTexts: [String] {
    var texts: [String] = []
    let parts = [
      images.size.map { "size: [\($0.height), \($0.width)]" },
      images.channels.map { "channels: \($0)" },
      images.layout.map { "layout: \($0.rawValue)" },
    ].compactMap { $0 }
    if !parts.isEmpty { texts.append("images: \(Self.mapping(parts))") }
    if augmentation != Recipe(for: dataset).augmentation {
      texts.append(
        augmentation.isIdentity
          ? "augment: none"
          : "augment: "
            + Self.mapping([
              "flip: \(augmentation.flip)", "crop: \(augmentation.crop)",
              "fill: \(augmentation.fill.rawValue)",
            ]))
    }
    return texts
  }
}
