import Tensors
import Testing

/// Bytes of images become numbers in [0, 1]; every ε is in these units.
@Suite struct ByteLaws {
  private static let bytes = (0...255).map(UInt8.init)

  /// A byte is its share of 255, computed as a product so that every machine gives the same bits.
  @Test func aByteIsItsShareOf255() {
    let image = Tensor(bytes: Self.bytes, rows: [0], shape: [16, 16, 1])
    #expect(image.shape == [1, 16, 16, 1])
    #expect(image.scalars == Self.bytes.map { Float($0) * (1 / 255) })
    for (byte, value) in zip(Self.bytes, image.scalars) {
      let exact = Double(byte) / 255
      #expect(abs(Double(value) - exact) <= exact * 0x1p-22, "\(byte)")
    }
    #expect(image.scalars[0] == 0 && image.scalars[255] == 1)
  }

  @Test func rowsAreTakenInTheOrderAsked() {
    let images = Tensor(bytes: Self.bytes, rows: [3, 0, 3], shape: [2, 2, 1])
    let expected = [12, 13, 14, 15, 0, 1, 2, 3, 12, 13, 14, 15].map { Float($0) * (1 / 255) }
    #expect(images == Tensor(shape: [3, 2, 2, 1], expected))
  }
}
