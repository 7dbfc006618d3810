import Networks
import Relaxations
import Tensors

/// How a network's numbers are computed where bounds are held against them.
package protocol OracleArithmetic {
  associatedtype Number

  func number(_ x: Float) -> Number
  /// Σ weight · value + bias.
  mutating func sum(_ terms: [(weight: Float, value: Number)], bias: Float) -> Number
  /// x + y + …
  mutating func sum(_ values: [Number]) -> Number
  func isLess(_ a: Number, _ b: Number) -> Bool
}

/// Real numbers: dyadic ones, of which piecewise linear layers make dyadic ones.
package struct ExactArithmetic: OracleArithmetic {
  package init() {}
  package func number(_ x: Float) -> Dyadic { Dyadic(x) }

  package func sum(_ terms: [(weight: Float, value: Dyadic)], bias: Float) -> Dyadic {
    terms.reduce(Dyadic(bias)) { $0 + Dyadic($1.weight) * $1.value }
  }

  package func sum(_ values: [Dyadic]) -> Dyadic { values.reduce(.zero, +) }
  package func isLess(_ a: Dyadic, _ b: Dyadic) -> Bool { a < b }
}

/// Float32 as some runtime has it: sums in a random order and shape, with fused multiply-adds or
/// not, with subnormal numbers or zeros in their place.
package struct RuntimeArithmetic: OracleArithmetic {
  private var random: RandomSource
  private let fuses, flushes: Bool

  package init(seed: UInt64) {
    random = RandomSource(seed: seed, purpose: "runtime")
    (fuses, flushes) = (Bool.random(using: &random), Bool.random(using: &random))
  }

  private func flushed(_ x: Float) -> Float { flushes && x.isSubnormal ? 0 : x }

  package func number(_ x: Float) -> Float { flushed(x) }

  package mutating func sum(_ terms: [(weight: Float, value: Float)], bias: Float) -> Float {
    var terms = terms
    terms.shuffle(using: &random)
    guard fuses else {
      return sum(terms.map { flushed(flushed($0.weight) * $0.value) } + [flushed(bias)])
    }
    // The bias comes first or last.
    let isFirst = Bool.random(using: &random)
    var total: Float = isFirst ? flushed(bias) : 0
    for term in terms { total = flushed(total.addingProduct(flushed(term.weight), term.value)) }
    return isFirst ? total : flushed(total + flushed(bias))
  }

  /// Adds two at a time, of any that are left.
  package mutating func sum(_ values: [Float]) -> Float {
    guard var total = values.first else { return 0 }
    if Bool.random(using: &random) {
      for value in values.dropFirst() { total = flushed(total + value) }
      return total
    }
    var left = values
    while left.count > 1 {
      left = stride(from: 0, to: left.count, by: 2).map {
        $0 + 1 < left.count ? flushed(left[$0] + left[$0 + 1]) : left[$0]
      }
    }
    return left[0]
  }

  package func isLess(_ a: Float, _ b: Float) -> Bool { a < b }
}

