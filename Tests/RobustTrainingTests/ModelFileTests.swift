import Bounds
import Formats
import Foundation
import Networks
import RobustTraining
import Tensors
import Testing

/// Networks come back from disk as they were, and nothing else comes back as a network.
@Suite struct ModelFileTests {
  private static let architectures: [Architecture] = [
    .cnn2Layer(width: 1, hidden: 8), .cnn3Layer(kernel: 3, width: 1, hidden: 8), .dmSmall,
    .mlp(hidden: [9, 4]),
  ]

  @Test(arguments: architectures)
  func savedNetworksLoadWithTheSameBits(architecture: Architecture) throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("m.safetensors")
      let normalization = Normalization(
        mean: Tensor(shape: [1], [0.5]), standardDeviation: Tensor(shape: [1], [0.25]))
      let network = try architecture.network(
        input: [28, 28, 1], seed: 3, normalization: normalization)
      let target = CertificationTarget(
        perturbation: .linf(epsilon: 8 / 255, within: 0...1),
        methods: [.interval, .crown(slope: .zero), .alphaCROWN(slope: .zero)])
      try ModelFile(network, dataset: "mnist", target: target, epoch: 4).write(to: url)
      let loaded = try ModelFile(contentsOf: url)
      #expect(loaded.network.architecture == architecture)
      #expect(loaded.network.stateDict == network.stateDict)
      #expect(loaded.target == target && loaded.dataset == "mnist" && loaded.epoch == 4)
    }
  }

  @Test func aPlainStateDictNeedsItsArchitecture() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("plain.safetensors")
      let network = try Architecture.cnn2Layer(width: 1, hidden: 8).network(input: [8, 8, 1])
      var file = SafetensorsFile(
        arrays: network.stateDict.mapValues {
          SafetensorsArray(shape: $0.shape, scalars: $0.scalars)
        }, metadata: ["format": "pt"])
      try file.write(to: url)
      expect(url, "does not say its architecture")
      let described = ModelFile.Description(.cnn2Layer(width: 1, hidden: 8), input: [8, 8, 1])
      let loaded = try ModelFile(contentsOf: url, described: described)
      #expect(loaded.network.stateDict == network.stateDict)

      let huge = ModelFile.Description(
        .mlp(hidden: [65_536, 65_536]), input: [8, 8, 1])
      expect(url, "choose smaller sizes", huge)
      let kept = file.arrays
      file.arrays["0.weight"] = nil
      try file.write(to: url)
      expect(url, "tensors missing: 0.weight", described)
      file.arrays = kept
      file.arrays["9.bias"] = SafetensorsArray(shape: [1], scalars: [0])
      try file.write(to: url)
      expect(url, "tensors the architecture does not have: 9.bias", described)
      file.arrays = kept
      file.arrays["0.bias"] = SafetensorsArray(shape: [2], scalars: [0, 0])
      try file.write(to: url)
      expect(url, "tensor 0.bias has shape [2], the architecture needs [4]", described)
      file.arrays["0.bias"] = SafetensorsArray(shape: [4], scalars: [0, .nan, 0, 0])
      try file.write(to: url)
      expect(url, "tensor 0.bias holds NaN or infinity", described)
    }
  }

  @Test(arguments: [
    ("{}", "is missing or damaged"),
    (
      #"{"architecture":"vgg","options":{},"input":[8,8,1],"classes":10}"#,
      "no architecture is named \"vgg\""
    ),
    (
      #"{"architecture":"mlp","options":{"hidden":[-3]},"input":[8,8,1],"classes":10}"#,
      "every size must be between 1 and 65536"
    ),
    (
      #"{"architecture":"mlp","options":{"hidden":[65536,65536]},"input":[8,8,1],"classes":10}"#,
      "choose smaller sizes"
    ),
    (
      #"{"architecture":"mlp","options":{},"input":[65536,65536,65536],"classes":10}"#,
      "choose smaller images"
    ),
    (
      #"{"architecture":"mlp","options":{},"input":[8],"classes":10}"#,
      "needs images [height, width, channels]"
    ),
    (
      """
      {"architecture":"mlp","options":{},"input":[8,8,1],"classes":10,\
      "certify":{"methods":["ibp"],"slope":"adaptive","norm":"linf","epsilon":-1}}
      """, "epsilon must be a finite number"
    ),
  ])
  func lyingMetadataAreRefused(json: String, text: String) throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("m.safetensors")
      let metadata = ["format": "crownwork model 1", "crownwork": json]
      try SafetensorsFile(metadata: metadata).write(to: url)
      expect(url, text)
    }
  }

  private func expect(
    _ url: URL, _ text: String, _ described: ModelFile.Description? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) {
      try ModelFile(contentsOf: url, described: described)
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(
      line.hasPrefix(url.path) && line.contains(text), "\(line)", sourceLocation: sourceLocation)
    #expect(!line.contains("\n"), sourceLocation: sourceLocation)
  }
}
