/// Where the windows of a convolution or a pool lie, over images [channel, row, column].
struct Window: Sendable {
  /// The extents along one axis.
  struct Axis: Sendable {
    let input, output, kernel, stride, padding, dilation: Int

    /// The number of outputs follows from the rest; there has to be one.
    init(
      input: Int, kernel: Int, stride: Int, padding: (Int, Int), dilation: Int
    ) throws(CheckError) {
      let room = input + padding.0 + padding.1 - (kernel - 1) * dilation - 1
      guard room >= 0 else { throw CheckError("the kernel is larger than the padded image") }
      output = room / stride + 1
      (self.input, self.kernel, self.stride, self.padding, self.dilation) =
        (input, kernel, stride, padding.0, dilation)
    }

    /// The place of the first tap of an output, which may lie in the padding.
    func start(_ output: Int) -> Int { output * stride - padding }

    /// The taps of an output that do not lie in the padding.
    func taps(_ output: Int) -> Range<Int> {
      let start = start(output)
      let first = start < 0 ? (dilation - 1 - start) / dilation : 0
      let end = start < input ? (input - 1 - start) / dilation + 1 : 0
      return min(first, kernel)..<max(min(end, kernel), min(first, kernel))
    }
  }

  let rows, columns: Axis
  /// The channels of the output, those of a group, and those of the input that a group reads.
  let channels, channelsOfGroup, channelsRead: Int

  /// The outputs of a channel.
  var plane: Int { rows.output * columns.output }
  /// The taps of an output, those in the padding included.
  var taps: Int { channelsRead * rows.kernel * columns.kernel }

  /// Calls `body` with each input that an output reads, and with the number of the tap,
  /// [channel, row, column].
  @inline(__always)
  func forEachTap(of output: Int, _ body: (_ input: Int, _ tap: Int) -> Void) {
    let (channel, place) = (output / plane, output % plane)
    let (row, column) = (place / columns.output, place % columns.output)
    let (tapsDown, tapsRight) = (rows.taps(row), columns.taps(column))
    let (top, left) = (rows.start(row), columns.start(column))
    let firstChannel = channel / channelsOfGroup * channelsRead
    for offset in 0..<channelsRead {
      for down in tapsDown {
        let line = (firstChannel + offset) * rows.input + top + down * rows.dilation
        let start = line * columns.input + left
        let tap = (offset * rows.kernel + down) * columns.kernel
        for right in tapsRight { body(start + right * columns.dilation, tap + right) }
      }
    }
  }

  /// The number of inputs that an output of a pool reads.
  func count(_ output: Int) -> Int {
    let place = output % plane
    return rows.taps(place / columns.output).count * columns.taps(place % columns.output).count
  }
}
