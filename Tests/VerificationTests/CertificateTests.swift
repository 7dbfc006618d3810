import Bounds
import Checker
import Datasets
import Formats
import Foundation
import Networks
import Relaxations
import Tensors
import Testing
import _TestSupport

@testable import Verification

/// Certificates of this package hold for a checker that shares no code with it, and nothing that
/// was changed does.
@Suite struct CertificateTests {
  /// Each norm with an ε at which small networks of large weights are certified now and then.
  static let sets: [Perturbation] = [
    .linf(epsilon: 1 / 255, within: 0...1), .linf(epsilon: 0.004), .l2(epsilon: 0.02),
    .l1(epsilon: 0.05),
  ]
  private static let methods: [BoundMethod] = [
    .interval, .crownIBP(), .crownIBP(slope: .same), .crown(), .alphaCROWN(iterations: 3),
  ]

  @Test(arguments: Families.small)
  func certificatesOfAllFamiliesHold(member: Families.Member) throws {
    var count = 0
    for set in Self.sets {
      for method in Self.methods {
        count += try Self.check(try member.network(), set, [method])
      }
    }
    #expect(count > 0, "nothing is certified")
  }

  @Test(arguments: 0..<40)
  func certificatesOfRandomGraphsHold(seed: UInt64) throws {
    let network = try CertifiableGraph.network(seed: seed)
    for set in Self.sets {
      for method in Self.methods where !network.hasClip || !method.isAscent {
        _ = try Self.check(network, set, [method])
      }
    }
  }

  @Test(arguments: [Arithmetic.outward(.exact), .outward(.deployed, products: .tf32)])
  func certificatesOfOtherArithmeticHold(arithmetic: Arithmetic) throws {
    let network = try Families.members[2].network()
    let count = try Self.check(
      network, Self.sets[0], [.interval, .crownIBP(), .crown()], arithmetic)
    #expect(count > 0)
  }

  /// Certifies random images, writes certificates of those that are certified, and checks them.
  ///
  /// - Returns: The number of certificates.
  private static func check(
    _ network: Network, _ set: Perturbation, _ methods: [BoundMethod],
    _ arithmetic: Arithmetic = .certified
  ) throws -> Int {
    try withFolder { folder in
      let url = folder.appending(path: "proof")
      let data = try randomImages(6, for: network)
      let written = try write(network, data, set, methods, arithmetic, to: url)
      let certificates = try Certificates(contentsOf: url)
      try certificates.requireModel(Array(ONNXModel.data(of: network)))
      try certificates.requireData(
        height: data.height, width: data.width, channels: data.channels, classes: data.classes,
        pixels: data.pixels, labels: data.labels)
      let summary = try certificates.check {
        #expect($0.holds, "example \($0.index) by \(methods) in \(set): \($0.margin)")
      }
      #expect(summary.checked == written.certificates && written.missing == 0)
      return summary.checked
    }
  }

  private static func write(
    _ network: Network, _ data: LabeledImages, _ set: Perturbation, _ methods: [BoundMethod],
    _ arithmetic: Arithmetic = .certified, to url: URL
  ) throws -> CertificateFolder.Written {
    let folder = try CertificateFolder(
      at: url, of: network, on: data, named: "random", against: set, by: methods,
      arithmetic: arithmetic)
    let certification = try network.certify(data, against: set, by: methods, arithmetic: arithmetic)
    return try #require(try folder.write(certification))
  }

