/// What pictures in folders are turned into, and how NumPy arrays are read.
public struct ImageSettings: Sendable, Equatable {
  /// A size in pixels.
  public struct Size: Sendable, Equatable {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// The size that every picture is brought to by averaging areas; nil to demand one size of all.
  public var size: Size?
  /// 1 for grey (ITU-R 601), 3 for colours; nil for 1 if no picture has a colour, else 3.
  public var channels: Int?
  /// Which axis of NumPy arrays is that of the channels; nil to decide by their shape.
  public var layout: ImageLayout?

  public init(size: Size? = nil, channels: Int? = nil, layout: ImageLayout? = nil) {
    self.layout = layout
    self.size = size
    self.channels = channels
  }
  /// Pixels that a side may have.
  package static let lengthLimits = 1...4096
  /// Channels that images may have.
  package static let channelCounts = [1, 3]

  /// - Throws: ``InvalidValue`` for a side out of range, and for other numbers of channels.
  package func validate() throws(InvalidValue) {
    if let size {
      try InvalidValue.check("height of images", size.height, in: Self.lengthLimits)
      try InvalidValue.check("width of images", size.width, in: Self.lengthLimits)
    }
    guard let channels, !Self.channelCounts.contains(channels) else { return }
    throw InvalidValue("images must have 1 or 3 channels, not \(channels)")
  }
}
