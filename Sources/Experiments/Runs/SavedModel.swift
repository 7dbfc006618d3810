import Datasets
import Foundation
import Networks
import Verification

/// A trained model that a user names by its file or by the folder of its run.
///
/// ```swift
/// let model = try SavedModel(path: "runs/mnist-dm-small")
/// print(model.target.perturbation, model.file.network.parameterCount)
/// ```
///
/// It brings together what is known about a model: the network, and from the file's metadata or the
/// run's recipe the data set, the perturbation and the methods that it is to be certified by. For a
/// foreign network, of which nothing is known, standards take their place. Commands that evaluate,
/// certify or attack begin with a value of this type, and so does a training that starts from
/// another network.
public struct SavedModel: Sendable {
  /// The path by which the user names the model, for messages and tables.
  public let name: String
  /// The network with the metadata of its file.
  public let file: ModelFile
  /// The recipe of the model's run; nil for a file by itself.
  public let recipe: Recipe?

  /// Creates a model from a network that is in memory already.
  package init(name: String, file: ModelFile, recipe: Recipe? = nil) {
    self.name = name
    self.file = file
    self.recipe = recipe
  }

  /// Opens the folder of a run, a model file, or an ONNX file, which is recognised by its ending.
  ///
  /// - Parameters:
  ///   - path: The path of the folder or the file.
  ///   - described: What a file without metadata holds, such as a state dict that PyTorch saved;
  ///     nil to rely on the file.
  ///   - output: The name of the output that is meant, for an ONNX file with several.
  /// - Throws: `FormatError` for a file that cannot be read or is no model, ``RecipeError`` for a
  ///   damaged recipe of the run, and ``RunError/noModel(_:failure:)`` for a run of which no epoch
  ///   has ended.
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

  /// Returns the model for images of a shape, with a network that gives logits; nil where the
  /// network takes no images of that shape.
  ///
  /// Where the network takes the pixels as vectors or in another order of the axes, its input is
  /// put in order. A softmax at its end is left out, since margins between logits are what is
  /// bounded.
  ///
  /// - Parameter shape: The shape of an image: [height, width, channels].
  package func taking(images shape: [Int]) -> SavedModel? {
    guard let network = file.network.logits.takingImages(shape) else { return nil }
    var file = file
    file.network = network
    return SavedModel(name: name, file: file, recipe: recipe)
  }

  /// The data set that the model was made for, by its run or its file; nil if neither says so, or
  /// names a set that is not known here.
  package var dataset: DatasetName? {
    recipe?.dataset ?? file.dataset.flatMap(DatasetName.init(rawValue:))
  }

  /// Whether nothing says what the model is to be certified against: a network that was not trained
  /// here.
  package var isForeign: Bool { file.target == nil }

  /// What to certify the model against: what its file says, else the standard of its data set, and
  /// of the digits for an unknown one.
  public var target: CertificationTarget { target(on: dataset ?? .digits) }

  /// Returns what to certify the model against on a data set.
  ///
  /// That is what the model's file says. Else it is the set's standard with CROWN as a last method,
  /// since intervals alone seldom certify a network that was not trained by them.
  package func target(on dataset: DatasetName) -> CertificationTarget {
    if let target = file.target { return target }
    var target = CertificationTarget(for: dataset)
    target.methods.append(.crown())
    return target
  }

  /// How to evaluate the model: by the settings of its run, else by the standard ones.
  package var evaluation: Recipe.Evaluation { evaluation(on: dataset ?? .digits) }

  /// Returns how to evaluate the model on a data set: by the settings of its run, else by the set's
  /// standard with APGD as the attack.
  package func evaluation(on dataset: DatasetName) -> Recipe.Evaluation {
    if let recipe { return recipe.evaluation }
    var evaluation = Recipe(for: dataset).evaluation
    evaluation.attack = .apgd(
      steps: evaluation.attack.steps, restarts: evaluation.attack.restarts)
    return evaluation
  }
}