  /// Images of noise that the network answers as it does.
  static func randomImages(_ count: Int, for network: Network) throws -> LabeledImages {
    var random = RandomSource(seed: 5)
    let shape = network.inputShape
    let pixels = (0..<count * shape.reduce(1, *)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    func images(_ labels: [UInt8]) throws -> LabeledImages {
      try LabeledImages(
        height: shape[0], width: shape[1], channels: shape[2], pixels: pixels, labels: labels,
        classes: network.classes)
    }
    let unlabelled = try images([UInt8](repeating: 0, count: count))
    return try images(network(unlabelled.batch(0..<count).images).argmaxOfRows.map { UInt8($0) })
  }

  // MARK: Exact arithmetic

  /// A margin of 2⁻¹⁴ behind sums of 128: rounding in Float32 may cost more than that, the exact
  /// network is right all the same, and what runtimes compute is not.
  @Test func roundingAloneLeavesNothingOpen() throws {
    let weight = [Float](repeating: 1, count: 64) + [Float](repeating: 0, count: 128)
    let network = try Network(
      input: [8, 8, 1],
      [
        Flatten(),
        Linear(
          weight: Tensor(shape: [3, 64], weight),
          bias: Tensor(shape: [3], [-64 + 0x1p-14, 0, -1000])),
      ])
    let data = try LabeledImages(
      height: 8, width: 8, pixels: [UInt8](repeating: 255, count: 64), labels: [0], classes: 3)
    let set = Perturbation.linf(epsilon: 0, within: 0...1)
    func bound(_ arithmetic: Arithmetic) throws -> Float {
      try BoundedNetwork(network, arithmetic: arithmetic).lowerBounds(
        of: .margins(of: [0], classes: 3), around: data.batch(0..<1).images, within: set,
        by: .interval
      ).scalars.min()!
    }
    let exact = Arithmetic.outward(.exact)
    #expect(try bound(.real) > 0 && bound(exact) < 0)
    func verdict(_ arithmetic: Arithmetic) throws -> Verdict {
      try network.certify(data, against: set, by: [.interval], arithmetic: arithmetic).verdicts[0]
    }
    let certified = try verdict(exact)
    #expect(certified.status == .certified && certified.margin > 0 && certified.margin <= 0x1p-14)
    #expect(try verdict(.certified).status == .unknown)
    try withFolder { folder in
      let url = folder.appending(path: "proof")
      let written = try Self.write(network, data, set, [.interval], exact, to: url)
      #expect(written.certificates == 1 && Self.holds(url, for: network))
    }
    // Radii below the upper end have an ε each, and one checker for all of them.
    let radii = try RadiusSearch(upTo: 0x1p-22).radii(
      of: network, on: data, within: set, by: [.interval], arithmetic: exact)
    #expect(radii[0].verdict.status == .certified)
  }

  // MARK: Changes

  /// Every value of run.json and of a certificate, changed alone, is noticed.
  @Test func everyChangedFieldIsRefused() throws {
    try withFolder { folder in
      let url = folder.appending(path: "proof")
      let network = try Families.members[2].network()
      let data = try Self.randomImages(6, for: network)
      let written = try Self.write(
        network, data, Self.sets[0], [.alphaCROWN(iterations: 2)], to: url)
      try #require(written.certificates > 0)
      for name in ["run.json", "examples.jsonl"] {
        let file = url.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        for (number, line) in lines.enumerated() {
          for changed in JSONMutation.all(of: line) {
            var new = lines
            new[number] = changed
            try Data((new.joined(separator: "\n") + "\n").utf8).write(to: file)
            #expect(!Self.holds(url, for: network), "\(name): \(changed.prefix(300))")
          }
        }
        // Lines missing, doubled and in another order.
        for new in [[], Array(lines.dropLast()), lines + lines.suffix(1), lines.reversed()]
        where new != lines {
          try Data(new.map { $0 + "\n" }.joined().utf8).write(to: file)
          #expect(!Self.holds(url, for: network), "\(name): \(new.count) lines")
        }
        try Data(text.utf8).write(to: file)
      }
      #expect(Self.holds(url, for: network))
    }
  }

  /// A false claim with the right digests is not believed: another label, a larger ε.
  @Test func falseClaimsDoNotHold() throws {
    try withFolder { folder in
      let url = folder.appending(path: "proof")
      let network = try Families.members[2].network()
      let data = try Self.randomImages(6, for: network)
      _ = try Self.write(network, data, Self.sets[0], [.crownIBP()], to: url)
      let (run, examples) = (url.appending(path: "run.json"), url.appending(path: "examples.jsonl"))
      let texts = (
        run: try String(contentsOf: run, encoding: .utf8),
        examples: try String(contentsOf: examples, encoding: .utf8)
      )
      for label in 0..<4 {
        let changed = texts.examples.replacing(#/"label":(\d)/#) {
          "\"label\":\((Int($0.1)! + label) % 4)"
        }
        try Data(changed.utf8).write(to: examples)
        let digests = [texts.examples, changed].map { SHA256Sum.hexadecimal(of: Data($0.utf8)) }
        try Self.sealed(texts.run.replacing(digests[0], with: digests[1])).write(to: run)
        let summary = try Certificates(contentsOf: url).check()
        #expect(summary.held == (label == 0 ? summary.checked : 0))
      }
      try Data(texts.examples.utf8).write(to: examples)
      try Self.sealed(texts.run.replacing("\"1/255\"", with: "\"1/2\"")).write(to: run)
      #expect(try Certificates(contentsOf: url).check().held == 0)
    }
  }

  /// The file for auditors, which was written from the page alone, says the same.
  @Test(.enabled(if: python != nil, "needs Python 3"))
  func theFileForAuditorsAgrees() throws {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Checker/check.py").standardized
    let program =
      "import runpy, sys; path = sys.argv[1]; sys.argv = sys.argv[1:]; "
      + "runpy.run_path(path, run_name='__main__')"
    for set in Self.sets {
      try withFolder { folder in
        let url = folder.appending(path: "proof")
        let network = try Families.members[3].network()
        let data = try Self.randomImages(6, for: network)
        let written = try Self.write(network, data, set, [.alphaCROWN(iterations: 2)], to: url)
        let run = try Self.python!.run(program, [script.path, url.path])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("\(written.certificates) of \(written.certificates) cert"))
        let file = url.appending(path: "examples.jsonl")
        try Data(contentsOf: file).dropLast().write(to: file)
        #expect(try Self.python!.run(program, [script.path, url.path]).status == 65)
      }
    }
  }

