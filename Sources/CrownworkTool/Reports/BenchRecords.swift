import Crownwork
import Foundation
import TensorBenchmarks

/// A line of the benchmark, as JSON and as text.
protocol BenchRecord: Encodable {
  var text: String { get }
}

struct MachineRecord: BenchRecord {
  let threads: Int
  let oneDNN: String
  let matrixProductGflops: Double
  let copyGigabytesPerSecond: Double

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

struct KernelRecord: BenchRecord {
  let kernel: String
  let milliseconds: Double
  /// Of the machine's matrix product or copy, measured right before.
  let fraction: Double
  let gflops: Double?
  let gigabytesPerSecond: Double

  init(_ kernel: KernelBenchmark) {
    let limit =
      kernel.flops > 0
      ? MachineRates.matrixFlops / MachineRates.secondsOfMatrixProduct() : MachineRates.copyRate()
    // A thread's own flops and bytes, times the threads that work at once.
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

struct StepRecord: BenchRecord {
  let model, method: String
  let batch: Int
  let threads: Int
  let milliseconds, gflops, peakMegabytes: Double
  let fractionOfMatrixRate: Double?

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

struct CertificationRecord: BenchRecord {
  let model, method: String
  let examples: Int
  let imagesPerSecond: Double

  static let header = row("certification", "images", "images/s")

  var text: String {
    Self.row("\(model), \(method)", "\(examples)", String(format: "%.0f", imagesPerSecond))
  }

  private static func row(_ cells: String...) -> String { Columns.row(cells, [44, 9, 12]) }
}

/// Columns of fixed widths, for tables that are printed line by line.
private enum Columns {
  /// The first cell to the left, the others to the right.
  static func row(_ cells: [String], _ widths: [Int]) -> String {
    zip(cells, widths).enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
      return index == 0 ? cell.0 + space : space + cell.0
    }.joined()
  }
}