/// Evaluates piecewise linear networks of one input in an arithmetic.
package struct Oracle<Arithmetic: OracleArithmetic> {
  package var arithmetic: Arithmetic
  package typealias Number = Arithmetic.Number

  package init(_ arithmetic: Arithmetic) { self.arithmetic = arithmetic }

  /// Returns the outputs for one input.
  package mutating func outputs(_ network: Network, _ input: [Float]) -> [Number] {
    outputs(network, numbers: input.map(arithmetic.number))
  }

  /// Returns the outputs for one input of the arithmetic's own numbers.
  package mutating func outputs(_ network: Network, numbers input: [Number]) -> [Number] {
    var values = [input]
    var shapes = [network.inputShape]
    for node in network.nodes {
      let inputs = node.inputs.map { (values: values[$0], shape: shapes[$0]) }
      values.append(output(of: node.layer, inputs, node.outputShape))
      shapes.append(node.outputShape)
    }
    return values.last!
  }

  private mutating func output(
    of layer: any Layer, _ inputs: [(values: [Number], shape: [Int])], _ shape: [Int]
  ) -> [Number] {
    let (x, from) = inputs[0]
    let zero = arithmetic.number(0)
    func rectified(_ value: Number) -> Number { arithmetic.isLess(value, zero) ? zero : value }
    switch layer {
    case let layer as Linear:
      let (w, b, n) = (layer.weight.scalars, layer.bias.scalars, x.count)
      return b.indices.map { row in
        arithmetic.sum((0..<n).map { (w[row * n + $0], x[$0]) }, bias: b[row])
      }
    case let layer as Convolution: return convolved(layer, x, from, shape)
    case is ReLU: return x.map(rectified)
    case is Flatten: return x
    case let layer as PReLU:
      let slopes = layer.slopes(channels: from.last!).scalars
      return x.enumerated().map { i, value in
        guard arithmetic.isLess(value, zero) else { return value }
        return arithmetic.sum([(slopes[i % slopes.count], value)], bias: 0)
      }
    case let layer as Activation:
      switch layer.function {
      case .leakyReLU(let slope):
        return x.map {
          arithmetic.isLess($0, zero) ? arithmetic.sum([(slope, $0)], bias: 0) : $0
        }
      case .clip(let low, let high):
        let (l, u) = (arithmetic.number(low), arithmetic.number(high))
        return x.map { arithmetic.isLess($0, l) ? l : arithmetic.isLess(u, $0) ? u : $0 }
      default: preconditionFailure("\(layer.function) has no exact values")
      }
    case let layer as ChannelAffine:
      let (s, t) = (layer.scale.scalars, layer.shift.scalars)
      return x.enumerated().map {
        arithmetic.sum([(s[$0 % s.count], $1)], bias: t[$0 % s.count])
      }
    case is Addition:
      return x.indices.map { i in arithmetic.sum(inputs.map { $0.values[i] }) }
    case is Concatenation:
      let widths = inputs.map { $0.shape.last! }
      return (0..<x.count / widths[0]).flatMap { position in
        zip(inputs, widths).flatMap { $0.values[position * $1..<(position + 1) * $1] }
      }
    case let layer as MaxPool:
      return pooled(layer.window, x, from, shape) { arithmetic, window in
        window.dropFirst().reduce(window[0]) { arithmetic.isLess($0, $1) ? $1 : $0 }
      }
    case let layer as AveragePool:
      let weight = 1 / Float(layer.window.height * layer.window.width)
      return pooled(layer.window, x, from, shape) { arithmetic, window in
        arithmetic.sum(window.map { (weight, $0) }, bias: 0)
      }
    default: preconditionFailure("no oracle for \(type(of: layer).kind)")
    }
  }

  private mutating func convolved(
    _ layer: Convolution, _ x: [Number], _ from: [Int], _ shape: [Int]
  ) -> [Number] {
    let (kernel, k) = (layer.kernel.shape, layer.kernel.scalars)
    let (stride, padding, bias) = (
      layer.geometry.stride, layer.geometry.padding, layer.bias.scalars
    )
    var result: [Number] = []
    for y in 0..<shape[0] {
      for z in 0..<shape[1] {
        for out in 0..<shape[2] {
          var terms: [(weight: Float, value: Number)] = []
          for i in 0..<kernel[2] {
            for j in 0..<kernel[3] {
              let (row, column) = (y * stride + i - padding, z * stride + j - padding)
              guard 0..<from[0] ~= row, 0..<from[1] ~= column else { continue }
              for c in 0..<from[2] {
                terms.append(
                  (
                    k[((out * kernel[1] + c) * kernel[2] + i) * kernel[3] + j],
                    x[(row * from[1] + column) * from[2] + c]
                  ))
              }
            }
          }
          result.append(arithmetic.sum(terms, bias: bias[out]))
        }
      }
    }
    return result
  }

  /// Pools without padding.
  private mutating func pooled(
    _ window: PoolingWindow, _ x: [Number], _ from: [Int], _ shape: [Int],
    _ pool: (inout Arithmetic, [Number]) -> Number
  ) -> [Number] {
    var result: [Number] = []
    let stride = window.geometry.stride
    for y in 0..<shape[0] {
      for z in 0..<shape[1] {
        for c in 0..<shape[2] {
          result.append(
            pool(
              &arithmetic,
              (0..<window.height * window.width).map {
                let (row, column) = (
                  y * stride + $0 / window.width, z * stride + $0 % window.width
                )
                return x[(row * from[1] + column) * from[2] + c]
              }))
        }
      }
    }
    return result
  }
}
