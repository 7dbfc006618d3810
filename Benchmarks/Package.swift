// swift-tools-version: 6.2
import PackageDescription

/// The kernels in the harness of ordo-one/benchmark, whose baselines show what a change does to each:
/// `swift package --package-path Benchmarks benchmark`.
let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "crownwork", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Kernels",
      dependencies: [
        .product(name: "Crownwork", package: "crownwork"),
        .product(name: "TensorBenchmarks", package: "crownwork"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Kernels",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
