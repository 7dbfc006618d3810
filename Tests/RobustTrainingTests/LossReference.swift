import Foundation

/// The CROWN-IBP loss of one example in Float64, written plainly: dense matrices, no sharing.
struct LossReference {
  struct Affine {
    /// [out][in].
    var weight: [[Double]]
    var bias: [Double]

    func callAsFunction(_ x: [Double]) -> [Double] {
      zip(weight, bias).map { row, b in zip(row, x).reduce(b) { $0 + $1.0 * $1.1 } }
    }

    func spread(_ r: [Double]) -> [Double] {
      weight.map { row in zip(row, r).reduce(0) { $0 + abs($1.0) * $1.1 } }
    }
  }

  var layers: [Affine]
  var image: [Double]
  var label: Int
  var epsilon: Double
  var kappa: Double
  var beta: Double
  var fused: Bool

  var loss: Double {
    let natural = crossEntropyOfMargins(margins(of: logits(image)))
    return kappa * natural + (1 - kappa) * robustLoss
  }

  private func logits(_ x: [Double]) -> [Double] {
    layers.dropLast().reduce(x) { h, layer in layer(h).map { max($0, 0) } }.applying(layers.last!)
  }

  private func margins(of z: [Double]) -> [Double] {
    z.indices.filter { $0 != label }.map { z[label] - z[$0] }
  }

  private func crossEntropyOfMargins(_ m: [Double]) -> Double {
    log(m.reduce(1) { $0 + exp(-$1) })
  }

  private var robustLoss: Double {
    let lower = image.map { max($0 - epsilon, 0) }
    let upper = image.map { min($0 + epsilon, 1) }
    let (preactivations, last) = intervals(lower, upper)
    let rows = specificationRows()
    let ibp = rows.map { concretize($0, last.lower, last.upper) }
    guard fused else {
      let crown = rows.map { pullBack($0, preactivations, lower, upper) }
      return crossEntropyOfMargins(zip(crown, ibp).map { beta * $0 + (1 - beta) * $1 })
    }
    let top = rows.map { -concretize($0.scaled(-1), last.lower, last.upper) }
    var combined = Form(weight: [Double](repeating: 0, count: last.lower.count), constant: 0)
    var intercept = 0.0
    for (row, (l, u)) in zip(rows, zip(ibp, top)) {
      let slope = (exp(-l) - exp(-u)) / (u - l)
      intercept += exp(-l) + slope * l
      combined = combined.adding(row.scaled(slope))
    }
    let linear = intercept - pullBack(combined, preactivations, lower, upper)
    return log(1 + beta * linear + (1 - beta) * ibp.reduce(0) { $0 + exp(-$1) })
  }

  private typealias Box = (lower: [Double], upper: [Double])

  private func intervals(_ lower: [Double], _ upper: [Double]) -> (pre: [Box], last: Box) {
    var box: Box = (lower, upper)
    var boxes: [Box] = []
    for layer in layers.dropLast() {
      let center = layer(zip(box.lower, box.upper).map { ($0 + $1) / 2 })
      let radius = layer.spread(zip(box.lower, box.upper).map { ($1 - $0) / 2 })
      box = (zip(center, radius).map { $0 - $1 }, zip(center, radius).map { $0 + $1 })
      boxes.append(box)
      box = (box.lower.map { max($0, 0) }, box.upper.map { max($0, 0) })
    }
    return (boxes, box)
  }

  private struct Form {
    var weight: [Double]
    var constant: Double

    func scaled(_ factor: Double) -> Form {
      Form(weight: weight.map { $0 * factor }, constant: constant * factor)
    }

    func adding(_ other: Form) -> Form {
      Form(weight: zip(weight, other.weight).map(+), constant: constant + other.constant)
    }
  }

  private func specificationRows() -> [Form] {
    let last = layers.last!
    return last.weight.indices.filter { $0 != label }.map { j in
      Form(
        weight: zip(last.weight[label], last.weight[j]).map(-),
        constant: last.bias[label] - last.bias[j])
    }
  }

  private func concretize(_ form: Form, _ lower: [Double], _ upper: [Double]) -> Double {
    zip(form.weight, zip(lower, upper)).reduce(form.constant) { sum, term in
      sum + (term.0 >= 0 ? term.0 * term.1.0 : term.0 * term.1.1)
    }
  }

  private func pullBack(
    _ form: Form, _ boxes: [Box], _ lower: [Double], _ upper: [Double]
  ) -> Double {
    var form = form
    for (layer, box) in zip(layers.dropLast(), boxes).reversed() {
      for i in form.weight.indices {
        let (l, u, value) = (box.lower[i], box.upper[i], form.weight[i])
        if l >= 0 { continue }
        if u <= 0 {
          form.weight[i] = 0
        } else if value >= 0 {
          form.weight[i] = u > -l ? value : 0
        } else {
          form.weight[i] = value * u / (u - l)
          form.constant -= value * u * l / (u - l)
        }
      }
      form.constant += zip(form.weight, layer.bias).reduce(0) { $0 + $1.0 * $1.1 }
      form.weight = layer.weight[0].indices.map { column in
        layer.weight.indices.reduce(0) { $0 + form.weight[$1] * layer.weight[$1][column] }
      }
    }
    return concretize(form, lower, upper)
  }
}

extension [Double] {
  fileprivate func applying(_ layer: LossReference.Affine) -> [Double] { layer(self) }
}
