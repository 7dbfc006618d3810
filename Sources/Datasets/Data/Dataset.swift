import Foundation

/// Images to train on and images to test with.
public struct Dataset: Equatable, Sendable {
  public var name: String
  public var train: LabeledImages
  public var test: LabeledImages
  /// Where the data come from, how they may be used and how they were read, in one line.
  package var note: String
  /// The names of the classes, in the order of their numbers; nil where they have none.
  public var classNames: [String]?
  /// What may not be as it is meant, a line each.
  package var warnings: [String]

  /// Creates a data set from images that are in memory already.
  public init(
    name: String, train: LabeledImages, test: LabeledImages, note: String = "",
    classNames: [String]? = nil, warnings: [String] = []
  ) {
    self.classNames = classNames
    self.warnings = warnings
    self.name = name
    self.train = train
    self.test = test
    self.note = note
  }
}
