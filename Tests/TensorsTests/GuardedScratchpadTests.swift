import Testing

@testable import Tensors

/// Working memory tells of writes past its end, and of no others.
@Suite struct GuardedScratchpadTests {
  @Test(arguments: [0, 4, 6, 64])
  func tellsOfWritesPastItsEnd(bytes: Int) {
    let scratchpad = GuardedScratchpad(bytes: bytes)
    let floats = (bytes + 3) / 4
    for i in 0..<floats { scratchpad.pointer[i] = .nan }
    #expect(scratchpad.isIntact)
    scratchpad.pointer[floats] = 1
    #expect(!scratchpad.isIntact)
  }
}
