extension LabeledImages {
  /// The number of images of each class.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }
}

extension Dataset {
  /// A class as it is shown: its number, and its name where it has another.
  package func className(_ label: Int) -> String {
    guard let name = classNames?[label], name != "\(label)" else { return "\(label)" }
    return "\(label) \"\(name)\""
  }

  /// Classes that no training or no test image is of.
  var classWarnings: [String] {
    let (train, test) = (train.classCounts, test.classCounts)
    let untrained = train.indices.filter { train[$0] == 0 }
    let untested = train.indices.filter { train[$0] > 0 && test[$0] == 0 }
    var warnings: [String] = []
    if !untrained.isEmpty {
      let remedy =
        untrained == [0]
        ? "labels begin at 1: subtract 1 from them, unless the network is to have such an output"
        : "number the classes from 0 without gaps, unless the network is to have such outputs"
      warnings.append("\(listed(untrained)) no training image; \(remedy)")
    }
    if !untested.isEmpty {
      warnings.append("\(listed(untested)) no test image, so no error of it is measured")
    }
    return warnings
  }

  private func listed(_ labels: [Int]) -> String {
    let names = labels.prefix(10).map(className).joined(separator: ", ")
    let more = labels.count > 10 ? " and \(labels.count - 10) more" : ""
    return labels.count == 1 ? "class \(names) has" : "classes \(names)\(more) have"
  }
}
