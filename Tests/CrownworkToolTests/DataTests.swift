import Crownwork
import Foundation
import Testing

/// Images of one's own, from the folder to the certificate.
@Suite struct DataTests {
  /// Grey noise around a level that tells the class, as four `.npy` arrays of 8×8 pixels.
  static func writeArrays(to folder: URL, seed: UInt64 = 0) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var random = RandomSource(seed: seed)
    for (name, count) in [("train", 240), ("test", 30)] {
      let pixels = (0..<count).flatMap { index in
        (0..<64).map { _ in UInt8(40 + 80 * (index % 3)) + .random(in: 0...9, using: &random) }
      }
      try array("(\(count), 8, 8)", pixels).write(
        to: folder.appendingPathComponent("\(name)-images.npy"))
      try array("(\(count),)", (0..<count).map { UInt8($0 % 3) }).write(
        to: folder.appendingPathComponent("\(name)-labels.npy"))
    }
  }

  private static func array(_ shape: String, _ bytes: [UInt8]) -> Data {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0])
      + Data(header.utf8) + Data(bytes)
  }

  private static let data = ["--dataset", "images", "--data", "own"]

  @Test func arraysAreTrainedOnAndCertified() throws {
    try Binary.inFolder { tool in
      try Self.writeArrays(to: tool.folder.appendingPathComponent("own"))
      let data = Self.data
      let listed = try tool.run("data", "images", "--data", "own")
      #expect(listed.output.contains("240 training and 30 test images 8×8×1, 3 classes"))
      let train = try tool.run(["train", "--output", "r"] + data + Binary.tiny)
      #expect(train.code == 0 && train.output.contains("files in "))
      // The run knows its data; a model file by itself does not.
      for command in [["certify", "r"], ["evaluate", "r"], ["attack", "r", "--steps", "2"]] {
        #expect(try tool.run(command).code == 0, "\(command)")
      }
      let other = tool.folder.appendingPathComponent("other")
      try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
      #expect(try Binary(folder: other).run("certify", "../r").code == 0)
      let file = ["certify", "r/model.safetensors"]
      try tool.expectFailure(66, "images: no folder is named", file)
      #expect(try tool.run(file + data).code == 0)
      try tool.expectFailure(
        65, "holds arrays, whose size and channels cannot be set",
        file + data + ["--image-size", "4x4"])
      try tool.expectFailure(64, "--image-size: size", file + data + ["--image-size", "4"])
      try tool.expectFailure(
        64, "--channels: channels has no meaning for the data set digits",
        file + ["--dataset", "digits", "--channels", "3"])
    }
  }

  /// A run is of its data: it does not go on with others, and its evaluation says that they changed.
  @Test func changedDataAreNoticed() throws {
    try Binary.inFolder { tool in
      let own = tool.folder.appendingPathComponent("own")
      try Self.writeArrays(to: own)
      #expect(try tool.run(["train", "--output", "r"] + Self.data + Binary.tiny).code == 0)
      #expect(try tool.run("certify", "r").errors.isEmpty)
      try Self.writeArrays(to: own, seed: 1)
      let certify = try tool.run("certify", "r")
      #expect(certify.code == 0 && certify.errors.contains("its training data have changed since"))
      #expect(try tool.run(["certify", "r"] + ["--data", "own"]).errors.isEmpty)
      try tool.expectFailure(
        65, "the training data are not those", ["train", "--resume", "--output", "r"])
    }
  }

  @Test func damagedPicturesAreNamed() throws {
    try Binary.inFolder { tool in
      for path in ["own/a/1.png", "own/a/2.png", "own/b/1.png", "own/b/2.png"] {
        let file = tool.folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([0xff, 0xd8, 0xff, 0xe0, 0]).write(to: file)
      }
      let arguments = ["train"] + Self.data
      try tool.expectFailure(65, "own/a/", arguments)
      try tool.expectFailure(65, "cannot be decoded as JPEG", arguments)
      try tool.expectFailure(64, "did you mean images?", ["train", "--dataset", "image"])
      #expect(try !tool.contents.contains("runs"))
    }
  }

  @Test func classesAndWarningsAreListed() throws {
    try Binary.inFolder { tool in
      let own = tool.folder.appendingPathComponent("own")
      try Self.writeArrays(to: own)
      let data = Self.data
      let listed = try tool.run("data", "images", "--data", "own")
      #expect(listed.output.contains("training+test images of class 0 80+10, 1 80+10, 2 80+10\n"))
      #expect(!listed.output.contains("warning"))
      let labels = (0..<240).map { UInt8($0 % 3 + 1) }
      try Self.array("(240,)", labels).write(to: own.appendingPathComponent("train-labels.npy"))
      try Self.array("(30,)", [UInt8](repeating: 2, count: 30)).write(
        to: own.appendingPathComponent("test-labels.npy"))
      let warned = try tool.run("data", "images", "--data", "own").output
      #expect(warned.contains("  warning: class 0 has no training image; labels begin at 1"))
      #expect(warned.contains("  warning: classes 1, 3 have no test image"))
      let train = try tool.run(["train", "--output", "r"] + data + Binary.tiny)
      #expect(train.errors.contains("crownwork: images: warning: class 0 has no training image"))
      let json = try tool.run("data", "images", "--data", "own", "--json").output
      #expect(json.contains("\"counts\":[{") && json.contains("\"warnings\":[\"class 0"))
    }
  }

  @Test func layoutsAreSaid() throws {
    try Binary.inFolder { tool in
      let own = tool.folder.appendingPathComponent("own")
      try Self.writeArrays(to: own)
      for (name, count) in [("train", 240), ("test", 30)] {
        let pixels = (0..<(count * 48)).map { UInt8($0 % 251) }
        try Self.array("(\(count), 3, 4, 4)", pixels).write(
          to: own.appendingPathComponent("\(name)-images.npy"))
      }
      let listed = try tool.run("data", "images", "--data", "own").output
      #expect(listed.contains("images 4×4×3, 3 classes") && listed.contains("channels first"))
      let last = ["data", "images", "--data", "own", "--layout", "channels-last"]
      #expect(try tool.run(last).output.contains("images 3×4×4"))
      let train =
        ["train", "--output", "r", "--layout", "channels-last", "--model", "mlp", "--hidden", "4"]
        + ["--epochs", "1"] + Self.data
      #expect(try tool.run(train).code == 0)
      let recipe = String(decoding: try tool.data("r/run.yaml"), as: UTF8.self)
      #expect(recipe.contains("images: { layout: channels-last }"))
      try tool.expectFailure(
        64, "--layout: layout must be one of channels-last, channels-first", last.dropLast() + ["x"]
      )
    }
  }

  @Test func pyTorchFilesSayWhatTheyAre() throws {
    try Binary.inFolder { tool in
      let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures/formats").standardizedFileURL.path
      try tool.expectFailure(
        65, "a PyTorch state dict of 0.bias [2], 0.weight", ["info", "\(fixtures)/network.pt"])
      try tool.expectFailure(
        65, "tensor 1.weight has shape [2], the architecture needs",
        ["certify", "\(fixtures)/network.pt", "--model", "mlp", "--input", "8x8x1"])
      try tool.expectFailure(
        65, "a PyTorch file that holds a whole object", ["info", "\(fixtures)/module.pt"])
      try tool.expectFailure(
        64, "--model: mlp is an architecture already", ["info", "mlp", "--model", "mlp"])
    }
  }

  @Test func missingSetsSayHowToGetThem() throws {
    try Binary.inFolder { tool in
      let list = try tool.run("data")
      #expect(list.code == 0)
      for name in ["mnist", "cifar10"] {
        #expect(list.output.contains("get it with: crownwork data \(name) --fetch"))
      }
    }
  }

  /// Without a name the sets of a folder are listed, and those that are not in it.
  @Test func foldersAreListed() throws {
    try Binary.inFolder { tool in
      let folder = tool.folder.appendingPathComponent("sets/own")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let list = try tool.run("data", "--data", "sets")
      #expect(list.code == 0 && list.errors.isEmpty)
      for name in ["digits", "mnist", "fashion-mnist", "cifar10"] {
        #expect(list.output.contains("\(name)\n  not found in "))
      }
      try tool.expectFailure(66, "lacks train-images", ["data", "mnist", "--data", "sets"])
      try tool.expectFailure(66, "no such folder", ["data", "--data", "none"])
    }
  }
}
