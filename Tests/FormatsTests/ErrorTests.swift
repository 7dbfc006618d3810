import Testing

@testable import Formats

@Suite struct ErrorTests {
  @Test func describesItselfInOneLine() {
    let error = FormatError(
      .badData, "is wrong", file: "a/b.safetensors", location: .tensor("conv1.weight"),
      remedy: "mend it")
    #expect(
      error.description == "a/b.safetensors: tensor \"conv1.weight\": is wrong; mend it")
    #expect(FormatError(.badData, "is wrong", file: "").description == "is wrong")
    #expect(
      FormatError(.badData, "is wrong", file: "f", location: .byte(3)).description
        == "f: byte 3: is wrong")
  }

  @Test func keepsHostileNamesOnTheLine() {
    let name = "a\nb\u{1b}[2J\u{2028}c\u{202e}" + String(repeating: "e\u{301}", count: 1000)
    let line = FormatError.badData("is wrong", file: "f\n", at: .tensor(name)).description
    #expect(line.unicodeScalars.count < 200)
    #expect(
      !line.unicodeScalars.contains { ["\n", "\u{1b}", "\u{2028}", "\u{202e}"].contains($0) })
    #expect(line.contains("a\\nb"))
  }
}
