import Bounds
import Formats
import Foundation
import Networks
import Tensors
import Verification

/// A network on disk, with everything needed to use and certify it in the metadata: safetensors in
/// PyTorch's layout and names for named architectures, ONNX (by the file's ending) for any graph. A
/// state dict that PyTorch saved is read too.
public struct ModelFile: Sendable {
  public var network: Network
  /// The data set it was trained on; nil where the file does not say.
  package var dataset: String?
  /// How it is to be certified; nil where the file does not say.
  package var target: CertificationTarget?
  /// The epoch, from 1, that the weights are of; nil where the file does not say.
  package var epoch: Int?
  /// The ``LabeledImages/digest`` of the data it was trained on; nil where the file does not say.
  package var dataDigest: String?

  static let format = "crownwork model 1"

  public init(
    _ network: Network, dataset: String? = nil, target: CertificationTarget? = nil,
    epoch: Int? = nil, dataDigest: String? = nil
  ) {
    self.network = network
    self.dataset = dataset
    self.target = target
    self.epoch = epoch
    self.dataDigest = dataDigest
  }

  /// What a file without metadata, such as a plain PyTorch state dict, leaves unsaid.
  public struct Description: Sendable, Equatable {
    package var architecture: Architecture
    /// [height, width, channels].
    package var input: [Int]
    package var classes: Int

    public init(_ architecture: Architecture, input: [Int], classes: Int = 10) {
      self.architecture = architecture
      self.input = input
      self.classes = classes
    }
  }

  /// Writes the file, atomically: ONNX if its name ends so, else safetensors.
  ///
  /// Throws ``FormatError`` of kind `cannotWrite`, and ``NetworkError/badArchitecture(_:)`` for
  /// safetensors of a network that was not made from a named architecture.
  public func write(to url: URL) throws {
    if url.isONNX {
      return try ONNXModel.write(network, to: url, metadata: try metadata)
    }
    guard network.architecture != nil else {
      throw NetworkError.badArchitecture(
        "\(url.path): only a named architecture can be saved as safetensors; name the file .onnx")
    }
    let arrays = network.stateDict.mapValues {
      SafetensorsArray(shape: $0.shape, scalars: $0.scalars)
    }
    try SafetensorsFile(arrays: arrays, metadata: try metadata).write(to: url)
  }

  private var metadata: [String: String] {
    get throws {
      let description = network.architecture.map {
        Description($0, input: network.inputShape, classes: network.classes)
      }
      var metadata: [String: String] = [:]
      if description != nil || target != nil {
        metadata["format"] = Self.format
        metadata["crownwork"] = try ModelHeader(description, target: target).json
      }
      metadata["dataset"] = dataset
      metadata["epoch"] = epoch.map(String.init)
      metadata["data"] = dataDigest
      return metadata
    }
  }

  /// Reads a file, validating everything before anything is allocated by what it claims.
  ///
  /// - Parameters:
  ///   - described: What the file holds, where it does not say itself; it goes before what the file
  ///     says.
  ///   - output: The name of the output that is meant, for an ONNX file with several.
  /// - Throws: ``FormatError`` with the file's name.
  public init(
    contentsOf url: URL, described: Description? = nil, output: String? = nil
  ) throws {
    if url.isONNX {
      guard described == nil else {
        throw Self.failure(url, "an ONNX file holds its layers itself", "leave out `described`")
      }
      try self.init(onnx: url, output: output)
    } else {
      guard output == nil else {
        throw Self.failure(url, "has no outputs to choose from, only an ONNX file has")
      }
      let file = try StateDictFile(contentsOf: url)
      try self.init(
        url, file.metadata, shapes: file.shapes, described: described, kind: file.kind,
        tensor: file.tensor)
    }
  }

  private init(onnx url: URL, output: String?) throws {
    let (network, metadata) = try ONNXModel.read(url, output: output)
    let header = try ModelHeader.read(metadata) { Self.failure(url, $0) }
    self.init(
      network, dataset: metadata["dataset"],
      target: header?.target, epoch: metadata["epoch"].flatMap(Int.init),
      dataDigest: metadata["data"])
  }

