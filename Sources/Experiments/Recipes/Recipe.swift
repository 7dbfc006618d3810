import Bounds
import Datasets
import Networks
import RobustTraining
import Tensors
import Verification

/// Every setting of an experiment: what is trained, on what, how, and how the result is judged.
///
/// ```swift
/// let recipe = try Recipe(
///   yaml: """
///     dataset: digits
///     objective: { name: crown-ibp, margins: fused }
///     schedule: { epochs: 10, ramp: { start: 1, length: 5 } }
///     """)
/// let data = try recipe.loadDataset()
/// var run = try recipe.run(on: data)
/// try run.train()
/// let report = try run.network.evaluate(
///   on: data.test, target: recipe.target, attack: recipe.evaluation.attack)
/// ```
///
/// A recipe is a plain value. It is read from YAML by ``init(yaml:file:overrides:)`` or
/// ``init(contentsOf:overrides:)``, put together from settings by `init(_:)`, or changed in
/// Swift; ``yaml`` writes it back completely. From it follow the data
/// (``loadDataset(fetch:report:)``), the network (`network(for:)`), the plan of the training
/// (``plan``) and the target of the certification (``target``).
///
/// Some settings depend on the data, such as how many examples are held out. `resolved(for:)`
/// decides them, and a run records the recipe in that form, so that nothing about it depends on
/// defaults that may change later.
///
/// Recipes that come from text have been checked setting by setting. One that was changed in Swift
/// is checked when it is resolved and when its run begins.
public struct Recipe: Sendable, Equatable {
  /// The data set that the network is trained and judged on.
  public var dataset: DatasetName
  /// The path of a folder with the data; nil for the places that `DatasetLocator` searches.
  ///
  /// Paths in a recipe that was read are absolute where that is possible, so that its run finds its
  /// data from any folder.
  public var data: String?
  /// What pictures are turned into and how arrays are read, for `DatasetName.images`.
  public var images = ImageSettings()
  /// Random changes of the images that are trained on; held-out and test images are never changed.
  public var augmentation = Augmentation()
  /// The network to train.
  public var model: Model
  /// The set around each image that the network is certified against and attacked within. Its ε is
  /// in raw units, pixels in [0, 1].
  public var perturbation: Perturbation
  /// The largest ε of training, in the norm and domain of ``perturbation``.
  ///
  /// The literature often trains with a somewhat larger ε than it certifies; the best epoch is
  /// still chosen by that of ``perturbation``.
  public var trainEpsilon: Float
  /// What training minimises.
  public var objective: Objective
  /// The number of epochs, the size of batches, and how ε grows.
  public var schedule: Schedule
  /// What turns gradients into updates.
  ///
  /// The constants β₁, β₂ and ε of Adam have no settings in the table, so text does not carry them:
  /// a recipe that is written and read back has their usual values.
  public var optimizer: Optimizer.Settings
  /// How the trained network is judged.
  public var evaluation: Evaluation
  /// The number that decides everything random: initial weights, the order of the data, the
  /// held-out examples, augmentation and the attacks in training.
  public var seed: UInt64
  /// The number of training examples kept aside to choose the best epoch by; nil for 5% of them, at
  /// most 2,000.
  public var holdout: Int?
  /// The number of examples to train on, drawn at random by the seed from those that are not held
  /// out; nil for all.
  public var trainExamples: Int?

  /// The network of a recipe: an architecture by name, or a network to start from.
  ///
  /// With a ``start``, everything else comes from that network; ``architecture`` and the
  /// normalisation are not used then.
  public struct Model: Sendable, Equatable {
    /// The architecture, whose weights are drawn by the recipe's seed.
    public var architecture: Architecture
    /// The path of a run, a model file or an ONNX file whose network and weights training starts
    /// from, in place of a freshly drawn one.
    public var start: String?
    /// The number for each channel, in the units of pixels in [0, 1], that the network subtracts
    /// from its input; empty for none.
    ///
    /// Normalisation is a layer of the network, so that ε stays in raw units.
    public var mean: [Float] = []
    /// The number for each channel that the network divides its input by, after the subtraction; as
    /// many as in ``mean``.
    public var standardDeviation: [Float] = []
    /// Whether both are taken from the training images; `Recipe.resolved(for:)` puts the numbers
    /// in place and sets this to false.
    public var normalizesByData = false

