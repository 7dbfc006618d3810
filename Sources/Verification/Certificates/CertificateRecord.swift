import Bounds
import Foundation

/// A certificate of one example, as a line of `examples.jsonl` (Documentation/certificates.md).
struct CertificateRecord: Encodable {
  /// The lines of a layer's neurons.
  struct Lines: Encodable {
    let layer: String
    let neurons: [Int]
    /// Slopes in units of 2⁻²⁴.
    let lower: [Int]
    let upper: [Int]?
  }

  /// The refined neurons in front of a layer.
  struct Refined: Encodable {
    let layer: String
    let neurons: [Int]
  }

  /// The slopes of one backward pass.
  struct Own: Encodable {
    /// The slopes for a layer's neurons, in units of 2⁻⁸.
    struct Slopes: Encodable {
      let layer: String
      let lower: [Int]
    }

    /// The other class of a margin; nil for a neuron.
    var `class`: Int?
    /// The layer that the neuron is in front of, its number, and 1 or −1 for its negative.
    var layer: String?
    var neuron: Int?
    var sign: Int?
    let slopes: [Slopes]
  }

  /// The example's number in the data set, and its class.
  let index, label: Int
  /// Where margins are bounded: over "intervals" or over the "input".
  let margins: String
  /// The image's bytes.
  let pixels: Data
  /// What the bounds are made of; lists that would be empty are left out.
  let own: [Own]?
  let refined: [Refined]?
  let slopes: [Lines]?
}

extension CertificateRecord {
  /// Makes the record of a witness.
  ///
  /// - Parameters:
  ///   - index: The example's number in the data set.
  ///   - pixels: The image, [height, width, channels].
  ///   - method: The method that gave the margins.
  ///   - names: What layers have become in the network's file.
  init(
    index: Int, label: Int, pixels: [UInt8], by method: BoundMethod, _ witness: Witness,
    _ names: LayerNames
  ) {
    (self.index, self.label, self.pixels) = (index, label, Data(pixels))
    margins = method == .interval ? "intervals" : "input"
    let orders = Dictionary(
      uniqueKeysWithValues: witness.lines.map { ($0.layer, names.order(of: $0.neurons, $0.layer)) })
    slopes = Self.list(
      witness.lines.map { lines in
        let order = orders[lines.layer]!
        return Lines(
          layer: names.node(lines.layer), neurons: order.map(\.number),
          lower: order.map { Self.units(lines.lower[$0.place], 24) },
          upper: lines.upper.map { upper in order.map { Self.units(upper[$0.place], 24) } })
      })
    refined = Self.list(
      witness.refined.map { layer in
        Refined(
          layer: names.node(layer.layer),
          neurons: names.order(of: layer.neurons, layer.layer).map(\.number))
      })
    let passes = witness.passes.map { (key: names.key(of: $0.start), pass: $0) }
    own = Self.list(
      passes.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { _, pass in
        Self.own(pass, label, names) { slopes, layer in
          orders[layer]!.map { Self.units(slopes[$0.place], 8) }
        }
      })
  }

  /// Makes the record of a pass.
  ///
  /// - Parameter lower: Brings slopes of a layer into the file's order and units.
  private static func own(
    _ pass: Witness.Pass, _ label: Int, _ names: LayerNames, lower: ([Float], Int) -> [Int]
  ) -> Own {
    let slopes = pass.slopes.map {
      Own.Slopes(layer: names.node($0.layer), lower: lower($0.lower, $0.layer))
    }
    switch pass.start {
    case .row(let row):
      // Rows are the other classes in order.
      return Own(class: row < label ? row : row + 1, slopes: slopes)
    case .neuron(let neuron, let layer, let isNegative):
      return Own(
        layer: names.node(layer), neuron: names.number(of: neuron, layer),
        sign: isNegative ? -1 : 1, slopes: slopes)
    }
  }

  /// Returns a slope in units of 2 to the power of −`bits`.
  private static func units(_ slope: Float, _ bits: Int) -> Int {
    Int((Double(slope) * Double(1 << bits)).rounded())
  }

  private static func list<Element>(_ elements: [Element]) -> [Element]? {
    elements.isEmpty ? nil : elements
  }
}