  /// Reads the tensors of an ONNX file as those of a named architecture: the one that the file says
  /// it is of, or `described`.
  ///
  /// Throws ``FormatError`` where the file names none, or its tensors are not those.
  package init(architectureOf url: URL, described: Description? = nil) throws {
    let contents = try ONNXModel.contents(of: url)
    try self.init(
      url, contents.metadata, shapes: contents.tensors.mapValues(\.shape), described: described,
      ignoringOthers: true
    ) { contents.tensors[$0]! }
  }

  private init(
    _ url: URL, _ metadata: [String: String], shapes: [String: [Int]], described: Description?,
    ignoringOthers: Bool = false, kind: String? = nil, tensor: (String) throws -> Tensor
  ) throws {
    let header = try ModelHeader.read(metadata) { Self.failure(url, $0) }
    guard let description = described ?? header?.description else {
      throw Self.failure(
        url, "\(kind.map { "\($0), which " } ?? "")does not say its architecture",
        "name it, such as by `ModelFile.Description`")
    }
    let state = StateDictNames(shapes, for: description)
    do {
      network = try Self.network(description, state.shapes, ignoringOthers: ignoringOthers) {
        try tensor(state.prefix + $0)
      }
    } catch let error as NetworkError {
      throw Self.failure(url, state.explanation(of: error))
    }
    dataset = metadata["dataset"]
    target = header?.target
    epoch = metadata["epoch"].flatMap(Int.init)
    dataDigest = metadata["data"]
  }

  private static func failure(
    _ url: URL, _ problem: String, _ remedy: String? = nil
  ) -> FormatError {
    FormatError(.badData, problem, file: url.path, remedy: remedy)
  }

  /// Tensors are taken only when their names and shapes are those of the network.
  private static func network(
    _ description: Description, _ shapes: [String: [Int]], ignoringOthers: Bool,
    _ tensor: (String) throws -> Tensor
  ) throws -> Network {
    let expected = try description.architecture.parameterShapes(
      input: description.input, classes: description.classes)
    for (path, shape) in expected {
      guard let found = shapes[path], found != shape else { continue }
      throw NetworkError.tensorShape(name: path, expected: shape, found: found)
    }
    let missing = expected.map(\.path).filter { shapes[$0] == nil }
    guard missing.isEmpty else { throw NetworkError.missingTensors(missing) }
    let network = try description.architecture.network(
      input: description.input, classes: description.classes,
      normalization: try normalization(shapes, tensor))
    let known = network.stateDict.mapValues(\.shape)
    if !ignoringOthers {
      let extra = shapes.keys.filter { known[$0] == nil }.sorted()
      guard extra.isEmpty else { throw NetworkError.unexpectedTensors(extra) }
    }
    var state: [String: Tensor] = [:]
    for (name, shape) in known {
      guard let found = shapes[name] else { continue }
      let isVector = ignoringOthers && found.dropFirst() == [1, 1]
      guard found == shape || isVector else {
        throw NetworkError.tensorShape(name: name, expected: shape, found: found)
      }
      let value = try tensor(name)
      state[name] = isVector ? value.reshaped([value.count]) : value
    }
    return try network.loading(state)
  }

  /// The normalisation whose constants are in the file, if they are.
  private static func normalization(
    _ shapes: [String: [Int]], _ tensor: (String) throws -> Tensor
  ) throws -> Normalization? {
    guard let mean = shapes["normalize.mean"], let std = shapes["normalize.std"] else {
      return nil
    }
    // ONNX files have [channels, 1, 1].
    let isVector = mean.count == 1 || mean.dropFirst() == [1, 1]
    let values = isVector && mean == std ? try tensor("normalize.std").scalars : []
    guard isVector, mean == std, values.allSatisfy({ $0 > 0 }) else {
      throw NetworkError.badArchitecture(
        "normalize.mean \(mean) and normalize.std \(std) must be one number for each "
          + "channel, std above 0")
    }
    return Normalization(
      mean: try tensor("normalize.mean").reshaped([values.count]),
      standardDeviation: Tensor(shape: [values.count], values))
  }
}

extension URL {
  var isONNX: Bool { pathExtension.lowercased() == "onnx" }
}
