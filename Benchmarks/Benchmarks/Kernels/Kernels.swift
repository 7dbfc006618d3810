import Benchmark
import Crownwork
import TensorBenchmarks

/// Every kernel of `crownwork bench`, on one thread.
let benchmarks: @Sendable () -> Void = {
  Threads.use(1)
  for kernel in KernelBenchmark.all {
    Benchmark(
      kernel.name, configuration: .init(metrics: [.wallClock, .instructions], warmupIterations: 3)
    ) { benchmark in
      for _ in benchmark.scaledIterations { kernel.run() }
    }
  }
}
