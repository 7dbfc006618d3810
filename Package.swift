// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors where `script/test` asks for it (see CONTRIBUTING.md).
let strict: [SwiftSetting] =
  Context.environment["CROWNWORK_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
  name: "crownwork",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1")
  ],
  targets: [
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(
      name: "Tensors",
      dependencies: ["COneDNN", .product(name: "RealModule", package: "swift-numerics")],
      swiftSettings: strict),
    .target(name: "Networks", dependencies: ["Tensors"], swiftSettings: strict),
    .target(name: "Bounds", dependencies: ["Networks"], swiftSettings: strict),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"], swiftSettings: strict),
  ]
)
