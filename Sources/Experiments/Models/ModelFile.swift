import Bounds
import Formats
import Foundation
import Networks
import Tensors
import Verification

/// A network on disk, with everything in its metadata that is needed to use and certify it.
///
/// ```swift
/// let model = try ModelFile(contentsOf: url)
/// print(model.network.inputShape, model.network.parameterCount)
/// ```
///
/// There are three formats:
///
/// - Safetensors, with the tensors in PyTorch's layout and under PyTorch's names, for networks of a
///   named architecture. Programs in Python load such a file as a state dict.
/// - ONNX, recognised by the file's ending, for any graph.
/// - State dicts that PyTorch saved, which are read only. They have no metadata, so that
///   ``Description`` has to say what they hold.
///
/// The metadata say the architecture, the perturbation and methods of certification, the data set
/// with the digest of its training data, and the epoch. All of it is optional when a file is read.
public struct ModelFile: Sendable {
  /// The network with its weights.
  public var network: Network
  /// The name of the data set that the network was trained on; nil where the file does not say.
  package var dataset: String?
  /// What the network is to be certified against, and how; nil where the file does not say.
  package var target: CertificationTarget?
  /// The epoch, counted from 1, that the weights are from; nil where the file does not say.
  package var epoch: Int?
  /// The ``LabeledImages/digest`` of the training data; nil where the file does not say. An
  /// evaluation warns where it differs from that of the data at hand.
  package var dataDigest: String?

  /// The value of the metadata entry `format` by which files of this package are recognised.
  static let format = "crownwork model 1"

  /// Creates a model in memory.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - dataset: The name of the data set that it was trained on.
  ///   - target: What it is to be certified against.
  ///   - epoch: The epoch, from 1, that its weights are from.
  ///   - dataDigest: The digest of the training data.
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

  /// The description of a network that a file without metadata leaves unsaid: its architecture and
  /// the sizes at both of its ends.
  ///
  /// ```swift
  /// let model = try ModelFile(
  ///   contentsOf: url, described: ModelFile.Description(.dmSmall, input: [28, 28, 1]))
  /// let network = model.network
  /// ```
  public struct Description: Sendable, Equatable {
    /// The architecture, with its sizes.
    package var architecture: Architecture
    /// The shape of an image: [height, width, channels].
    package var input: [Int]
    /// The number of classes, which is that of the logits.
    package var classes: Int

    /// Creates a description.
    public init(_ architecture: Architecture, input: [Int], classes: Int = 10) {
      self.architecture = architecture
      self.input = input
      self.classes = classes
    }
  }

  /// Writes the file, atomically: ONNX if its name ends so, else safetensors.
  ///
  /// ```swift
  /// let target = CertificationTarget(
  ///   perturbation: plan.perturbation, methods: [.interval, .crownIBP()])
  /// try ModelFile(network, dataset: "mnist", target: target).write(to: url)
  /// ```
  ///
  /// - Throws: `FormatError` of kind `cannotWrite`; `NetworkError.badArchitecture(_:)` for
  ///   safetensors of a network that was not made from a named architecture, since nothing else in
  ///   such a file says how the tensors are connected.
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

  /// The entries of the file's metadata. A graph without a named architecture and without a target
  /// needs no header.
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

  /// Reads a file. Everything is validated before anything is allocated by what the file claims.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - described: What the file holds, where it does not say so itself; it goes before what the
  ///     file says.
  ///   - output: The name of the output that is meant, for an ONNX file with several.
  /// - Throws: `FormatError` with the file's name, for a file that cannot be read, is damaged,
  ///   does not say its architecture, or whose tensors are not those of the architecture.
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

  /// Reads an ONNX file, whose graph is the network, whatever the ending of its name.
  ///
  /// - Parameter output: The name of the output that is meant, for a file with several.
  /// - Throws: ``FormatError`` with the file's name, for a file that cannot be read or is damaged.
  package init(onnx url: URL, output: String? = nil) throws {
    let (network, metadata) = try ONNXModel.read(url, output: output)
    let header = try ModelHeader.read(metadata) { Self.failure(url, $0) }
    self.init(
      network, dataset: metadata["dataset"],
      target: header?.target, epoch: metadata["epoch"].flatMap(Int.init),
      dataDigest: metadata["data"])
  }

  /// Reads the tensors of an ONNX file as those of a named architecture: the one that the file says
  /// it is of, or the one that is described.
  ///
  /// The graph itself is ignored, so that the network can be written as safetensors. The caller
  /// should compare both networks' outputs, as the command `convert` does.
  ///
  /// - Parameters:
  ///   - url: The ONNX file. Tensors that the architecture does not have are passed over.
  ///   - described: What the file holds, where it does not say so itself.
  /// - Throws: ``FormatError`` where the file names no architecture, and where tensors of the
  ///   architecture are missing or have other shapes.
  package init(architectureOf url: URL, described: Description? = nil) throws {
    let contents = try ONNXModel.contents(of: url)
    try self.init(
      url, contents.metadata, shapes: contents.tensors.mapValues(\.shape), described: described,
      ignoringOthers: true
    ) { contents.tensors[$0]! }
  }

  /// Makes a network of a described architecture from named tensors.
  ///
  /// - Parameters:
  ///   - url: The file, for errors.
  ///   - metadata: The file's metadata.
  ///   - shapes: The shapes of its tensors, by name.
  ///   - described: The description that goes before the file's.
  ///   - ignoringOthers: Whether tensors that the architecture does not have are passed over rather
  ///     than refused.
  ///   - kind: What the file is, for an error that it does not say its architecture.
  ///   - tensor: Reads the tensor of a name in `shapes`.
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

  /// Returns the error for a file that is not what it should be.
  private static func failure(
    _ url: URL, _ problem: String, _ remedy: String? = nil
  ) -> FormatError {
    FormatError(.badData, problem, file: url.path, remedy: remedy)
  }

  /// Makes the network and puts the tensors into it, after names and shapes have been compared with
  /// those of the architecture.
  ///
  /// The shapes of all parameters follow from the description alone and are compared before the
  /// network is made, so that a file with a wrong description costs no memory.
  ///
  /// - Parameters:
  ///   - description: The architecture and the sizes at its ends.
  ///   - shapes: The shapes of the tensors that are there, by the architecture's names.
  ///   - ignoringOthers: Whether other tensors are passed over, and vectors may have the shape [n,
  ///     1, 1] that ONNX gives them.
  ///   - tensor: Reads the tensor of a name.
  /// - Throws: ``NetworkError`` where tensors are missing, are too many, or have other shapes.
  private static func network(
    _ description: Description, _ shapes: [String: [Int]], ignoringOthers: Bool,
    _ tensor: (String) throws -> Tensor
  ) throws -> Network {
    let expected = try description.architecture.parameterShapes(
      input: description.input, classes: description.classes)
    // A wrong shape is reported before missing tensors: it names the place at which the description
    // is wrong.
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

  /// Returns the normalisation whose constants are among the tensors; nil where they are not.
  ///
  /// - Throws: ``NetworkError/badArchitecture(_:)`` for constants that are not one number for each
  ///   channel, and for deviations that are not above 0.
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
  /// Whether the name ends with `.onnx`, or with `.onnx.gz`, in upper or lower case.
  var isONNX: Bool {
    let name = lastPathComponent.lowercased()
    return name.hasSuffix(".onnx") || name.hasSuffix(".onnx.gz")
  }
}
