/// What pictures in folders are turned into, and how NumPy arrays are read.
///
/// The settings concern ``DatasetName/images`` alone: the known data sets have one shape, and
/// `DatasetSource.dataset(name:note:images:)` refuses to change it. Settings that the data give
/// no meaning, such as a layout for pictures or a size for arrays, are refused too instead of being
/// ignored.
///
/// A recipe has them in its section `images`.
public struct ImageSettings: Sendable, Equatable {
  /// The size of an image in pixels.
  public struct Size: Sendable, Equatable {
    /// The number of rows, 1...4096.
    public var height: Int
    /// The number of columns, 1...4096.
    public var width: Int

    /// Creates a size; `ImageSettings.validate()` checks its range.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// The size that every picture is brought to, each new pixel being the mean of the area that it
  /// covers; nil to demand that all pictures have the size of the first one.
  ///
  /// The two sides are scaled independently, so that pictures of another shape are distorted rather
  /// than cropped.
  public var size: Size?
  /// The number of channels that every picture is brought to: 1 for grey, by the luma weights of
  /// ITU-R 601, or 3 for red, green and blue. nil stands for 1 if no picture has a colour, else for
  /// 3.
  public var channels: Int?
  /// The order of the axes of NumPy arrays; nil to recognise it by their shape.
  public var layout: ImageLayout?

  /// Creates settings; what is nil is decided by the data.
  public init(size: Size? = nil, channels: Int? = nil, layout: ImageLayout? = nil) {
    self.layout = layout
    self.size = size
    self.channels = channels
  }
  /// The numbers of pixels that a side of ``size`` may have.
  package static let lengthLimits = 1...4096
  /// The numbers of channels that ``channels`` may ask for.
  package static let channelCounts = [1, 3]

  /// Checks the settings by themselves, without data.
  ///
  /// - Throws: ``InvalidValue`` for a side outside 1...4096, and for a number of channels
  ///   other than 1 and 3.
  package func validate() throws(InvalidValue) {
    if let size {
      try InvalidValue.check("height of images", size.height, in: Self.lengthLimits)
      try InvalidValue.check("width of images", size.width, in: Self.lengthLimits)
    }
    guard let channels, !Self.channelCounts.contains(channels) else { return }
    throw InvalidValue("images must have 1 or 3 channels, not \(channels)")
  }
}
