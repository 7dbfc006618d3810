import Foundation
import Testing

@testable import Formats

/// The examples of FIPS 180-4's companion document, and pieces against the whole.
@Suite struct SHA256SumTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func publishedExamples(_ text: String, _ sum: String) {
    #expect(SHA256Sum.hexadecimal(of: Data(text.utf8)) == sum)
  }

  @Test func piecesGiveTheSumOfTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let sum = SHA256Sum()
    for start in stride(from: 0, to: 1000, by: 37) {
      bytes[start..<min(start + 37, 1000)].withUnsafeBytes { sum.update($0) }
    }
    #expect(sum.hexadecimal() == SHA256Sum.hexadecimal(of: bytes))
  }
}
