import Bounds
import Experiments
import Formats
import Foundation
import Networks
import Tensors
import Testing
import Verification
import _TestSupport

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

  /// What DataParallel, torch.compile and modules that hold the network put before every name.
  @Test(arguments: ["module.", "_orig_mod.", "module._orig_mod.", "model."])
  func sharedPrefixesAreTakenOff(prefix: String) throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("plain.safetensors")
      let network = try Architecture.cnn7BN(width: 1, hidden: 4).network(input: [32, 32, 1])
      var arrays = network.stateDict.map { name, value in
        (prefix + name, SafetensorsArray(shape: value.shape, scalars: value.scalars))
      }
      let counter = arrays.first { $0.0.hasSuffix("running_mean") }!.0
        .replacingOccurrences(of: "running_mean", with: "num_batches_tracked")
      arrays.append((counter, SafetensorsArray(shape: [], scalars: [7])))
      try SafetensorsFile(arrays: Dictionary(uniqueKeysWithValues: arrays)).write(to: url)
      let described = ModelFile.Description(
        .cnn7BN(width: 1, hidden: 4), input: [32, 32, 1])
      let loaded = try ModelFile(contentsOf: url, described: described)
      #expect(loaded.network.stateDict == network.stateDict)
      let other = SafetensorsArray(shape: [1], scalars: [0])
      try SafetensorsFile(arrays: ["\(prefix)fc.bias": other]).write(to: url)
      let mlp = ModelFile.Description(.mlp(hidden: [3]), input: [2, 2, 1])
      expect(url, "tensors missing: 1.weight, 1.bias", mlp)
      expect(url, "it holds \(prefix)fc.bias [1]", mlp)
    }
  }

  /// What torch.save(…, _use_new_zipfile_serialization=False) of PyTorch 2.13 wrote.
  private static let mlp = """
    gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5x
    AohYCgAAAHR5cGVfc2l6ZXNxA31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAn1xAFgK
    AAAAc3RhdGVfZGljdHEBfXECKFgIAAAAMS53ZWlnaHRxA2N0b3JjaC5fdXRpbHMKX3JlYnVpbGRfdGVuc29yX3YyCnEEKChY
    BwAAAHN0b3JhZ2VxBWN0b3JjaApGbG9hdFN0b3JhZ2UKcQZYDgAAADk0NDc0MjU0NDIyMDE2cQdYAwAAAGNwdXEISwxOdHEJ
    UUsASwNLBIZxCksESwGGcQuJY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEMKVJxDXRxDlJxD1gGAAAAMS5iaWFzcRBoBCgo
    aAVoBlgOAAAAOTQ0NzQzNDA3OTgzODRxEWgISwNOdHESUUsASwOFcRNLAYVxFIloDClScRV0cRZScRdYCAAAADMud2VpZ2h0
    cRhoBCgoaAVoBlgOAAAAOTQ0NzQyNTQ0OTQyNDBxGWgISwZOdHEaUUsASwJLA4ZxG0sBSwKGcRyJaAwpUnEddHEeUnEfWAYA
    AAAzLmJpYXNxIGgEKChoBWgGWA4AAAA5NDQ3NDI1NDQyMDIwOHEhaAhLAk50cSJRSwBLAoVxI0sBhXEkiWgMKVJxJXRxJlJx
    J3VzLoACXXEAKFgOAAAAOTQ0NzQyNTQ0MjAyMDhxAVgOAAAAOTQ0NzQyNTQ0MjIwMTZxAlgOAAAAOTQ0NzQyNTQ0OTQyNDBx
    A1gOAAAAOTQ0NzQzNDA3OTgzODRxBGUuAgAAAAAAAAAAAAA/AAAAvwwAAAAAAAAAAAAAAAAAgD4AAAA/AABAPwAAgD8AAKA/
    AADAPwAA4D8AAABAAAAQQAAAIEAAADBABgAAAAAAAAAAAAAAAACAPwAAAEAAAEBAAACAQAAAoEADAAAAAAAAAAAAgD8AAABA
    AABAQA==
    """

  /// A state dict that `torch.save` wrote, with a transposed matrix.
  @Test func pyTorchFilesAreRead() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("net.bin")
      try Data(base64Encoded: Self.mlp, options: .ignoreUnknownCharacters)!.write(to: url)
      expect(url, "a PyTorch state dict of 1.bias [3], 1.weight [3, 4], 3.bias")
      expect(
        url, "which does not say its architecture; name it, such as by `ModelFile.Description`")
      let described = ModelFile.Description(.mlp(hidden: [3]), input: [2, 2, 1], classes: 2)
      let network = try ModelFile(contentsOf: url, described: described).network
      let state = network.stateDict
      #expect(state["1.weight"]?.scalars == (0..<12).map { Float($0) / 4 })
      #expect(state["1.bias"]?.scalars == [1, 2, 3])
      #expect(state["3.weight"]?.scalars == [0, 2, 4, 1, 3, 5])
      #expect(state["3.bias"]?.scalars == [0.5, -0.5])
      let wide = ModelFile.Description(.mlp(hidden: [4]), input: [2, 2, 1], classes: 2)
      expect(url, "tensor 1.weight has shape [3, 4], the architecture needs [4, 4]", wide)
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
