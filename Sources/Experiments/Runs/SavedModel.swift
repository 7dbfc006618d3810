import Datasets
import Foundation
import Networks
import Verification

/// A model that a user names by its file or by the folder of its run.
public struct SavedModel: Sendable {
  /// What the user called it.
  public let name: String
  public let file: ModelFile
  /// The recipe of its run; nil for a file by itself.
  public let recipe: Recipe?

  package init(name: String, file: ModelFile, recipe: Recipe? = nil) {
    self.name = name
    self.file = file
    self.recipe = recipe
  }

  /// Opens a run's folder, a model file, or an ONNX file (by its ending).
  ///
  /// Throws ``FormatError``, ``RecipeError``, and ``RunError/noModel(_:)`` for a run that has none
  /// yet.
  ///
  /// - Parameter output: The name of the output that is meant, for an ONNX file with several.
  public init(
    path: String, described: ModelFile.Description? = nil, output: String? = nil
  ) throws {
    let url = URL(fileURLWithPath: path)
    guard RunFolder.exists(at: url) else {
      self.init(
        name: path, file: try ModelFile(contentsOf: url, described: described, output: output))
      return
    }
    let model = RunFolder.modelURL(in: url)
    guard FileManager.default.fileExists(atPath: model.path) else {
      throw RunError.noModel(path, failure: RunFolder.failure(in: url))
    }
    self.init(
      name: path, file: try ModelFile(contentsOf: model, described: described, output: output),
      recipe: try RunFolder(opening: url).recipe)
  }

  /// The model for images [H, W, C]: its network takes them, with its input put in order where it
  /// takes them in another form, and gives logits; nil where it takes none of that shape.
  package func taking(images shape: [Int]) -> SavedModel? {
    guard let network = file.network.logits.takingImages(shape) else { return nil }
    var file = file
    file.network = network
    return SavedModel(name: name, file: file, recipe: recipe)
  }

  /// The data set it was made for, if anything says so.
  package var dataset: DatasetName? {
    recipe?.dataset ?? file.dataset.flatMap(DatasetName.init(rawValue:))
  }

  /// Whether nothing says what it is to be certified against: a network that was not trained here.
  package var isForeign: Bool { file.target == nil }

  /// How to certify it: what the model says, else the standard of its data set.
  public var target: CertificationTarget { target(on: dataset ?? .digits) }

  /// How to certify it on a data set: what the model says, else the set's standard, with CROWN as the
  /// last method, since intervals alone seldom certify a network that was not trained by them.
  package func target(on dataset: DatasetName) -> CertificationTarget {
    if let target = file.target { return target }
    var target = CertificationTarget(for: dataset)
    target.methods.append(.crown())
    return target
  }

  /// How to evaluate it: its run's settings, else the standard ones.
  package var evaluation: Recipe.Evaluation { evaluation(on: dataset ?? .digits) }

  /// How to evaluate it on a data set: its run's settings, else the set's standard, by APGD.
  package func evaluation(on dataset: DatasetName) -> Recipe.Evaluation {
    if let recipe { return recipe.evaluation }
    var evaluation = Recipe(for: dataset).evaluation
    evaluation.attack = .apgd(
      steps: evaluation.attack.steps, restarts: evaluation.attack.restarts)
    return evaluation
  }
}
