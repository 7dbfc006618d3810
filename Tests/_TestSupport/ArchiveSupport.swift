import Formats
import Foundation

/// Makes zip archives without a zip library, from the specification.
package enum Zip {
  /// Entries by name, all stored or all deflated; `size` is what an entry claims to unpack to.
  package static func file(
    _ entries: [(String, Data)], deflated: Bool = false, size: Int? = nil
  ) -> Data {
    var (file, directory) = (Data(), Data())
    for (name, data) in entries {
      // A gzip file is a header of 10 bytes, deflated data, a checksum and a size.
      let gzip = Gzip.compress(data)
      let packed = deflated ? gzip.dropFirst(10).dropLast(8) : data
      let checksum = Array(gzip.suffix(8).prefix(4))
      var common = number(0, 2) + number(deflated ? 8 : 0, 2)
      common += number(0, 4) + checksum
      common += number(packed.count, 4) + number(size ?? data.count, 4)
      common += number(name.utf8.count, 2) + number(0, 2)
      directory += [0x50, 0x4b, 1, 2] + number(20, 2) + number(20, 2)
      directory += common + number(0, 10)
      directory += number(file.count, 4) + Array(name.utf8)
      file += [0x50, 0x4b, 3, 4] + number(20, 2)
      file += common + Array(name.utf8)
      file += packed
    }
    var end: [UInt8] = [0x50, 0x4b, 5, 6] + number(0, 4)
    end += number(entries.count, 2) + number(entries.count, 2)
    end += number(directory.count, 4) + number(file.count, 4) + number(0, 2)
    return file + directory + end
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// Makes NumPy's array files from the specification.
package enum NPY {
  /// A small data set as arrays, with the names that archives give them.
  package static let dataset: [(String, Data)] = [
    ("x_train.npy", file("|u1", "(2, 1, 2, 3)", Array(0..<12))),
    ("y_train.npy", file("<i8", "(2, 1)", [4] + [UInt8](repeating: 0, count: 15))),
    ("x_test.npy", file("|u1", "(1, 1, 2, 3)", Array(20..<26))),
    ("y_test.npy", file("|u1", "(1,)", [3])),
  ]

  /// A file as NumPy writes it.
  package static func file(
    _ descriptor: String, _ shape: String, fortran: Bool = false, version: UInt8 = 1,
    _ elements: [UInt8]
  ) -> Data {
    var header =
      "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), "
      + "'shape': \(shape), }"
    let front = version == 1 ? 10 : 12
    header += String(repeating: " ", count: 63 - (front + header.utf8.count) % 64) + "\n"
    let count = header.utf8.count
    let length = (0..<(front - 8)).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    return Data(
      [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + elements)
  }
}
