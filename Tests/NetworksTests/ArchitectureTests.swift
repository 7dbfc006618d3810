import Networks
import Testing

@Suite struct ArchitectureTests {
  /// Parameters and ReLUs on 28×28×1 with ten classes (Zhang et al. 2020; Gowal et al. 2018).
  static let published: [(Architecture, parameters: Int, relus: Int)] = [
    (.cnn2Layer(width: 1, hidden: 128), 52_182, 1_304),
    (.cnn2Layer(width: 2, hidden: 256), 205_730, 2_608),
    (.cnn4Layer(width: 1, hidden: 256), 170_598, 6_392),
    (.cnn4Layer(width: 2, hidden: 256), 275_714, 12_272),
    (.cnn4Layer(width: 1, hidden: 512), 470_630, 6_904),
    (.cnn4Layer(width: 2, hidden: 512), 676_098, 12_784),
    (.cnn3Layer(kernel: 3, width: 1, hidden: 64), 27_170, 9_864),
    (.cnn3Layer(kernel: 3, width: 2, hidden: 128), 107_130, 19_728),
    (.cnn3Layer(kernel: 5, width: 1, hidden: 64), 21_090, 7_664),
    (.cnn3Layer(kernel: 5, width: 2, hidden: 128), 82_682, 15_328),
    (.dmSmall, 329_606, 6_004),
    (.dmMedium, 893_418, 34_688),
    (.dmLarge, 13_257_290, 176_128),
  ]

  @Test func countsAreThePublishedOnes() throws {
    for (architecture, parameters, relus) in Self.published {
      let network = try architecture.network(
        input: [28, 28, 1])
      #expect(network.parameterCount == parameters, "\(architecture)")
      #expect(network.reluCount == relus, "\(architecture)")
    }
  }

  @Test func namesAndOptionsGoThereAndBack() throws {
    for (architecture, _, _) in Self.published + [(.mlp(hidden: [3, 4]), 0, 0)] {
      #expect(
        try Architecture(name: architecture.name, options: architecture.options) == architecture)
    }
    #expect(throws: NetworkError.unknownArchitecture("resnet")) {
      try Architecture(name: "resnet")
    }
    #expect(throws: NetworkError.self) {
      try Architecture(name: "dm-small", options: ["width": [2]])
    }
  }

  @Test func shapesAreCheckedWhenBuilt() throws {
    let error = #expect(throws: NetworkError.self) {
      try Architecture.dmSmall.network(input: [8, 8, 1])
    }
    #expect("\(error!)".contains("[3, 3, 16]"))
    #expect("\(error!)".contains("layer 2"))
  }
}
