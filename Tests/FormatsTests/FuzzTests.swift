import Foundation
import Networks
import Relaxations
import Tensors
import Testing
import _TestSupport

@testable import Datasets
@testable import Formats

/// Mutated files are read, or refused in one line: never a crash, a hang or memory without bound.
///
/// `script/fuzz` runs a million of them, with the memory of the process limited.
@Suite struct FuzzTests {
  enum Format: String, CaseIterable, Sendable {
    case onnx, safetensors, pytorch, idx, vnnlib, png, jpeg, npy, npz, tar
  }

  /// Inputs of each format.
  private static let count =
    ProcessInfo.processInfo.environment["CROWNWORK_FUZZ"].flatMap(Int.init)
    .map { $0 / Format.allCases.count } ?? 2000
  private static let seed =
    ProcessInfo.processInfo.environment["CROWNWORK_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

  @Test(arguments: Format.allCases)
  func survives(format: Format) throws {
    var mutator = Mutator(try seeds(of: format), seed: Self.seed)
    for good in try seeds(of: format) { try read(good, format) }
    var (slowest, accepted) = (Duration.zero, 0)
    for index in 0..<Self.count {
      let data = mutator.next()
      let time = ContinuousClock().measure {
        do {
          try read(data, format)
          accepted += 1
        } catch {
          let line = "\(error)"
          #expect(!line.isEmpty && !line.contains("\n"), "input \(index)")
        }
      }
      slowest = max(slowest, time)
      #expect(time < .seconds(20), "input \(index) of \(format.rawValue)")
    }
    print("\(format.rawValue): \(Self.count) inputs, \(accepted) read, slowest \(slowest)")
  }

  private func read(_ data: Data, _ format: Format) throws {
    let url = URL(filePath: "/nowhere/file")
    switch format {
    case .onnx: _ = try ONNXModel.network(data: data, file: url)
    case .safetensors: _ = try SafetensorsFile(data: data, file: "file")
    case .pytorch:
      guard PyTorchFile.isPyTorch(data) else { return }
      let file = try PyTorchFile(data: data, file: "file")
      for name in file.shapes.keys { _ = try file.array(name) }
    case .idx: try Self.use(IDXFile.array(data, file: "file"))
    case .png, .jpeg: _ = try RasterImage(data: data, file: "file")
    case .npy: try Self.use(NPYFile.array(data, file: "file"))
    case .npz:
      _ = try NPZFile(data: data, file: "file").dataset(name: "d", note: "", layout: .channelsLast)
    case .tar: _ = try TarArchive(data, file: "file").contents(of: "folder/a")
    case .vnnlib: _ = try VNNLIBProperty(data: data, file: "file")
    }
  }

  /// Reads numbers as labels, which refuse fractions, and as pixels.
  private static func use(_ array: NumberArray) throws {
    guard array.count > 0 else { return }
    _ = try? array.labels()
    let range = try PixelRange(of: [array])
    _ = try PixelScale(range).pixels(of: array)
    if array.shape.count == 4 { _ = try ImageLayout.read(array, given: nil) }
  }

  private func seeds(of format: Format) throws -> [Data] {
    switch format {
    case .onnx:
      let golden = try ["cnn_valid", "cnn_avgpool", "residual"].map {
        try Data(contentsOf: ONNXTests.golden.appending(path: "\($0).onnx"))
      }
      return golden + [try ONNXModel.data(of: Self.everyLayer())] + (try GraphSeeds.all())
    case .safetensors:
      let array = SafetensorsArray(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6])
      let file = SafetensorsFile(
        arrays: ["a.weight": array, "a.bias": SafetensorsArray(shape: [1], scalars: [0])],
        metadata: ["format": "pt"])
      return [
        file.encoded(),
        try Data(contentsOf: ONNXTests.golden.appending(path: "cnn_valid.safetensors")),
      ]
    case .idx:
      let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2] + (0..<12)
      return [
        Data(images), Data([0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4]), Gzip.compress(Data(images)),
        Data([0, 0, 12, 2, 0, 0, 0, 1, 0, 0, 0, 8] + [UInt8](repeating: 0, count: 32)),
        Gzip.compress(Data([0, 0, 13, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0, 0, 0, 0])),
      ]
    case .pytorch:
      return try PyTorchTests.names.prefix(5).map {
        try Data(contentsOf: Fixture.url("formats/\($0)"))
      }
    case .npz:
      return [Zip.file(NPY.dataset), Zip.file(NPY.dataset, deflated: true)]
    case .png:
      return [
        PNG.file(width: 3, colour: 2, rows: [Array(0..<9), Array(9..<18)]),
        PNG.file(width: 9, colour: 3, depth: 4, palette: Array(0..<48), rows: [[1, 2, 3, 4, 5]]),
        PNG.file(width: 2, colour: 6, depth: 16, rows: [Array(0..<16)]),
        PNG.file(width: 8, colour: 0, depth: 1, rows: [[0x55], [0xaa]]),
        PNG.file(
          width: 2, colour: 0,
          others: [("gAMA", [0, 1, 0x86, 0xa0]), ("eXIf", EXIF.data(orientation: 6))],
          rows: [[1, 2], [3, 4]]),
      ]
    case .jpeg:
      return [
        JPEG.colour, JPEG.grey, JPEG.progressive, JPEG.cmyk,
        EXIF.jpeg(JPEG.grey, orientation: 6),
      ]
    case .npy:
      return [
        NPY.file("|u1", "(2, 3)", Array(1...6)), NPY.file("<i4", "(1,)", [7, 0, 0, 0]),
        NPY.file("<f8", "(2,)", version: 2, Array(repeating: 0, count: 16)),
        NPY.file("<f2", "(1, 3, 1, 2)", Array(repeating: 0x38, count: 12)),
      ]
    case .tar: return [TarTests.archive]
    case .vnnlib:
      return [
        """
        ; a box and two ways to be wrong
        (declare-const X_0 Real)
        (declare-const X_1 Real)
        (declare-const Y_0 Real)
        (declare-const Y_1 Real)
        (assert (>= X_0 -0.5))
        (assert (<= X_0 5e-1))
        (assert (or (and (<= X_1 1) (>= X_1 0)) (and (<= X_1 3.0) (>= X_1 2.0))))
        (assert (or (>= Y_0 Y_1) (and (<= (+ Y_0 (* 2 Y_1)) 3.0) (>= (- Y_1) 1))))
        """
      ].map { Data($0.utf8) }
    }
  }

  /// A network with every layer kind.
  private static func everyLayer() throws -> Network {
    var random = RandomSource(seed: 0)
    func convolution(_ channels: Int, _ layout: KernelLayout) -> Convolution {
      Convolution(from: channels, to: 4, kernel: 3, padding: 1, layout: layout, using: &random)
    }
    let affine = ChannelAffine(
      scale: Tensor(shape: [4], repeating: 2), shift: Tensor(shape: [4], repeating: 1))
    var graph: [(path: String, layer: any Layer, inputs: [Int])] = [
      ("a", convolution(2, KernelLayout()), [0]), ("b", BatchNorm(channels: 4), [1]),
      ("c", ReLU(), [2]), ("d", convolution(4, KernelLayout(groups: 2)), [3]),
      ("e", Activation(.gelu), [4]), ("f", Addition(), [3, 5]),
      ("g", Rearrangement.pad([6, 6, 4], before: [1, 1, 0], after: [0, 0, 0]), [6]),
      ("h", MaxPool(kernel: 2, stride: 2), [7]), ("i", affine, [8]),
      ("j", Activation(.clip(lower: -1, upper: 1)), [9]), ("k", Concatenation(), [9, 10]),
      ("l", AveragePool(kernel: 2, stride: 1), [11]), ("m", Flatten(), [12]),
      ("n", Linear(from: 32, to: 5, using: &random), [13]),
    ]
    let slopes = PReLU(weight: Tensor(shape: [5], [-1, 0, 0.5, 1, 2]))
    for layer in ActivationFunction.samples.map({ Activation($0) as any Layer })
      + [slopes, PReLU(slope: -1), LogSoftmax(), Softmax()]
    {
      graph.append(("layer \(graph.count)", layer, [graph.count]))
    }
    return try Network(input: [6, 6, 2], graph: graph)
  }
}
