import Crownwork

/// The code of the article "How bounds work".
enum HowBoundsWorkExample {
  static func bounding(
    of network: Network, on data: LabeledImages, within box: Perturbation
  ) throws -> Bounding {
    let bounded = try BoundedNetwork(network)
    let (images, labels) = data.batch(0..<8)
    var bounding = bounded.bounding(over: box.region(around: images))
    let margins = Specification.margins(of: labels, classes: network.classes)
    for method in [BoundMethod.interval, .crownIBP(), .crown(), .alphaCROWN()] {
      let lower = bounding.lowerBounds(of: margins, by: method)
      print(method, lower.read { $0.min() ?? .nan })
    }
    return bounding
  }

  static func printStatistics(of bounding: Bounding) {
    for layer in bounding.reluStatistics {
      print(layer.path, layer.active, layer.inactive, layer.unstable)
    }
  }
}
