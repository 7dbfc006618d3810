import Foundation
import Testing
import _TestSupport

@testable import Formats

/// Files of PyTorch 2.13; `Fixtures/formats/make_pytorch.py` made them.
@Suite struct PyTorchTests {
  static let names = [
    "network.pt", "network-old.pt", "network-protocol-4.pt", "checkpoint.pt", "views.pt",
    "module.pt", "double.pt", "sparse.pt", "script.pt",
  ]

  private static func read(_ name: String) throws -> PyTorchFile {
    let url = Fixture.url("formats/\(name)")
    return try PyTorchFile(data: InputFile.read(url), file: url.path)
  }

  /// Thirds of whole numbers, as the script has them.
  private static func numbers(_ shape: [Int]) -> SafetensorsArray {
    let count = shape.reduce(1, *)
    return SafetensorsArray(shape: shape, scalars: (0..<count).map { Float($0 - count) / 3 })
  }

  @Test(arguments: ["network.pt", "network-old.pt", "network-protocol-4.pt"])
  func readsStateDicts(name: String) throws {
    let file = try Self.read(name)
    let shapes = [
      "0.weight": [2, 1, 2, 2], "0.bias": [2], "1.weight": [2], "1.bias": [2], "4.weight": [3, 8],
      "4.bias": [3],
    ]
    for (name, shape) in shapes {
      #expect(try file.array(name) == Self.numbers(shape), "\(name)")
    }
    #expect(try file.array("1.running_mean")?.scalars == [0.5, 0.5])
    #expect(try file.array("1.running_var")?.scalars == [1, 1])
    #expect(file.shapes.count == 8, "without the counter of batches")
    #expect(try file.array("none") == nil)
  }

  @Test func findsTheStateDictOfACheckpoint() throws {
    let file = try Self.read("checkpoint.pt")
    #expect(file.shapes.count == 8)
    #expect(try file.array("module._orig_mod.4.weight") == Self.numbers([3, 8]))
  }

  @Test func honoursViewsAndTypes() throws {
    let file = try Self.read("views.pt")
    func scalars(_ name: String) throws -> [Float]? { try file.array(name)?.scalars }
    let base = (0..<24).map { Float($0) }
    #expect(try scalars("plain") == base)
    #expect(file.shapes["transposed"] == [6, 4])
    var transposed: [Float] = []
    for column in 0..<6 { for row in 0..<4 { transposed.append(Float(6 * row + column)) } }
    #expect(try scalars("transposed") == transposed)
    #expect(try scalars("part") == Array(base[5..<12]))
    #expect(try scalars("every-second") == (0..<12).map { Float(2 * $0 + 1) })
    #expect(try scalars("expanded") == [3, 3, 3, 4, 4, 4])
    var permuted: [Float] = []
    for c in 0..<4 {
      for a in 0..<2 { for b in 0..<3 { permuted.append(Float(12 * a + 4 * b + c)) } }
    }
    #expect(try scalars("permuted") == permuted)
    #expect(try scalars("channels-last") == base)
    #expect(try file.array("number") == .init(shape: [], scalars: [3.5]))
    #expect(try file.array("empty") == .init(shape: [3, 0], scalars: []))
    #expect(try scalars("parameter") == [0, 1])
    #expect(try scalars("half") == [1, -2.5, 65504])
    #expect(try scalars("bfloat") == [1, -2.5])
    #expect(try scalars("double") == [0.5, -3])
    #expect(try scalars("long") == [-1, 16_777_216])
    #expect(try scalars("int") == [7] && scalars("short") == [-7] && scalars("signed") == [-128])
    #expect(try scalars("byte") == [255] && scalars("bool") == [1, 0])
    #expect(try scalars("unsigned") == [65535])
  }

  @Test func refusesTheRest() throws {
    func expect(_ text: String, _ name: String) {
      expectFailure(.badData, text, file: Fixture.url("formats/\(name)").path) {
        let file = try Self.read(name)
        for name in file.shapes.keys { _ = try file.array(name) }
      }
    }
    expect("a PyTorch file that holds a whole object of class torch.nn", "module.pt")
    expect("save the state dict, torch.save(net.state_dict(), \"net.pt\")", "module.pt")
    expect("a PyTorch file that holds a TorchScript program", "script.pt")
    expect("tensor \"0.weight\": element 1, 0.1 of type F64, cannot be held", "double.pt")
    expect("tensor \"0.weight\": a PyTorch tensor of a kind that is not read", "sparse.pt")
    func expect(_ text: String, data: Data) {
      expectFailure(.badData, text, file: "f") { _ = try PyTorchFile(data: data, file: "f") }
    }
    expect("a pickle of Python, but none", data: Data([0x80, 4, 0x7d, 0x2e]))
    expect("a zip archive, but none that torch.save wrote", data: Zip.file([("a", Data())]))
    expect(
      "torch.export", data: Zip.file([("net/models/model.json", Data()), ("net/version", Data())]))
    var encrypted = Zip.file([("a", Data())])
    encrypted[31 + 8] = 1  // The flags in the directory, behind the only entry.
    expect("a is encrypted;", data: encrypted)
    for (pickle, text) in [
      ("}.", "holds no tensors"), ("].", "holds no state dict"), ("", "it ends too early"),
      ("tt", "it lacks a mark"), ("h\u{1}", "it recalls what it did not keep"),
      ("0", "it takes a value where there is none"), ("I1\n", "the instruction 0x49"),
      ("]Q", "it refers to something that is no storage"), ("(}1", "it ends too early"),
      ("(]]u", "it takes a value where there is none"), ("}(]u", "a key without a value"),
    ] {
      expect(text, data: Zip.file([("net/data.pkl", Data(pickle.utf8))]))
    }
  }

