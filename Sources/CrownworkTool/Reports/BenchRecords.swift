import Crownwork
import Foundation
import TensorBenchmarks

/// A row of the benchmark's output, which is both a line of JSON and a line of text.
///
/// Rows are printed as soon as they are measured, so their columns have fixed widths.
protocol BenchRecord: Encodable {
  /// The row as text, without a line end.
  var text: String { get }
}

/// The speeds that the machine reaches on the two things of which all kernels are made.
///
/// - `matrixProductGflops`: 10⁹ floating-point operations per second in a product of two 2,048 ×
///   2,048 matrices, the median of five;
/// - `copyGigabytesPerSecond`: 10⁹ bytes read and written per second where a tensor of 128 MB is
///   scaled into another, the best of five.
struct MachineRecord: BenchRecord {
  let threads: Int
  let oneDNN: String
  let matrixProductGflops: Double
  let copyGigabytesPerSecond: Double

  /// Measures the machine on all threads in use.
  static func measured() -> MachineRecord {
    let product = median((0..<5).map { _ in MachineRates.secondsOfMatrixProduct() })
    return MachineRecord(
      threads: Threads.count, oneDNN: MachineRates.libraryVersion,
      matrixProductGflops: MachineRates.matrixFlops / product / 1e9,
      copyGigabytesPerSecond: MachineRates.copyRate() / 1e9)
  }

  var text: String {
    String(
      format: "%d threads, oneDNN %@: matrix product %.0f GFLOP/s, copy %.1f GB/s", threads, oneDNN,
      matrixProductGflops, copyGigabytesPerSecond)
  }
}

/// The speed of one kernel, run on all threads at once as training uses it.
///
/// The columns are: `ms`, the time of one run; `GFLOP/s` and `GB/s`, what all threads together
/// compute and move in that time, the former "–" for kernels that only move data; `of the
/// machine's`, the fraction of the machine's matrix product or copy.
struct KernelRecord: BenchRecord {
  /// The kernel's name and its size.
  let kernel: String
  /// The time of one run, while every thread does one.
  let milliseconds: Double
  /// The fraction of the rate of the machine's matrix product, or of its copy for a kernel that
  /// only moves data; that rate is measured right before, since clocks and neighbours change.
  let fraction: Double
  /// 10⁹ floating-point operations per second of all threads; nil for a kernel that only moves
  /// data.
  let gflops: Double?
  /// 10⁹ bytes per second that all threads read and write.
  let gigabytesPerSecond: Double

  /// Measures the machine's rate and then the kernel.
  init(_ kernel: KernelBenchmark) {
    let limit =
      kernel.flops > 0
      ? MachineRates.matrixFlops / MachineRates.secondsOfMatrixProduct() : MachineRates.copyRate()
    // The kernel's flops and bytes are those of one thread, and all threads work at once: what they
    // do together takes as long as a thread would need for its part at this many times the speed.
    let seconds = kernel.seconds() / Double(Threads.count)
    self.kernel = kernel.name
    milliseconds = seconds * Double(Threads.count) * 1e3
    gflops = kernel.flops > 0 ? kernel.flops / seconds / 1e9 : nil
    gigabytesPerSecond = kernel.bytes / seconds / 1e9
    fraction = (kernel.flops > 0 ? kernel.flops : kernel.bytes) / seconds / limit
  }

  static let header = row("kernel", "ms", "GFLOP/s", "GB/s", "of the machine's")

  var text: String {
    Self.row(
      kernel, String(format: "%.2f", milliseconds),
      gflops.map { String(format: "%.0f", $0) } ?? "–",
      String(format: "%.1f", gigabytesPerSecond), String(format: "%.0f%%", fraction * 100))
  }

  private static func row(_ cells: String...) -> String { Columns.row(cells, [38, 9, 9, 9, 18]) }
}

/// The speed of a training step.
///
/// The columns are: the model and the objective; `batch`, the examples in a step; `ms`, the median
/// time of a step; `GFLOP`, the floating-point operations of a step; `of matrix product`, the
/// fraction of the machine's rate at which they are done; `peak MB`, the most memory of tensors.
struct StepRecord: BenchRecord {
  /// The names of the architecture and of the objective.
  let model, method: String
  let batch: Int
  let threads: Int
  /// The median time of a step, the floating-point operations of a step in 10⁹, and the most bytes
  /// of tensors in 10⁶.
  let milliseconds, gflops, peakMegabytes: Double
  /// The median, over pairs of a step and a matrix product measured right before it, of the
  /// fraction of the product's rate; nil with `--alone`.
  let fractionOfMatrixRate: Double?

  /// Makes the record of a measured step.
  init(_ model: String, _ method: String, _ batch: Int, _ result: StepBenchmark.Result) {
    (self.model, self.method, self.batch) = (model, method, batch)
    threads = Threads.count
    milliseconds = result.secondsPerStep * 1e3
    gflops = result.flops / 1e9
    fractionOfMatrixRate = result.fractionOfMatrixRate
    peakMegabytes = Double(result.peakBytes) / 1e6
  }

  static let header = row(
    "training step", "batch", "ms", "GFLOP", "of matrix product", "peak MB")

  var text: String {
    Self.row(
      "\(model), \(method)", "\(batch)", String(format: "%.2f", milliseconds),
      String(format: "%.2f", gflops),
      fractionOfMatrixRate.map { String(format: "%.0f%%", $0 * 100) } ?? "–",
      String(format: "%.0f", peakMegabytes))
  }

  private static func row(_ cells: String...) -> String {
    Columns.row(cells, [36, 7, 10, 9, 19, 9])
  }
}

/// The speed of certification by one method: `images` is the number of examples, and `images/s` the
/// rate of those that the network answers rightly, since the others need no bounds.
struct CertificationRecord: BenchRecord {
  /// The model as the user named it, and the method.
  let model, method: String
  /// The number of examples in the range.
  let examples: Int
  /// Examples with a right answer, per second.
  let imagesPerSecond: Double

  static let header = row("certification", "images", "images/s")

  var text: String {
    Self.row("\(model), \(method)", "\(examples)", String(format: "%.0f", imagesPerSecond))
  }

  private static func row(_ cells: String...) -> String { Columns.row(cells, [44, 9, 12]) }
}

/// Columns of fixed widths, for tables that are printed line by line.
private enum Columns {
  /// Returns a row with the first cell aligned to the left and the others to the right. A cell that
  /// is too long moves those behind it.
  static func row(_ cells: [String], _ widths: [Int]) -> String {
    zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
      return index == 0 ? cell.0 + space : space + cell.0
    }.joined()
  }
}