  private static let python = Python(importing: ["hashlib"])

  /// Seals what was changed anew.
  private static func sealed(_ run: String) -> Data {
    let open = run.replacing(#/,"seal":"[0-9a-f]*"/#) { _ in "" }
    let digest = SHA256Sum.hexadecimal(of: Data(open.dropLast().utf8))
    return Data(open.replacing(",\"version\"", with: ",\"seal\":\"\(digest)\",\"version\"").utf8)
  }

  @Test func otherModelsAndDataAreRefused() throws {
    try withFolder { folder in
      let url = folder.appending(path: "proof")
      let network = try Families.members[2].network()
      let data = try Self.randomImages(6, for: network)
      _ = try Self.write(network, data, Self.sets[0], [.interval], to: url)
      #expect(Self.holds(url, for: network))
      #expect(!Self.holds(url, for: try Families.members[2].network(seed: 1)))
      var pixels = data.pixels
      pixels[0] ^= 1
      let certificates = try Certificates(contentsOf: url)
      #expect(throws: CheckError.self) {
        try certificates.requireData(
          height: data.height, width: data.width, channels: data.channels, classes: data.classes,
          pixels: pixels, labels: data.labels)
      }
    }
  }

  /// Certificates that were begun are gone on with, and a complete folder is kept.
  @Test func aStoppedFolderGoesOn() throws {
    try withFolder { folder in
      let (whole, begun) = (folder.appending(path: "whole"), folder.appending(path: "begun"))
      let network = try Families.members[2].network()
      let data = try Self.randomImages(6, for: network)
      let methods: [BoundMethod] = [.crownIBP()]
      _ = try Self.write(network, data, Self.sets[0], methods, to: whole)
      let certification = try network.certify(data, against: Self.sets[0], by: methods)
      func open() throws -> CertificateFolder {
        try CertificateFolder(
          at: begun, of: network, on: data, named: "random", against: Self.sets[0], by: methods)
      }
      struct Stop: Error {}
      let threads = Threads.count
      Threads.use(1)
      defer { Threads.use(threads) }
      #expect(throws: Stop.self) { try open().write(certification) { _ in throw Stop() } }
      #expect(throws: (any Error).self) { try Certificates(contentsOf: begun) }
      _ = try open().write(certification)
      for name in try names(in: whole) {
        #expect(
          try Data(contentsOf: whole.appending(path: name))
            == Data(contentsOf: begun.appending(path: name)), "\(name)")
      }
      #expect(throws: FormatError.self) { try open() }
    }
  }

  @Test func unknownLayersAreRefusedByName() throws {
    var random = RandomSource(seed: 1)
    let network = try Network(
      input: [4, 4, 1],
      [Flatten(), Linear(from: 16, to: 4, using: &random), Activation(.tanh)])
    let data = try Self.randomImages(1, for: network)
    try withFolder { folder in
      let error = #expect(throws: BoundsError.self) {
        try CertificateFolder(
          at: folder.appending(path: "x"), of: network, on: data, named: "random",
          against: Self.sets[0], by: [.interval])
      }
      #expect(error?.description.contains("layer 2 (Activation)") == true)
    }
  }

  private static func holds(_ url: URL, for network: Network) -> Bool {
    guard let certificates = try? Certificates(contentsOf: url),
      (try? certificates.requireModel(Array(ONNXModel.data(of: network)))) != nil,
      let summary = try? certificates.check()
    else { return false }
    return summary.held == summary.checked
  }
}

