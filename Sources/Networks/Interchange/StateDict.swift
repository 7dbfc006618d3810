import Tensors

/// A network's tensors under PyTorch's names and in PyTorch's layout, as files keep them.
///
/// Convolution weights are OIHW in both. A layer behind a flatten sees H·W·C here and C·H·W there,
/// so its columns are permuted. PyTorch's counters of batches (`num_batches_tracked`) are left out.
extension Network {
  /// Parameters and constants by path, such as "0.weight", in PyTorch's layout.
  public var stateDict: [String: Tensor] {
    var result: [String: Tensor] = [:]
    let images = flattenedImages
    for (node, image) in zip(nodes, images) {
      for (name, value) in node.layer.parameters + node.layer.constants {
        result["\(node.path).\(name)"] = value.inOrder(of: image, node, name, toPyTorch: true)
      }
    }
    return result
  }

  /// Returns the same network with the tensors of a state dict.
  ///
  /// Constants may be missing, but for the statistics of a BatchNorm: the network keeps those that
  /// it has.
  ///
  /// - Parameter state: Tensors by path in PyTorch's layout. Counters of a BatchNorm's batches are
  ///   passed over.
  /// - Throws: ``NetworkError/missingTensors(_:)``, ``NetworkError/unexpectedTensors(_:)``,
  ///   ``NetworkError/tensorShape(name:expected:found:)``, ``NetworkError/notFinite(name:)`` for
  ///   NaN or infinity, and ``NetworkError/negativeVariance(name:)``.
  public func loading(_ state: [String: Tensor]) throws(NetworkError) -> Network {
    let known = stateDict
    let required = parameters.map(\.path) + statisticsPaths
    let missing = required.filter { state[$0] == nil }
    guard missing.isEmpty else { throw .missingTensors(missing) }
    let extra = state.keys.filter { known[$0] == nil && !isBatchCounter($0) }.sorted()
    guard extra.isEmpty else { throw .unexpectedTensors(extra) }
    for (name, value) in state.sorted(by: { $0.key < $1.key }) where known[name] != nil {
      guard value.shape == known[name]!.shape else {
        throw .tensorShape(name: name, expected: known[name]!.shape, found: value.shape)
      }
      guard value.isFinite else { throw .notFinite(name: name) }
      guard !name.hasSuffix(".running_var") || value.scalars.allSatisfy({ $0 >= 0 }) else {
        throw .negativeVariance(name: name)
      }
    }
    let images = Dictionary(uniqueKeysWithValues: zip(nodes.map(\.path), flattenedImages))
    return mappingTensors { node, name, value in
      guard let loaded = state["\(node.path).\(name)"] else { return value }
      return loaded.inOrder(of: images[node.path]!, node, name, toPyTorch: false)
    }
  }

  /// The paths of all BatchNorms' statistics, without which a network is not the one that was
  /// trained.
  private var statisticsPaths: [String] {
    nodes.filter { $0.layer is BatchNorm }.flatMap { node in
      node.layer.constants.map { "\(node.path).\($0.name)" }
    }
  }

  /// Whether a name is that of a BatchNorm's counter, which nothing here depends on.
  private func isBatchCounter(_ name: String) -> Bool {
    nodes.contains { $0.layer is BatchNorm && name == "\($0.path).num_batches_tracked" }
  }

  /// For each node the shape [H, W, C] of the image whose flattened scalars are its input; nil
  /// where the input is no flattened image, or its order has been lost. Layers that keep the order
  /// of scalars (``Layer/keepsOrder``) pass it on.
  private var flattenedImages: [[Int]?] {
    var images: [[Int]?] = [nil]
    for node in nodes {
      if node.layer is Flatten, node.inputShape.count == 3 {
        images.append(node.inputShape)
      } else {
        let image = images[node.inputs[0]]
        let isKept = node.layer.keepsOrder && node.inputs.allSatisfy { images[$0] == image }
        images.append(isKept ? image : nil)
      }
    }
    return nodes.map { images[$0.inputs[0]] }
  }
}

extension Tensor {
  /// A layer's tensor with what runs over the scalars of a flattened image reordered: the columns
  /// of a matrix, the channels of a layer that scales each by itself.
  fileprivate func inOrder(
    of image: [Int]?, _ node: Network.Node, _ name: String, toPyTorch: Bool
  ) -> Tensor {
    if node.layer is Linear {
      return name == "weight" ? permutingColumns(of: image, toPyTorch: toPyTorch) : self
    }
    guard image != nil, shape == node.inputShape else { return self }
    return reshaped([1, count]).permutingColumns(of: image, toPyTorch: toPyTorch).reshaped(shape)
      .detached
  }

  /// Reorders the columns of a matrix between H·W·C and C·H·W, where they are an image's.
  ///
  /// - Parameters:
  ///   - image: [H, W, C] of the image that the columns run over; nil leaves the matrix as it is.
  ///   - toPyTorch: From H·W·C to C·H·W, else back.
  /// - Precondition: The tensor is a matrix with H·W·C columns, where an image is given.
  package func permutingColumns(of image: [Int]?, toPyTorch: Bool) -> Tensor {
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
