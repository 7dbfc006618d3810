// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors where `script/test` asks for it (see CONTRIBUTING.md).
let strict: [SwiftSetting] =
  Context.environment["CROWNWORK_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
  name: "crownwork",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Crownwork", targets: ["Crownwork"]),
    .library(name: "TensorBenchmarks", targets: ["TensorBenchmarks"]),
    .executable(name: "crownwork", targets: ["CrownworkTool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // Only `swift package generate-documentation` builds it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CThreads"),
    .target(name: "CKernels"),
    .target(
      name: "CImages", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("turbojpeg")]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "Relaxations",
      dependencies: [.product(name: "RealModule", package: "swift-numerics")],
      swiftSettings: strict),
    .target(
      name: "Tensors", dependencies: ["CKernels", "COneDNN", "CThreads", "Relaxations"],
      swiftSettings: strict),
    .target(
      name: "TensorBenchmarks", dependencies: ["COneDNN", "Tensors"], swiftSettings: strict),
    .target(name: "Networks", dependencies: ["Tensors"], swiftSettings: strict),
    .target(name: "Bounds", dependencies: ["Networks"], swiftSettings: strict),
    .target(
      name: "Formats",
      dependencies: [
        "Networks", "CImages", "CZlib",
        .target(name: "CCrypto", condition: .when(platforms: [.linux])),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: strict),
    .target(name: "Datasets", dependencies: ["Formats"], swiftSettings: strict),
    // The package Checker's target, which has no dependencies and shares no code with the rest.
    .target(name: "Checker", path: "Checker/Sources/Checker", swiftSettings: strict),
    .target(
      name: "Verification", dependencies: ["Bounds", "Checker", "Datasets"],
      swiftSettings: strict),
    .target(
      name: "RobustTraining",
      dependencies: [
        "Verification", .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .target(
      name: "Experiments", dependencies: ["RobustTraining", "TensorBenchmarks", "Yams"],
      swiftSettings: strict),
    // All modules that it shows, since the documentation links to direct dependencies only.
    .target(
      name: "Crownwork",
      dependencies: [
        "Relaxations", "Tensors", "Networks", "Bounds", "Formats", "Datasets", "Verification",
        "RobustTraining", "Experiments",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "CrownworkTool",
      dependencies: [
        "Checker", "Crownwork", "TensorBenchmarks",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .testTarget(
      name: "CheckerTests", dependencies: ["Checker"], path: "Checker/Tests/CheckerTests",
      swiftSettings: strict),
    .target(
      name: "_TestSupport", dependencies: ["Bounds", "Formats"], path: "Tests/_TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "RelaxationsTests", dependencies: ["Tensors"], swiftSettings: strict),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"], swiftSettings: strict),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "_TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "BoundsTests", dependencies: ["Verification", "_TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FormatsTests", dependencies: ["Datasets", "_TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "_TestSupport"], swiftSettings: strict),
    // The networks of these two are trained by recipes.
    .testTarget(
      name: "VerificationTests", dependencies: ["Checker", "Experiments", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RobustTrainingTests", dependencies: ["Experiments", "_TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ExperimentsTests", dependencies: ["Experiments", "_TestSupport"],
      swiftSettings: strict),
    // Sees what a user of the package sees: public declarations only.
    .testTarget(
      name: "CrownworkTests", dependencies: ["Crownwork"], packageAccess: false,
      swiftSettings: strict),
    .testTarget(
      name: "CrownworkToolTests", dependencies: ["CrownworkTool", "Crownwork", "_TestSupport"],
      swiftSettings: strict),
  ]
)
