extension LabeledImages {
  /// The number of images of each class, by the class's number: ``classes`` entries that sum to
  /// ``count``.
  ///
  /// - Complexity: O(``count``).
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }
}

extension Dataset {
  /// Returns a class as it is shown to a user: its number, followed by its name in quotes where it
  /// has a name that is not the number itself.
  ///
  /// Class 3 of CIFAR-10, which has no names here, is shown as `3`; a class folder named `cat` may
  /// give `3 "cat"`.
  ///
  /// - Parameter label: The class's number.
  /// - Precondition: `label` is an index into ``classNames`` where there are names.
  package func className(_ label: Int) -> String {
    guard let name = classNames?[label], name != "\(label)" else { return "\(label)" }
    return "\(label) \"\(name)\""
  }

  /// Warnings about classes that have no training image or no test image.
  ///
  /// A class without training images is nearly always a slip: labels that begin at 1 instead of 0
  /// leave class 0 empty, and the network then has an output that nothing teaches. A class without
  /// test images is unusual but possible; its errors simply are not measured. Each of the two gives
  /// at most one line. ``DatasetSource/dataset(name:note:images:)`` appends the lines to
  /// ``warnings``.
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

  /// Returns a list of classes as the subject of a sentence with its verb, such as `classes 1, 4
  /// have`.
  ///
  /// - Parameter labels: The classes' numbers, at least one; the first ten are named and the rest
  ///   counted.
  private func listed(_ labels: [Int]) -> String {
    let names = labels.prefix(10).map(className).joined(separator: ", ")
    let more = labels.count > 10 ? " and \(labels.count - 10) more" : ""
    return labels.count == 1 ? "class \(names) has" : "classes \(names)\(more) have"
  }
}