  /// Neither depth, cycles nor views of far more elements than there are exhaust anything.
  @Test func isNotExhausted() throws {
    func read(_ pickle: [UInt8], _ storage: Data = Data()) throws -> PyTorchFile {
      try PyTorchFile(
        data: Zip.file([("n/data.pkl", Data(pickle)), ("n/data/0", storage)]), file: "f")
    }
    var deep = [UInt8](repeating: 0x85, count: 1_000_002)
    (deep[0], deep[1_000_001]) = (0x29, 0x2e)
    expectFailure(.badData, "holds no state dict", file: "f") { _ = try read(deep) }
    let cycle = Array("}q\u{0}X\u{5}\u{0}\u{0}\u{0}modelh\u{0}s.".utf8)
    expectFailure(.badData, "holds no state dict (only model)", file: "f") { _ = try read(cycle) }
    let many = [UInt8](repeating: 0x4e, count: 1 << 23)
    expectFailure(.badData, "more than the 4194304 values", file: "f") { _ = try read(many) }

    // Old files have their pickles, here a text, before the storages.
    var long = [UInt8](try Data(contentsOf: Fixture.url("formats/network-old.pt")).prefix(15))
    long += [0x58, 0, 0, 0, 3] + [UInt8](repeating: 0x20, count: 3 << 24) + [0x2e]
    expectFailure(.badData, "it is longer than the 33554432 bytes", file: "f") {
      _ = try PyTorchFile(data: Data(long), file: "f")
    }

    func tensor(offset: UInt8, shape: [UInt8], stride: UInt8) -> [UInt8] {
      var pickle = Array("}X\u{1}\u{0}\u{0}\u{0}wctorch._utils\n_rebuild_tensor_v2\n((".utf8)
      pickle += Array("X\u{7}\u{0}\u{0}\u{0}storagectorch\nFloatStorage\n".utf8)
      pickle += Array("X\u{1}\u{0}\u{0}\u{0}0X\u{3}\u{0}\u{0}\u{0}cpuK\u{2}tQK".utf8)
      pickle.append(offset)
      pickle += Array("(".utf8)
      pickle += shape
      pickle += Array("t(".utf8)
      for byte in shape where byte == 0x4a { pickle += [0x4b, stride] }
      pickle += Array("t".utf8)
      pickle.append(0x89)
      return pickle + Array("}tRs.".utf8)
    }
    let one: [UInt8] = [0x4a, 1, 0, 0, 0]
    let huge: [UInt8] = [0x4a, 0xff, 0xff, 0xff, 0x7f]
    let bytes = Data([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])
    let good = try read(tensor(offset: 1, shape: one, stride: 1), bytes)
    #expect(try good.array("w") == .init(shape: [1], scalars: [2]))
    for (offset, shape, stride) in [
      (2, one, 1), (0, huge, 0), (0, huge + huge + huge, 0), (0, huge + huge + huge, 255),
      (1, [0x4a, 2, 0, 0, 0], 1),
    ] as [(UInt8, [UInt8], UInt8)] {
      expectFailure(.badData, "reaches beyond its storage of 2 elements", file: "f: tensor \"w\"") {
        _ = try read(tensor(offset: offset, shape: shape, stride: stride), bytes)
      }
    }
    expectFailure(.badData, "reaches beyond its storage of 1 elements", file: "f") {
      _ = try read(tensor(offset: 1, shape: one, stride: 1), bytes.prefix(4))
    }
  }

  /// Calls that would copy a container again and again are refused after few copies.
  @Test func callsDoNotCopyWithoutEnd() throws {
    func read(_ pickle: [UInt8]) throws -> PyTorchFile {
      try PyTorchFile(data: Zip.file([("n/data.pkl", Data(pickle))]), file: "f")
    }
    /// A list of pairs, kept as 0, and a function, kept as 1, with instructions repeated.
    func pickle(_ function: String, _ step: String, times count: Int) -> [UInt8] {
      let pairs = (0..<3000).map { _ in "K\u{1}K\u{1}" }
      var pickle = Array("]q\u{0}(".utf8)
      for pair in pairs { pickle += Array(pair.utf8) + [0x86] }
      pickle += Array("ec\(function)\nq\u{1}".utf8)
      for _ in 0..<count {
        for byte in step.utf8 { pickle.append(byte == UInt8(ascii: "1") ? 0x85 : byte) }
      }
      return pickle + Array(".".utf8)
    }
    let dictionaries = pickle("collections\nOrderedDict", "h\u{1}h\u{0}1R", times: 2000)
    expectFailure(.badData, "its calls copy more than the 4194304 entries", file: "f") {
      _ = try read(dictionaries)
    }
    // Neither of these gives a list that the pickle has elsewhere.
    for (module, name) in [("torch", "Size"), ("torch._utils", "_rebuild_parameter")] {
      let growing = pickle("\(module)\n\(name)", "h\u{1}h\u{0}1RNa", times: 1000)
      expectFailure(.badData, "a whole object of class \(module).\(name)", file: "f") {
        _ = try read(growing)
      }
    }
    let name: [UInt8] = [0x58, 0xe9, 3, 0, 0] + [UInt8](repeating: 0x61, count: 1001)
    expectFailure(.badData, "a name has more than 1000 bytes", file: "f") {
      _ = try read(name + [0x32, 0x93, 0x2e])
    }
  }
}