extension BoundMethod {
  fileprivate var isAscent: Bool { if case .alphaCROWN = self { true } else { false } }
}

extension Network {
  fileprivate var hasClip: Bool {
    nodes.contains { node in
      if case .clip = (node.layer as? Activation)?.function { true } else { false }
    }
  }
}

/// Small graphs of the layers that certificates know, on 6×6 images with two channels.
private enum CertifiableGraph {
  static func network(seed: UInt64) throws -> Network {
    try RandomGraph.network(seed: seed, purpose: "certifiable") { kind, shape, random in
      switch kind {
      case 2, 3, 4: RandomGraph.convolution(from: shape[2], using: &random)
      case 5: RandomLayer.elementwise(.batchNorm).on(shape, &random)
      case 6:
        RandomLayer.window(RandomLayer.Window.allCases.randomElement(using: &random)!)
          .on(shape, &random)
      default: activation(&random)
      }
    } activation: {
      activation(&$0)
    }
  }

  private static func activation(_ random: inout RandomSource) -> any Layer {
    let functions: [ActivationFunction] = [
      .leakyReLU(slope: 0.1), .leakyReLU(slope: 0.7), .clip(lower: -0.2, upper: 0.6),
    ]
    let choice = Int.random(in: 0..<6, using: &random)
    return choice < 3 ? Activation(functions[choice]) : ReLU()
  }
}

/// A JSON text with one value changed.
private enum JSONMutation {
  /// Returns texts that differ from a line in one digit, letter or sign, one for each token and for
  /// some places within long ones.
  static func all(of line: String) -> [String] {
    let bytes = Array(line.utf8)
    var results: [String] = []
    var last = -1
    for (place, byte) in bytes.enumerated() {
      let isPart = byte.isAlphanumeric
      guard isPart, place == 0 || !bytes[place - 1].isAlphanumeric || place - last > 40 else {
        continue
      }
      last = place
      var changed = bytes
      changed[place] = byte == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
      results.append(String(decoding: changed, as: UTF8.self))
    }
    return results
  }
}

extension UInt8 {
  fileprivate var isAlphanumeric: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
