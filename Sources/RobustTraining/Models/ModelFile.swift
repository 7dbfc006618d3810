import Bounds
import Formats
import Foundation
import Networks
import Tensors

/// A network on disk: safetensors in PyTorch's layout and names, with everything needed to use and
/// certify it in the metadata.
public struct ModelFile: Sendable {
  public var network: Network
  /// The data set it was trained on; nil where the file does not say.
  public var dataset: String?
  /// How it is to be certified; nil where the file does not say.
  public var target: CertificationTarget?
  /// The epoch, from 0, that the weights are of; nil where the file does not say.
  public var epoch: Int?

  static let format = "crownwork model 1"

  public init(
    _ network: Network, dataset: String? = nil, target: CertificationTarget? = nil,
    epoch: Int? = nil
  ) {
    self.network = network
    self.dataset = dataset
    self.target = target
    self.epoch = epoch
  }

  /// What a file without metadata, such as a plain PyTorch state dict, leaves unsaid.
  public struct Description: Sendable, Equatable {
    public var architecture: Architecture
    /// [height, width, channels].
    public var input: [Int]
    public var classes: Int

    public init(_ architecture: Architecture, input: [Int], classes: Int = 10) {
      self.architecture = architecture
      self.input = input
      self.classes = classes
    }
  }

  /// Writes the file, atomically.
  ///
  /// Throws ``FormatError`` of kind `cannotWrite`, and ``NetworkError/badArchitecture(_:)`` for a
  /// network that was not made from a named architecture.
  public func write(to url: URL) throws {
    guard let architecture = network.architecture else {
      throw NetworkError.badArchitecture(
        "only networks of a named architecture can be saved with their metadata")
    }
    let description = Description(
      architecture, input: network.inputShape, classes: network.classes)
    let header = ModelHeader(description, target: target)
    var metadata = ["format": Self.format, "crownwork": try header.json]
    metadata["dataset"] = dataset
    metadata["epoch"] = epoch.map(String.init)
    let arrays = network.stateDict.mapValues {
      SafetensorsArray(shape: $0.shape, scalars: $0.scalars)
    }
    try SafetensorsFile(arrays: arrays, metadata: metadata).write(to: url)
  }

  /// Reads a file, validating everything before anything is allocated by what it claims.
  ///
  /// - Parameter described: What the file holds, where it does not say itself; it goes before
  ///   what the file says.
  /// Throws ``FormatError`` with the file's name.
  public init(contentsOf url: URL, described: Description? = nil) throws {
    let file = try SafetensorsFile(contentsOf: url)
    func fail(_ problem: String, _ remedy: String? = nil) -> FormatError {
      FormatError(.badData, problem, file: url.path, remedy: remedy)
    }
    let header = try ModelHeader.read(file) { fail($0) }
    guard let description = described ?? header?.description else {
      throw fail(
        "does not say its architecture",
        "name it, such as --model cnn-2layer --width 1 --hidden 128 --input 28x28x1")
    }
    let loaded = Result { () throws(NetworkError) in try Self.network(description, file) }
    self.init(
      try loaded.mapError { fail($0.description) }.get(), dataset: file.metadata["dataset"],
      target: header?.target, epoch: file.metadata["epoch"].flatMap(Int.init))
  }

  private static func network(
    _ description: Description, _ file: SafetensorsFile
  ) throws(NetworkError) -> Network {
    let expected = try description.architecture.parameterShapes(
      input: description.input, classes: description.classes)
    for (path, shape) in expected {
      guard let found = file.arrays[path] else { continue }
      guard found.shape == shape else {
        throw .tensorShape(name: path, expected: shape, found: found.shape)
      }
    }
    let missing = expected.map(\.path).filter { file.arrays[$0] == nil }
    guard missing.isEmpty else { throw .missingTensors(missing) }
    let network = try description.architecture.network(
      input: description.input, classes: description.classes,
      normalization: try normalization(file))
    return try network.loading(file.arrays.mapValues { Tensor(shape: $0.shape, $0.scalars) })
  }

  /// The normalisation whose constants are in the file, if they are.
  private static func normalization(
    _ file: SafetensorsFile
  ) throws(NetworkError) -> Normalization? {
    guard let mean = file.arrays["normalize.mean"], let std = file.arrays["normalize.std"] else {
      return nil
    }
    guard mean.shape.count == 1, mean.shape == std.shape, std.scalars.allSatisfy({ $0 > 0 })
    else {
      throw .badArchitecture(
        "normalize.mean \(mean.shape) and normalize.std \(std.shape) must be one number for each "
          + "channel, std above 0")
    }
    return Normalization(
      mean: Tensor(shape: mean.shape, mean.scalars),
      standardDeviation: Tensor(shape: std.shape, std.scalars))
  }
}
