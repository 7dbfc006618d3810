import Foundation
import Testing

/// What `attack` tells and saves, and what is said of networks that were not trained here.
@Suite struct AttackTests {
  private func lines(_ text: some StringProtocol) throws -> [[String: Any]] {
    try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// The shape and the scalars of a `.npy` file of Float32.
  private func array(_ data: Data) throws -> (header: String, scalars: [Float]) {
    let bytes = [UInt8](data)
    let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let scalars = bytes[start...].withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    return (String(decoding: bytes[10..<start], as: UTF8.self), scalars)
  }

  @Test func whatIsFoundIsSaved() throws {
    try Binary.inFolder { tool in
      _ = try tool.run(
        ["train", "--quiet", "--output", "r", "--objective", "natural"] + Binary.tiny)
      let command = ["attack", "r", "--examples", "20:60", "--norm", "l1", "--epsilon", "4"]
      let result = try tool.run(command + ["--attack", "apgd", "--json", "--save", "found"])
      #expect(result.code == 0 && result.errors.isEmpty)
      let records = try lines(result.output)
      #expect(records.count == 40)
      let broken = records.filter { $0["status"] as? String == "broken" }
      try #require(broken.count > 3)
      for record in records {
        let isBroken = record["status"] as? String == "broken"
        #expect((record["distance"] != nil) == isBroken)
        #expect((record["attackedMargin"] != nil) == isBroken)
        #expect(record["margin"] is Double)
      }
      let rows = try lines(String(decoding: try tool.data("found/examples.jsonl"), as: UTF8.self))
      let (before, after) = (
        try array(tool.data("found/originals.npy")), try array(tool.data("found/attacked.npy"))
      )
      #expect(before.header.contains("'shape': (\(broken.count), 8, 8, 1)"))
      #expect(before.header == after.header && rows.count == broken.count)
      for (row, (line, record)) in zip(rows, broken).enumerated() {
        #expect(line["row"] as? Int == row && line["norm"] as? String == "l1")
        for key in ["index", "label", "prediction"] {
          #expect(line[key] as? Int == record[key] as? Int)
        }
        let range = row * 64..<(row + 1) * 64
        let distance = zip(before.scalars[range], after.scalars[range]).reduce(0.0) {
          $0 + (Double($1.0) - Double($1.1)).magnitude
        }
        #expect(abs(distance - (line["distance"] as? Double ?? 0)) < 1e-5 && distance <= 4)
        let pictures = try #require(line["pictures"] as? [String])
        #expect(pictures.count == 3)
        for picture in pictures {
          #expect(try tool.data("found/\(picture)").starts(with: [0x89, 0x50, 0x4e, 0x47]))
        }
      }
      let contents = try tool.contents
      #expect(!contents.contains { $0.contains(".tmp") })
      // A folder that holds something is left as it is, before anything is computed.
      try tool.expectFailure(73, "not empty", command + ["--save", "found"])
      try tool.expectFailure(73, "no such folder", command + ["--save", "none/found"])
      #expect(try tool.contents == contents)
    }
  }

  @Test func clippedBallsAreAttackedInside() throws {
    try Binary.inFolder { tool in
      _ = try tool.run(
        ["train", "--quiet", "--output", "r", "--objective", "natural"] + Binary.tiny)
      for norm in ["l1", "l2"] {
        let result = try tool.run(
          "attack", "r", "--examples", "20", "--norm", norm, "--epsilon", "3", "--clip", "--save",
          norm)
        #expect(result.code == 0 && result.output.contains("ε = 3.0 within [0.0, 1.0]"))
        let attacked = try array(tool.data("\(norm)/attacked.npy")).scalars
        #expect(!attacked.isEmpty && attacked.allSatisfy { (0...1).contains($0) })
      }
    }
  }

  @Test func choicesForForeignNetworksAreTold() throws {
    try Binary.inFolder { tool in
      _ = try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny)
      _ = try tool.run("convert", "r", "own.onnx")
      // A state dict by itself says nothing of how it was trained.
      let script = ["convert", "r", "own.safetensors"]
      _ = try tool.run(script)
      let plain = try withoutMetadata(tool.data("own.safetensors"))
      try plain.write(to: tool.folder.appendingPathComponent("plain.safetensors"))
      let base = [
        "plain.safetensors", "--model", "cnn-2layer", "--width", "1", "--hidden", "16", "--input",
        "8x8x1", "--dataset", "digits", "--examples", "10",
      ]
      let certify = try tool.run(["certify"] + base)
      #expect(certify.code == 0 && certify.errors.isEmpty)
      #expect(certify.output.contains("ε not given: 0.1"))
      #expect(certify.output.contains("methods ibp, crown-ibp, crown: "))
      #expect(certify.output.contains("by ibp, then crown-ibp, then crown: "))
      let json = try tool.run(["certify"] + base + ["--json"])
      #expect(try lines(json.output).count == 10)
      #expect(json.errors.split(separator: "\n").count == 2)
      let chosen = try tool.run(
        ["certify"] + base + ["--epsilon", "0.05", "--by", "ibp", "--json"])
      #expect(chosen.code == 0 && chosen.errors.isEmpty)
      let byPath = ["--set", "perturbation.epsilon=0.05", "--set", "evaluate.methods=ibp"]
      #expect(try tool.run(["certify"] + base + byPath + ["--json"]).errors.isEmpty)
      let evaluate = try tool.run(["evaluate"] + base + ["--steps", "3"])
      #expect(evaluate.output.contains("attacked (APGD)"))
      #expect(evaluate.output.contains("certified, IBP or CROWN-IBP or CROWN"))
      let attack = try tool.run(["attack"] + base + ["--steps", "3"])
      #expect(attack.output.contains("ε not given") && !attack.output.contains("methods"))
      // What was trained here says itself what it is for.
      for own in ["r", "own.onnx"] {
        let result = try tool.run("certify", own, "--examples", "5")
        #expect(result.code == 0 && !result.output.contains("not given"))
        #expect(!result.output.contains("not trained here"))
      }
    }
  }

  /// A safetensors file with the same arrays and no metadata.
  private func withoutMetadata(_ data: Data) throws -> Data {
    let bytes = [UInt8](data)
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    let header = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length]))
    var arrays = try #require(header as? [String: Any])
    arrays["__metadata__"] = nil
    var text = [UInt8](try JSONSerialization.data(withJSONObject: arrays))
    while !text.count.isMultiple(of: 8) { text.append(0x20) }
    let count = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return Data(count + text + bytes[(8 + length)...])
  }
}
