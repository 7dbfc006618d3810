import Crownwork
import Foundation
import Testing

/// Each bad input gets one line and an exit code, and leaves nothing behind.
@Suite struct BadInputTests {
  @Test(arguments: [
    (["train", "--epsilon", "-1"], "--epsilon: epsilon must be a finite number, zero or more"),
    (["train", "--epsilon", "8"], "--epsilon: epsilon 8.0 in linf holds every image"),
    (["train", "--epsilon", "1e39"], "--epsilon: epsilon must be a finite number"),
    (["train", "--norm", "l2", "--epsilon", "100"], "epsilon 100.0 in l2 holds every image"),
    (["train", "--norm", "l7"], "--norm: norm must be one of linf, l2, l1, not \"l7\""),
    (["train", "--dataset", "minst"], "--dataset: dataset must be one of digits, mnist"),
    (["train", "--model", "vgg"], "--model: name must be one of cnn-2layer"),
    (
      ["train", "--hidden", "65536", "--width", "65536", "--model", "cnn-4layer"],
      "choose smaller sizes"
    ),
    (["train", "--epochs", "0"], "--epochs: epochs must be a whole number"),
    (["train", "--threads", "0"], "--threads: must be at least 1"),
    (["train", "--nonsense"], "Unknown option '--nonsense'; see crownwork train --help"),
    (["--nonsense"], "Unknown option '--nonsense'; see crownwork --help"),
    (["nonsense"], "unknown command 'nonsense'; see crownwork --help"),
    (["trian"], "unknown command 'trian'; did you mean 'train'?"),
    (["help", "trian"], "unknown command 'trian'; did you mean 'train'?"),
    (["inof", "--help"], "unknown command 'inof'; did you mean 'info'?"),
    (["evaluate"], "Missing expected argument '<models> ...'; see crownwork evaluate --help"),
    (["certify"], "Missing expected argument '<model>' (or --onnx); see crownwork certify --help"),
    (["bench", "--models", "vgg"], "--models: no \"vgg\"; there are cnn-2layer-w1"),
    (["bench", "--parts", "certification"], "needs a model: --certify RUN"),
    (["bench", "--batch", "0"], "--batch: must be at least 1"),
    (["evaluate", "none", "--classes", "4"], "--input and --classes need --model"),
    (["info", "none", "--width", "3"], "--classes are for an architecture"),
    (["info", "mlp", "--output-name", "x"], "--output-name: is for an ONNX file"),
    (["bench", "--by", "pgd"], "--by: methods must be one or more of ibp"),
  ])
  func badOptions(arguments: [String], text: String) throws {
    try Binary.inFolder { tool in
      try tool.expectFailure(text.contains("sizes") ? 65 : 64, text, arguments)
      #expect(try tool.contents.isEmpty)
    }
  }

  @Test func moreThreadsThanCoresAreWarnedOf() throws {
    try Binary.inFolder { tool in
      let result = try tool.run("certify", "none", "--threads", "9999")
      let lines = result.errors.split(separator: "\n")
      #expect(result.code == 66 && lines.count == 2)
      #expect(lines[0].hasPrefix("crownwork: warning: --threads 9999: this machine has "))
    }
  }

  @Test func badRecipes() throws {
    try Binary.inFolder { tool in
      try tool.expectFailure(66, "none.yaml: no such file", ["train", "none.yaml"])
      try Data("schedule:\n  epochs: [1]\n".utf8).write(to: tool.folder.appendingPathComponent("r"))
      try tool.expectFailure(65, "/r:2: epochs must be a whole number", ["train", "r"])
      try Data([0xff, 0xfe, 0x00]).write(to: tool.folder.appendingPathComponent("r"))
      try tool.expectFailure(65, "is not text in UTF-8", ["train", "r"])
      #expect(try tool.contents == ["r"])
    }
  }

