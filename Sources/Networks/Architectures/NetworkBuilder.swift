import Relaxations
import Tensors

extension Network {
  /// Builds a network layer by layer: the builder counts shapes, names layers and draws weights.
  ///
  /// ```swift
  /// var layers = Network.Builder(input: [28, 28, 1])
  /// layers.convolution(16, kernel: 4, stride: 2, padding: 1)
  /// layers.relu()
  /// layers.flatten()
  /// layers.linear(10)
  /// let network = try layers.network()
  /// ```
  ///
  /// Each call adds a layer to the value that was made last, or to the one it names, and returns the
  /// layer's output. A residual block keeps a value for later:
  ///
  /// ```swift
  /// let skip = layers.last
  /// layers.convolution(16, kernel: 3, padding: 1)
  /// layers.sum(skip, layers.last)
  /// layers.relu()
  /// ```
  ///
  /// The first layer that does not fit makes ``network()`` throw; what is added behind it is ignored.
  /// Weights are drawn when the network is made, so that a wrong layer costs nothing.
  public struct Builder: Sendable {
    private var plan: ArchitecturePlan
    private let seed: UInt64
    private var problem: NetworkError?

    /// The input of the network or the output of one of its layers.
    public struct Value: Sendable, Hashable {
      fileprivate let index: Int
      /// Without the batch axis: [height, width, channels] or [n].
      public let shape: [Int]
    }

    /// Begins a network.
    ///
    /// - Parameters:
    ///   - input: [height, width, channels] or [n].
    ///   - seed: Decides the weights, which are drawn as PyTorch's default does: uniform within
    ///     ±1/√fan_in, biases too.
    public init(input: [Int], seed: UInt64 = 0) {
      plan = ArchitecturePlan(input: input)
      self.seed = seed
      if input.isEmpty || input.contains(where: { $0 < 1 || $0 > 1 << 18 }) {
        problem = .badArchitecture("inputs cannot have the shape \(input)")
      }
    }

    /// The input of the network.
    public var input: Value { Value(index: 0, shape: plan.shapes[0]) }

    /// The output of the layer that was added last; the input where there is none.
    public var last: Value { Value(index: plan.last, shape: plan.lastShape) }

    /// The network.
    ///
    /// - Throws: ``NetworkError`` for the first layer that does not fit, has a name twice, or is too
    ///   large for any machine.
    public func network() throws(NetworkError) -> Network {
      if let problem { throw problem }
      return try plan.network(seed: seed)
    }

    /// Adds a layer of any kind.
    ///
    /// - Parameters:
    ///   - name: By default the number of the layer, as in PyTorch's `Sequential`.
    ///   - values: What it reads; by default the last value.
    @discardableResult
    public mutating func add(
      _ layer: any Layer, named name: String? = nil, to values: Value...
    ) -> Value {
      add(.layer(layer), name, to: values)
    }

    /// Adds a two-dimensional convolution with zero padding: [H, W, C] → [H', W', channels].
    @discardableResult
    public mutating func convolution(
      _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, named name: String? = nil,
      to value: Value? = nil
    ) -> Value {
      guard
        isSize(channels, "channels"), isSize(kernel, "kernel"), isSize(stride, "stride"),
        padding == 0 || isSize(padding, "padding")
      else { return last }
      let geometry = ConvolutionGeometry(stride: stride, padding: padding)
      return add(
        .convolution(channels, kernel: kernel, geometry), name, to: value.map { [$0] } ?? [])
    }

    /// Adds an affine map of vectors: [n] → [width].
    @discardableResult
    public mutating func linear(
      _ width: Int, named name: String? = nil, to value: Value? = nil
    ) -> Value {
      guard isSize(width, "width") else { return last }
      return add(.linear(width), name, to: value.map { [$0] } ?? [])
    }

    /// Adds a two-dimensional convolution with zero padding and given weights.
    ///
    /// - Parameters:
    ///   - weight: [channels, C, kernel, kernel], PyTorch's layout.
    ///   - bias: [channels].
    @discardableResult
    public mutating func convolution(
      weight: Tensor, bias: Tensor, stride: Int = 1, padding: Int = 0, named name: String? = nil,
      to value: Value? = nil
    ) -> Value {
      guard weight.shape.count == 4, bias.shape == [weight.shape[0]] else {
        return refuse("weight \(weight.shape) and bias \(bias.shape) of a convolution")
      }
      guard isSize(stride, "stride"), padding == 0 || isSize(padding, "padding") else {
        return last
      }
      let layer = Convolution(
        weight: weight, bias: bias, geometry: ConvolutionGeometry(stride: stride, padding: padding))
      return add(.layer(layer), name, to: value.map { [$0] } ?? [])
    }

