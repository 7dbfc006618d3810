import Formats

extension NumberArray {
  /// Reads the elements as labels 0...255: whole numbers of any type, one for each image, of shape
  /// [count] or [count, 1].
  ///
  /// Floating-point elements are accepted where they are whole numbers, since some programs save
  /// labels so. QMNIST's labels, IDX of shape [count, 8], have the class in their first column and
  /// particulars of the writer in the others.
  ///
  /// - Returns: One label for each image.
  /// - Throws: ``FormatError`` of kind `badData` for other shapes, and with the index of the label
  ///   for an element that is not a whole number from 0 to 255.
  func labels() throws -> [UInt8] {
    let columns = shape.count == 2 ? shape[1] : 1
    guard shape.count == 1 || (shape.count == 2 && columns == 1) || isQMNIST else {
      throw shapeFailure
    }
    let all = try map { bits, index in
      index.isMultiple(of: columns) ? try label(bits, index / columns) : 0
    }
    return columns == 1 ? all : stride(from: 0, to: all.count, by: columns).map { all[$0] }
  }

  /// Whether these are QMNIST's extended labels: eight columns of the IDX type `int32`, big-endian.
  private var isQMNIST: Bool {
    shape.count == 2 && shape[1] == 8 && element == NumberElement(idx: 0x0c)
  }

  /// Reads one element as a label.
  ///
  /// - Parameters:
  ///   - bits: The element, sign-extended where its type has a sign.
  ///   - index: The index of the label, for errors.
  private func label(_ bits: UInt64, _ index: Int) throws -> UInt8 {
    guard element.kind == .float else {
      // Sign extension makes a negative number one above 2⁶³ here, so that this refuses it too.
      guard bits <= 255 else {
        let value = element.kind == .signed ? "\(Int64(bitPattern: bits))" : "\(bits)"
        throw outOfRange(value, index)
      }
      return UInt8(bits)
    }
    let number = element.number(bits)
    guard number == number.rounded() else {
      throw FormatError.badData(
        "is \(number), where labels are whole numbers", file: file, at: .label(index),
        remedy: "is this the array of the labels?")
    }
    guard (0...255).contains(number) else { throw outOfRange("\(number)", index) }
    return UInt8(number)
  }

  /// The error for a label that is not in 0...255.
  private func outOfRange(_ value: String, _ index: Int) -> FormatError {
    .badData("is \(value), where labels are 0 to 255", file: file, at: .label(index))
  }

  /// The error for an array whose shape is not that of labels; one-hot rows are the usual reason.
  private var shapeFailure: FormatError {
    .badData(
      "shape \(FormatError.shortened("\(shape)")), not the one dimension of labels", file: file,
      remedy: shape.count == 2
        ? "one class for each image is read: labels.argmax(axis=1), if each row has a single 1"
        : nil)
  }
}