  @Test func badModels() throws {
    try Binary.inFolder { tool in
      let network = try Architecture.cnn2Layer(width: 1, hidden: 8).network(input: [8, 8, 1])
      let url = tool.folder.appendingPathComponent("m")
      try ModelFile(network, dataset: "digits").write(to: url)
      let good = try SafetensorsFile(contentsOf: url)
      func expect(_ text: String, _ change: (inout SafetensorsFile) -> Void) throws {
        var file = good
        change(&file)
        try file.write(to: url)
        try tool.expectFailure(65, text, ["certify", "m", "--examples", "1"])
      }
      #expect(try tool.run("certify", "m", "--examples", "1").code == 0)
      try tool.expectFailure(66, "no such file", ["certify", "none"])
      try tool.expectFailure(
        66, "dm-smal: no such file; did you mean dm-small?", ["info", "dm-smal"])
      try tool.expectFailure(66, "m.onnx: no such file; check the path", ["info", "m.onnx"])
      try tool.expectFailure(
        64, "--by: methods must be one or more of ibp, crown-ibp, crown, alpha-crown, complete",
        ["certify", "m", "--by", "x"])
      try tool.expectFailure(
        64, "--certificates: there are none of branch and bound yet",
        ["certify", "m", "--epsilon", "0.1", "--by", "complete", "--certificates", "c"])
      try tool.expectFailure(
        64, "--steps: steps must be a whole number in 1...100000, not \"0\"",
        ["attack", "m", "--steps", "0"])
      try tool.expectFailure(
        64, "--step: step has no meaning for the attack fgsm",
        ["evaluate", "m", "--attack", "fgsm", "--step", "0.1"])
      try tool.expectFailure(
        64, "--curve: must be FROM:TO:COUNT", ["evaluate", "m", "--curve", "0:x:3"])
      try tool.expectFailure(
        64, "--curve brings its own", ["evaluate", "m", "--curve", "0:0.1:3", "--epsilon", "0.1"])
      try tool.expectFailure(64, "is of --curve", ["evaluate", "m", "--output", "c.csv"])
      try tool.expectFailure(
        64, "written as .csv or .svg", ["evaluate", "m", "--curve", "0.1", "--output", "c.txt"])
      try tool.expectFailure(
        64, "is of --radius", ["certify", "m", "--precision", "1/8"])
      try tool.expectFailure(
        64, "--precision: must be a number", ["certify", "m", "--radius", "--precision", "2"])
      try tool.expectFailure(64, "--examples", ["certify", "m", "--examples", "300:400"])
      try tool.expectFailure(
        73, "cannot be written (no such folder)",
        ["certify", "m", "--examples", "1", "--output", "no/v.jsonl"])
      #if os(Linux)
        let chosen = ["--examples", "1", "--epsilon", "0.1", "--by", "ibp"]
        try tool.expectFailure(
          73, "disk full", ["certify", "m", "--output", "/dev/full"] + chosen)
      #endif
      try expect("m: tensors missing: 0.weight") { $0.arrays["0.weight"] = nil }
      try expect("m: tensors the architecture does not have: x") {
        $0.arrays["x"] = $0.arrays["0.bias"]
      }
      try expect("m: tensor 0.bias has shape [1]") {
        $0.arrays["0.bias"] = SafetensorsArray(shape: [1], scalars: [0])
      }
      try expect("m: tensor 0.bias holds NaN") { $0.arrays["0.bias"]?.scalars[2] = .nan }
      try expect("m: does not say its architecture") { $0.metadata = [:] }
      var bytes = good.encoded()
      bytes.removeLast(4)
      try bytes.write(to: url)
      try tool.expectFailure(65, "reach beyond", ["certify", "m"])
      #expect(try tool.contents == ["m"])
    }
  }

  @Test func badData() throws {
    try Binary.inFolder { tool in
      let folder = tool.folder.appendingPathComponent("d")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let arguments = ["train", "--dataset", "mnist", "--data", "d", "--output", "r"]
      try tool.expectFailure(66, "lacks train-images", arguments)
      let images = Data(
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8] + [UInt8](repeating: 9, count: 128))
      let labels = Data([0, 0, 8, 1, 0, 0, 0, 2, 1, 2])
      func expect(_ text: String, _ name: String, _ data: Data) throws {
        for part in ["train", "t10k"] {
          try images.write(to: folder.appendingPathComponent("\(part)-images-idx3-ubyte"))
          try labels.write(to: folder.appendingPathComponent("\(part)-labels-idx1-ubyte"))
        }
        try data.write(to: folder.appendingPathComponent(name))
        try tool.expectFailure(65, text, arguments)
      }
      let (imageFile, labelFile) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
      try expect(
        "label 1: is 11, but the 10 classes are", labelFile, Data(labels.dropLast() + [11]))
      try expect("1 labels for the 2 images", labelFile, Data([0, 0, 8, 1, 0, 0, 0, 1, 1]))
      try expect(imageFile, imageFile, Data([7, 7]) + images.dropFirst(2))
      try expect(imageFile, imageFile, images.dropLast(5))
      try expect(imageFile, imageFile, Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]))
      #expect(!FileManager.default.fileExists(atPath: tool.folder.appendingPathComponent("r").path))
    }
  }

  @Test func runsThatCannotBeWritten() throws {
    try Binary.inFolder { tool in
      try Data().write(to: tool.folder.appendingPathComponent("file"))
      try tool.expectFailure(73, "cannot be made", ["train", "--output", "file/run"])
    }
  }
}