    /// Adds an affine map of vectors with given weights.
    ///
    /// - Parameters:
    ///   - weight: [width, n], PyTorch's layout.
    ///   - bias: [width].
    @discardableResult
    public mutating func linear(
      weight: Tensor, bias: Tensor, named name: String? = nil, to value: Value? = nil
    ) -> Value {
      guard weight.shape.count == 2, bias.shape == [weight.shape[0]] else {
        return refuse("weight \(weight.shape) and bias \(bias.shape) of a linear layer")
      }
      return add(
        .layer(Linear(weight: weight, bias: bias)), name, to: value.map { [$0] } ?? [])
    }

    /// Adds (x − mean)/deviation for each channel, as constants. Certificates count ε in front of it.
    @discardableResult
    public mutating func normalization(mean: [Float], standardDeviation: [Float]) -> Value {
      guard mean.count == standardDeviation.count, !mean.isEmpty,
        standardDeviation.allSatisfy({ $0 > 0 })
      else { return refuse("a normalisation by means \(mean) and deviations \(standardDeviation)") }
      func tensor(_ values: [Float]) -> Tensor { Tensor(shape: [values.count], values) }
      return add(
        .layer(Normalization(mean: tensor(mean), standardDeviation: tensor(standardDeviation))),
        "normalize", to: [])
    }

    /// Adds max(x, 0).
    @discardableResult
    public mutating func relu(to value: Value? = nil) -> Value {
      add(.relu, nil, to: value.map { [$0] } ?? [])
    }

    /// Adds an activation function, such as `.gelu`.
    @discardableResult
    public mutating func activation(
      _ function: ActivationFunction, to value: Value? = nil
    ) -> Value {
      add(.layer(Activation(function)), nil, to: value.map { [$0] } ?? [])
    }

    /// Adds BatchNorm of each channel.
    @discardableResult
    public mutating func batchNorm(named name: String? = nil, to value: Value? = nil) -> Value {
      add(.batchNorm, name, to: value.map { [$0] } ?? [])
    }

    /// Adds the largest scalar of each window of each channel.
    ///
    /// - Parameter stride: By default the extent of the window.
    @discardableResult
    public mutating func maxPool(_ extent: Int, stride: Int? = nil, padding: Int = 0) -> Value {
      guard isWindow(extent, stride, padding) else { return last }
      return add(.layer(MaxPool(kernel: extent, stride: stride, padding: padding)), nil, to: [])
    }

    /// Adds the mean of each window of each channel.
    ///
    /// - Parameter stride: By default the extent of the window.
    @discardableResult
    public mutating func averagePool(_ extent: Int, stride: Int? = nil, padding: Int = 0) -> Value {
      guard isWindow(extent, stride, padding) else { return last }
      return add(.layer(AveragePool(kernel: extent, stride: stride, padding: padding)), nil, to: [])
    }

    /// Adds the mean of each channel over the image: [H, W, C] → [1, 1, C].
    @discardableResult
    public mutating func globalAverage() -> Value { add(.globalAverage, nil, to: []) }

    /// Adds the change of an image to a vector, row by row.
    @discardableResult
    public mutating func flatten() -> Value { add(.flatten, nil, to: []) }

    /// Adds the sum of values of one shape.
    @discardableResult
    public mutating func sum(_ values: Value..., named name: String? = nil) -> Value {
      add(.layer(Addition()), name, to: values)
    }

    /// Adds values side by side along the last axis.
    @discardableResult
    public mutating func concatenation(_ values: Value..., named name: String? = nil) -> Value {
      add(.layer(Concatenation()), name, to: values)
    }

    private mutating func add(
      _ kind: ArchitecturePlan.Kind, _ name: String?, to values: [Value]
    ) -> Value {
      guard problem == nil else { return last }
      guard
        values.allSatisfy({ plan.shapes.indices ~= $0.index && plan.shapes[$0.index] == $0.shape })
      else {
        problem = .badGraph(
          path: name ?? "\(plan.items.count)", problem: "reads a value of another network")
        return last
      }
      do {
        try plan.add(kind, name, to: values.isEmpty ? nil : values.map(\.index))
      } catch {
        problem = error
      }
      return last
    }

    private mutating func refuse(_ what: String) -> Value {
      if problem == nil {
        problem = .badArchitecture("layer \(plan.items.count): \(what) makes none")
      }
      return last
    }

    private mutating func isWindow(_ extent: Int, _ stride: Int?, _ padding: Int) -> Bool {
      isSize(extent, "window") && isSize(stride ?? 1, "stride")
        && (padding == 0 || isSize(padding, "padding"))
    }

    private mutating func isSize(_ size: Int, _ what: String) -> Bool {
      guard problem == nil else { return false }
      guard 1...1 << 16 ~= size else {
        problem = .badArchitecture(
          "layer \(plan.items.count): \(what) \(size) must be between 1 and 65536")
        return false
      }
      return true
    }
  }
}
