import Foundation
import Testing
import _TestSupport

@testable import Formats

/// Files of the Python implementation; `Fixtures/formats/README.md` tells how they were made.
@Suite struct SafetensorsFixtureTests {
  @Test func readsAndRewritesAFileFromPython() throws {
    let url = Fixture.url("formats/float32.safetensors")
    let file = try SafetensorsFile(contentsOf: url)
    #expect(file.metadata == ["architecture": "cnn \"é\" \n 1"])
    #expect(file.arrays.keys.sorted() == ["0.bias", "0.weight", "3.weight", "empty", "scale"])
    let weight = (0..<12).map { Float($0) / 7 - 0.5 }
    #expect(file.arrays["0.weight"] == .init(shape: [2, 1, 2, 3], scalars: weight))
    #expect(file.arrays["0.bias"] == .init(shape: [2], scalars: [0.25, -1e-30]))
    #expect(
      file.arrays["3.weight"]
        == .init(shape: [2, 2], scalars: [.infinity, 0, 1e38, .leastNonzeroMagnitude]))
    #expect(file.arrays["3.weight"]?.scalars[1].sign == .minus)
    #expect(file.arrays["scale"] == .init(shape: [], scalars: [3.5]))
    #expect(file.arrays["empty"] == .init(shape: [3, 0], scalars: []))
    #expect(try file.encoded() == InputFile.read(url))
  }

  @Test func convertsTheOtherTypes() throws {
    let arrays = try SafetensorsFile(contentsOf: Fixture.url("formats/mixed.safetensors")) {
      $0 != "tenth"
    }.arrays
    #expect(
      arrays["half"]?.scalars == [
        1, -2.5, 65504, 0x1p-24, 1023 * 0x1p-24, 0, .infinity,
      ])
    #expect(arrays["bfloat"]?.scalars.prefix(2) == [1, -2.5])
    #expect(arrays["bfloat"]?.scalars[2].bitPattern == 0x7f7f_0000)
    #expect(arrays["bfloat"]?.scalars[3].bitPattern == 0x0001_0000)
    #expect(arrays["double"]?.scalars == [0.5, -3])
    let text = "element 0, 0.1 of type F64, cannot be held by a Float32"
    let file = Fixture.url("formats/mixed.safetensors")
    expectFailure(.badData, text, file: file.path) { _ = try SafetensorsFile(contentsOf: file) }
    #expect(arrays["steps"] == .init(shape: [], scalars: [16_777_216]))
    #expect(arrays["int"]?.scalars == [-2_147_483_648, 16_777_215])
    #expect(arrays["short"]?.scalars == [-32768, 32767])
    #expect(arrays["signed"]?.scalars == [-128, 127])
    #expect(arrays["byte"]?.scalars == [0, 255])
    #expect(arrays["mask"] == .init(shape: [2, 2], scalars: [1, 0, 0, 1]))
  }
}
