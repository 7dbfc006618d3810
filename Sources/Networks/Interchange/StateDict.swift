import Tensors

/// A network's tensors under PyTorch's names and in PyTorch's layout.
///
/// Convolution weights are OIHW in both. A linear layer behind a flatten sees H·W·C here and
/// C·H·W there, so its columns are permuted.
extension Network {
  /// Parameters and constants by path, in PyTorch's layout.
  public var stateDict: [String: Tensor] {
    var result: [String: Tensor] = [:]
    let images = flattenedImages
    for (node, image) in zip(nodes, images) {
      for (name, value) in node.layer.parameters + node.layer.constants {
        result["\(node.path).\(name)"] =
          name == "weight" ? value.permutingColumns(of: image, toPyTorch: true) : value
      }
    }
    return result
  }

  /// The same network with the tensors of a state dict.
  ///
  /// Throws ``NetworkError`` naming missing, unexpected and misshapen tensors, and those that
  /// hold NaN or infinity. Constants may be missing: the network keeps its own.
  public func loading(_ state: [String: Tensor]) throws(NetworkError) -> Network {
    let known = stateDict
    let required = parameters.map(\.path)
    let missing = required.filter { state[$0] == nil }
    guard missing.isEmpty else { throw .missingTensors(missing) }
    let extra = state.keys.filter { known[$0] == nil }.sorted()
    guard extra.isEmpty else { throw .unexpectedTensors(extra) }
    for (name, value) in state.sorted(by: { $0.key < $1.key }) {
      guard value.shape == known[name]!.shape else {
        throw .tensorShape(name: name, expected: known[name]!.shape, found: value.shape)
      }
      guard value.isFinite else { throw .notFinite(name: name) }
    }
    let images = Dictionary(uniqueKeysWithValues: zip(nodes.map(\.path), flattenedImages))
    return mappingTensors { node, name, value in
      guard let loaded = state["\(node.path).\(name)"] else { return value }
      return name == "weight"
        ? loaded.permutingColumns(of: images[node.path]!, toPyTorch: false) : loaded
    }
  }

  /// For each node, the image shape whose flattened scalars are its input, if they are.
  private var flattenedImages: [[Int]?] {
    var images: [[Int]?] = [nil]
    for node in nodes {
      if node.layer is Flatten, node.inputShape.count == 3 {
        images.append(node.inputShape)
      } else {
        images.append(node.outputShape == node.inputShape ? images[node.inputs[0]] : nil)
      }
    }
    return nodes.map { $0.layer is Linear ? images[$0.inputs[0]] : nil }
  }
}

extension Tensor {
  /// Reorders the columns of a matrix between H·W·C and C·H·W, where they are an image's.
  public func permutingColumns(of image: [Int]?, toPyTorch: Bool) -> Tensor {
    guard let image, image[2] > 1 else { return self }
    let (positions, channels) = (image[0] * image[1], image[2])
    let (rows, columns) = (shape[0], shape[1])
    let source = scalars
    var target = source
    for row in 0..<rows {
      for position in 0..<positions {
        for channel in 0..<channels {
          let ours = row * columns + position * channels + channel
          let theirs = row * columns + channel * positions + position
          if toPyTorch { target[theirs] = source[ours] } else { target[ours] = source[theirs] }
        }
      }
    }
    return Tensor(shape: shape, target)
  }
}
