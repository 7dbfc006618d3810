import Networks
import Tensors

/// The mean of the weights at the ends of some epochs (stochastic weight averaging, Izmailov et al.
/// 2018), and the running statistics that BatchNorm layers have with it.
///
/// Weights at the ends of late epochs lie around a flat region of the loss, and their mean tends to
/// do better on new data than each of them. A ``TrainingRun`` begins an average at the end of the
/// epoch that ``Optimizer/Settings/averageFrom`` names, adds to it after each later epoch, and
/// gives the averaged network to selection and to whoever saves the model.
///
/// The layers' running statistics belong to the weights they were collected with, so the mean of
/// statistics would be wrong for the mean of weights. They are renewed by clean passes instead.
struct WeightAverage: Sendable {
  /// The mean of each parameter, in the network's order.
  private(set) var values: [Tensor]
  /// The number of epochs in the mean.
  private(set) var count: Int
  /// The running statistics of the BatchNorm layers with the mean weights, in the layers' order;
  /// empty until ``renewStatistics(of:on:)`` was called.
  private(set) var statistics: [RunningStatistics] = []

  /// Restores an average from a checkpoint.
  init(values: [Tensor], count: Int, statistics: [RunningStatistics]) {
    (self.values, self.count, self.statistics) = (values, count, statistics)
  }

  /// Begins a mean with the parameters at the end of one epoch.
  init(_ values: [Tensor]) { (self.values, count) = (values, 1) }

  /// Takes the parameters at the end of one more epoch into the mean:
  /// `mean ← mean + (value − mean) / n`, with n the number of epochs including this one.
  mutating func add(_ more: [Tensor]) {
    count += 1
    let share = 1 / Float(count)
    // The difference is scaled, not the sum: the mean stays of the size of the values for any n.
    values = zip(values, more).map { mean, value in mean + (value - mean) * share }
  }

  /// Returns the network with the mean weights and the statistics that belong to them.
  ///
  /// - Parameter network: The network that the weights are of; the parameters that it has do not
  ///   matter.
  func applied(to network: Network) -> Network {
    network.withParameters(values).withRunningStatistics(statistics)
  }

  /// Collects the running statistics of the averaged network from clean passes over some batches.
  ///
  /// They start from those of `network` and move by BatchNorm's momentum with each batch, so enough
  /// batches leave hardly anything of the start. Without BatchNorm nothing is computed.
  ///
  /// - Parameter batches: Images, [count, height, width, channels] each; taken lazily, one at a
  ///   time.
  mutating func renewStatistics(of network: Network, on batches: some Sequence<Tensor>) {
    statistics = network.runningStatistics
    guard network.usesBatchStatistics else { return }
    for images in batches {
      statistics = applied(to: network).withStatistics(of: images).running
    }
  }
}