    /// Describes a freshly drawn network of an architecture.
    ///
    /// - Parameters:
    ///   - architecture: The architecture with its sizes.
    ///   - mean: The number for each channel that is subtracted; empty for no normalisation.
    ///   - standardDeviation: The number for each channel that is divided by; as many as in `mean`.
    public init(
      _ architecture: Architecture, mean: [Float] = [], standardDeviation: [Float] = []
    ) {
      self.architecture = architecture
      self.mean = mean
      self.standardDeviation = standardDeviation
    }

    /// The layer that normalises; nil where there are no means.
    var normalization: Normalization? {
      guard !mean.isEmpty else { return nil }
      return Normalization(
        mean: Tensor(shape: [mean.count], mean),
        standardDeviation: Tensor(shape: [mean.count], standardDeviation))
    }
  }

  /// How a trained network is judged: by certificates, and by an attack that shows how much more
  /// they could reach.
  public struct Evaluation: Sendable, Equatable {
    /// The methods that bound the margins, tried in this order on each example until one certifies
    /// it; usually from fast to tight.
    public var methods: [BoundMethod]
    /// The attack that looks for a misclassified point in the perturbation set of each example.
    public var attack: Attack
    /// The number of test examples, taken from the beginning of the test data; nil for all.
    public var examples: Int?

    /// Creates the settings of an evaluation.
    ///
    /// - Parameters:
    ///   - methods: The methods, in the order in which they are tried.
    ///   - attack: The attack.
    ///   - examples: The number of test examples; nil for all.
    public init(
      methods: [BoundMethod] = [.interval, .crownIBP()],
      attack: Attack = .pgd(), examples: Int? = nil
    ) {
      self.methods = methods
      self.attack = attack
      self.examples = examples
    }
  }

  /// Creates the recipe that counts for a data set where nothing else is asked for.
  ///
  /// It trains cnn-2layer by CROWN-IBP, with β from 1 to 0, in ℓ∞ within [0, 1]. ε is the
  /// literature's: 0.3 for MNIST, 0.1 for Fashion-MNIST, 8/255 for CIFAR-10, which is normalised
  /// and augmented too; it is 0.1 for digits and 2/255 for the user's own images. Training takes 20
  /// epochs (digits 40), far fewer than in publications: it is meant for a first certificate, not
  /// for the best one.
  ///
  /// A recipe that is read begins with these values and changes what its text says.
  public init(for dataset: DatasetName = .digits) {
    let small = dataset == .digits
    let epsilon: Float =
      switch dataset {
      case .digits, .fashionMNIST: 0.1
      case .mnist: 0.3
      case .cifar10: 8 / 255
      case .images: 2 / 255
      }
    self.dataset = dataset
    model = Model(.cnn2Layer(width: small ? 4 : 1, hidden: 128))
    perturbation = .linf(epsilon: epsilon, within: 0...1)
    trainEpsilon = epsilon
    objective = .crownIBP()
    schedule = Self.schedule(epochs: small ? 40 : 20, batchSize: small ? 32 : 256)
    optimizer = Optimizer.Settings(
      learningRate: small ? 5e-3 : 1e-3, decay: .afterRamp(every: 10, factor: 0.5))
    evaluation = Evaluation(
      attack: .pgd(steps: 50, restarts: small ? 5 : 1))
    seed = 0
    guard dataset == .cifar10 else { return }
    model.mean = [0.4914, 0.4822, 0.4465]
    model.standardDeviation = [0.2023, 0.1994, 0.2010]
    augmentation = Augmentation(flip: true, crop: 4)
  }

  /// Returns the standard schedule: one epoch without perturbation, then a linear ramp of six
  /// tenths of all epochs, as far as it fits.
  ///
  /// - Parameters:
  ///   - epochs: The number of all epochs, at least one.
  ///   - batchSize: The number of examples in a batch.
  static func schedule(epochs: Int, batchSize: Int) -> Schedule {
    // With a single epoch there is no room for one at ε = 0.
    let start = min(1, epochs - 1)
    return Schedule(
      epochs: epochs, batchSize: batchSize,
      ramp: EpsilonRamp(start: start, length: min(max(epochs * 6 / 10, 0), epochs - start)))
  }
}
