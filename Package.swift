// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors where `script/test` asks for it (see CONTRIBUTING.md).
let strict: [SwiftSetting] =
  Context.environment["CROWNWORK_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
  name: "crownwork",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
  ],
  targets: [
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "Tensors", dependencies: ["COneDNN"], swiftSettings: strict),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "Formats",
      dependencies: ["CZlib", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"], swiftSettings: strict),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats"], exclude: ["Fixtures"],
      swiftSettings: strict),
  ]
)
