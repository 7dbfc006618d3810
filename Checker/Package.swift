// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors where `script/test` asks for it, as in the package around this one.
let strict: [SwiftSetting] =
  Context.environment["CROWNWORK_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
  name: "certificate-check",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Checker", targets: ["Checker"]),
    .executable(name: "certificate-check", targets: ["certificate-check"]),
  ],
  targets: [
    .target(name: "Checker", swiftSettings: strict),
    .executableTarget(
      name: "certificate-check", dependencies: ["Checker"], swiftSettings: strict),
    .testTarget(name: "CheckerTests", dependencies: ["Checker"], swiftSettings: strict),
  ]
)
