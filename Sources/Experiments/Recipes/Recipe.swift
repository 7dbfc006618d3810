import Bounds
import Datasets
import Networks
import RobustTraining
import Tensors
import Verification

/// Every setting of an experiment: what is trained, on what, how, and how it is judged.
///
/// Read from YAML by ``init(yaml:file:overrides:)`` and written back, complete, by ``yaml``.
public struct Recipe: Sendable, Equatable {
  public var dataset: DatasetName
  /// A folder with the data; nil for the places that ``DatasetLocator`` searches.
  public var data: String?
  /// What the pictures of ``DatasetName/images`` are turned into.
  public var images = ImageSettings()
  /// Of the training images.
  public var augmentation = Augmentation()
  public var model: Model
  /// The set that the network is certified against.
  public var perturbation: Perturbation
  /// The largest ε of training, of the same norm.
  public var trainEpsilon: Float
  public var objective: Objective
  public var schedule: Schedule
  public var optimizer: Optimizer.Settings
  public var evaluation: Evaluation
  public var seed: UInt64
  /// Training examples kept aside to choose the best epoch by; nil for 5% of them, at most 2,000.
  public var holdout: Int?
  /// Training examples beside those kept aside, drawn at random by the seed; nil for all.
  public var trainExamples: Int?

  /// A network by name, or one to start from.
  public struct Model: Sendable, Equatable {
    public var architecture: Architecture
    /// A run, a model file or an ONNX file whose network and weights training starts from, in place
    /// of a freshly drawn one.
    public var start: String?
    /// Of each channel, subtracted and divided by inside the network; empty for none.
    public var mean: [Float] = []
    public var standardDeviation: [Float] = []
    /// Whether both are taken from the training images; ``Recipe/resolved(for:)`` puts the numbers.
    public var normalizesByData = false

    public init(
      _ architecture: Architecture, mean: [Float] = [], standardDeviation: [Float] = []
    ) {
      self.architecture = architecture
      self.mean = mean
      self.standardDeviation = standardDeviation
    }

    var normalization: Normalization? {
      guard !mean.isEmpty else { return nil }
      return Normalization(
        mean: Tensor(shape: [mean.count], mean),
        standardDeviation: Tensor(shape: [mean.count], standardDeviation))
    }
  }

  /// How the trained network is judged.
  public struct Evaluation: Sendable, Equatable {
    /// Tried in this order on each example.
    public var methods: [BoundMethod]
    public var attack: Attack
    /// The first so many test examples; nil for all.
    public var examples: Int?

    public init(
      methods: [BoundMethod] = [.interval, .crownIBP()],
      attack: Attack = .pgd(), examples: Int? = nil
    ) {
      self.methods = methods
      self.attack = attack
      self.examples = examples
    }
  }

  /// The settings used for a data set where a recipe names none.
  ///
  /// ε is the literature's: 0.3 for MNIST, 0.1 for Fashion-MNIST, 8/255 for CIFAR-10, which is
  /// normalised and augmented too; 0.1 for digits and 2/255 for images of one's own.
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

  /// The standard ramp: one natural epoch, then six tenths of all epochs.
  static func schedule(epochs: Int, batchSize: Int) -> Schedule {
    let start = min(1, epochs - 1)
    return Schedule(
      epochs: epochs, batchSize: batchSize,
      ramp: EpsilonRamp(start: start, length: min(max(epochs * 6 / 10, 0), epochs - start)))
  }
}
