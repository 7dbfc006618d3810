import Networks
import Tensors

/// The mean of the weights at the ends of some epochs (stochastic weight averaging, Izmailov et al.
/// 2018), and the running statistics that BatchNorm layers have with it.
struct WeightAverage: Sendable {
  private(set) var values: [Tensor]
  /// Epochs in the mean.
  private(set) var count: Int
  private(set) var statistics: [RunningStatistics] = []

  init(values: [Tensor], count: Int, statistics: [RunningStatistics]) {
    (self.values, self.count, self.statistics) = (values, count, statistics)
  }

  /// The mean of one.
  init(_ values: [Tensor]) { (self.values, count) = (values, 1) }

  mutating func add(_ more: [Tensor]) {
    count += 1
    let share = 1 / Float(count)
    values = zip(values, more).map { mean, value in mean + (value - mean) * share }
  }

  /// The network with the mean weights.
  func applied(to network: Network) -> Network {
    network.withParameters(values).withRunningStatistics(statistics)
  }

  /// Takes the statistics from clean passes over batches, starting from the network's.
  mutating func renewStatistics(of network: Network, on batches: some Sequence<Tensor>) {
    statistics = network.runningStatistics
    guard network.usesBatchStatistics else { return }
    for images in batches {
      statistics = applied(to: network).withStatistics(of: images).running
    }
  }
}
