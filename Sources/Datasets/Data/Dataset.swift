import Foundation

/// A data set in memory: images to train on and images to test with, with what is known about them.
///
/// ```swift
/// let data = try Dataset.mnist()
/// print(data.train.count, data.test.count)  // 60000 10000
/// ```
///
/// A data set comes from ``load(_:folder:environment:fetch:mirror:images:report:)``, which looks it
/// up by name, from `init(contentsOf:name:classes:note:)` for files of MNIST's form, or from
/// arrays of bytes that a program has already. Training takes ``train`` and keeps a part of it
/// aside to choose the best epoch by; evaluation takes ``test``. No part of the package trains on
/// ``test`` or chooses anything by it.
///
/// All images are bytes, and they stay bytes until a batch is made of them
/// (``LabeledImages/batch(_:)``). What had to be converted on the way, such as floating-point
/// arrays or pictures of another size, is said in `note`, and what looks like a mistake of the
/// user is said in `warnings`.
///
/// The readers of this module guarantee that both parts have images of one size and the same number
/// of classes. The initializer below, which takes parts as they are, does not check it.
public struct Dataset: Equatable, Sendable {
  /// The name by which the set was loaded, such as `mnist`; a model file keeps it, so that a model
  /// can later be evaluated on the same data.
  public var name: String
  /// The images to train on, including those that a run keeps aside to choose the best epoch by.
  public var train: LabeledImages
  /// The images to test with, on which errors are reported.
  ///
  /// Test pictures in class folders are put into a random but fixed order, so that the first ones,
  /// on which a quick evaluation may look alone, are of all classes.
  public var test: LabeledImages
  /// Where the data come from, how they may be used and how they were read, in one line; the parts
  /// are separated by semicolons.
  package var note: String
  /// The names of the classes, in the order of their numbers; nil where the classes have no names
  /// but their numbers.
  ///
  /// Only pictures in class folders have names, which are those of the folders.
  public var classNames: [String]?
  /// What may not be as the user means it, a line each: classes without images, pixels that were
  /// rounded, images that are nearly black.
  ///
  /// A warning never keeps data from being used. What certainly is wrong is refused with a
  /// ``FormatError`` instead.
  package var warnings: [String]

  /// Creates a data set from images that are in memory already.
  ///
  /// - Parameters:
  ///   - name: The name that runs and model files record.
  ///   - train: The images to train on.
  ///   - test: The images to test with, of the same size and number of classes; this is not checked
  ///     here.
  ///   - note: The origin and licence of the data, in one line.
  ///   - classNames: A name for each class, in the order of the classes' numbers.
  ///   - warnings: Lines that a program should show to its user.
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
