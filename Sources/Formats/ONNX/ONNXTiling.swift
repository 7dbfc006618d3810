import Networks

/// Operators that repeat scalars or lay out blocks of them: Expand, Tile, DepthToSpace and
/// SpaceToDepth. Each becomes a ``Rearrangement``.
extension ONNXOperators {
  /// Expand: spreads the value over a constant shape, and the shape over the value, by NumPy's
  /// rule.
  ///
  /// If the shape counts the batch, its first number has to be 1 or the batch's extent. A shape
  /// with more axes than the value is refused where there is a batch, and so is an extent of 0.
  static let expand: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let shape = try graph.integers(1, of: node) else { throw node.bad("needs a shape") }
    var own = shape
    if graph.hasBatch, own.count == graph.rank(of: x) {
      guard [1, graph.batch].contains(own[0]) else { throw node.bad("to \(shape) of the batch") }
      own.removeFirst()
    }
    guard own.count <= x.axes.count || !graph.hasBatch, own.allSatisfy({ $0 > 0 }),
      let axes = Broadcast.shape(x.axes, own),
      ONNXTensorReader.count(of: axes) ?? .max <= ONNXNode.scalarLimit
    else { throw node.bad("of \(graph.shown(x.axes)) to \(shape)") }
    graph.alias(try graph.spread(x, to: axes, for: node), for: node)
  }

  /// Tile: repeats the array along each axis, as often as the constant numbers say. The batch is
  /// not repeated.
  static let tile: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    guard let repeats = try graph.integers(1, of: node), repeats.count == graph.rank(of: x),
      !graph.hasBatch || repeats[0] == 1, repeats.allSatisfy({ 1...ONNXNode.scalarLimit ~= $0 })
    else { throw node.bad("needs a number for each axis, 1 for the batch") }
    let own = x.axes
    let axes = zip(own, repeats.suffix(own.count)).map(*)
    let tiled = try graph.rearrange(x, to: axes, for: node) { zip($0, own).map { $0 % $1 } }
    graph.alias(tiled, for: node)
  }

  /// DepthToSpace with blocks of b by b: [C·b², H, W] → [C, H·b, W·b], PyTorch's PixelShuffle.
  ///
  /// The channels of the input name a channel of the result and a place in its block. In mode
  /// `DCR`, the default, the place varies slowest; in mode `CRD` (from opset 11 on) the channel
  /// does. `blocksize` is required; blocks up to 1024 are read.
  static let depthToSpace: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let block = node.integer("blocksize", default: 0)
    let isColumnFirst = (node.text("mode") ?? "DCR") == "CRD"
    let core = try graph.core(x, node)
    guard core.count == 3, 1...1024 ~= block, core[0] % (block * block) == 0 else {
      throw node.bad("of \(graph.shown(x.axes)) with blocks of \(block)")
    }
    let channels = core[0] / (block * block)
    let axes = graph.withCore([channels, core[1] * block, core[2] * block])
    let moved = try graph.rearrange(x, to: axes, for: node) { index in
      let (c, y, x) = (index[index.count - 3], index[index.count - 2], index[index.count - 1])
      let inside = y % block * block + x % block
      let channel = isColumnFirst ? c * block * block + inside : inside * channels + c
      return index.dropLast(3) + [channel, y / block, x / block]
    }
    graph.alias(moved, for: node)
  }

  /// SpaceToDepth with blocks of b by b: [C, H·b, W·b] → [b²·C, H, W], the inverse of DepthToSpace
  /// in mode `DCR`.
  static let spaceToDepth: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let block = node.integer("blocksize", default: 0)
    let core = try graph.core(x, node)
    guard core.count == 3, 1...1024 ~= block, core[1] % block == 0, core[2] % block == 0 else {
      throw node.bad("of \(graph.shown(x.axes)) with blocks of \(block)")
    }
    let axes = graph.withCore([core[0] * block * block, core[1] / block, core[2] / block])
    let moved = try graph.rearrange(x, to: axes, for: node) { index in
      let (c, y, x) = (index[index.count - 3], index[index.count - 2], index[index.count - 1])
      let inside = c / core[0]
      return index.dropLast(3)
        + [c % core[0], y * block + inside / block, x * block + inside % block]
    }
    graph.alias(moved, for: node)
  }
}
