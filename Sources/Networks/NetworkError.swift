/// A network that cannot be built, or weights that do not fit it.
public enum NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  case shape(path: String, kind: String, expected: String, found: [Int])
  case duplicatePath(String)
  case badGraph(path: String, problem: String)
  case unknownArchitecture(String, known: [String])
  case badArchitecture(String)
  case missingTensors([String])
  case unexpectedTensors([String])
  case tensorShape(name: String, expected: [Int], found: [Int])
  case notFinite(name: String)

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
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(6).joined(separator: ", ")
    return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
  }
}
