// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "crownwork", path: "..")],
  targets: [
    .executableTarget(
      name: "Steps", dependencies: [.product(name: "Crownwork", package: "crownwork")])
  ]
)
