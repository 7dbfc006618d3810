/// A network that cannot be built, or weights that do not fit it.
///
/// Initialisers of ``Network`` and ``Architecture`` throw it, and ``Network/loading(_:)``. Every
/// description is a line that names the layer or tensor and says what would fit.
public enum NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A layer whose input has a shape that it does not take.
  case shape(path: String, kind: String, expected: String, found: [Int])
  /// Two layers with one path, so that their tensors could not be told apart in a file.
  case duplicatePath(String)
  /// A layer that reads no value, or one that is not made before it.
  case badGraph(path: String, problem: String)
  /// A name that is none of ``Architecture/names``, with these names.
  case unknownArchitecture(String, known: [String])
  /// Sizes or options that make no network, or one too large; the text is the whole message.
  case badArchitecture(String)
  /// Tensors that the network needs and a state dict does not have, by path.
  case missingTensors([String])
  /// Tensors that a state dict has and the network does not, by path.
  case unexpectedTensors([String])
  /// A tensor of a state dict with another shape than the network's.
  case tensorShape(name: String, expected: [Int], found: [Int])
  /// A tensor of a state dict that holds NaN or infinity.
  case notFinite(name: String)
  /// A tensor of variances in a state dict that holds a number below 0.
  case negativeVariance(name: String)

  /// The problem, where it is, and often the remedy, in one line.
  public var description: String {
    switch self {
    case .shape(let path, let kind, let expected, let found):
      "layer \(path) (\(kind)) needs \(expected), but its input is \(found)"
    case .duplicatePath(let path):
      "two layers are named \(path); give each its own name"
    case .badGraph(let path, let problem): "layer \(path) \(problem)"
    case .unknownArchitecture(let name, let known):
      "no architecture is named \"\(name)\"; there are \(known.joined(separator: ", "))"
    case .badArchitecture(let problem): problem
    case .missingTensors(let names):
      "tensors missing: \(Self.list(names)); is this a file of another architecture?"
    case .unexpectedTensors(let names):
      "tensors the architecture does not have: \(Self.list(names)); remove them or name the right "
        + "architecture"
    case .tensorShape(let name, let expected, let found):
      "tensor \(name) has shape \(found), the architecture needs \(expected)"
    case .notFinite(let name):
      "tensor \(name) holds NaN or infinity; a network with it cannot be used"
    case .negativeVariance(let name):
      "tensor \(name) holds a negative variance; a network with it cannot be used"
    }
  }

  /// Names the first six of some tensors, and counts the others.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(6).joined(separator: ", ")
    return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
  }
}
