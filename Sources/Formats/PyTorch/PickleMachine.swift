/// A machine for Python's pickles (protocols 2 to 5) that builds plain values and views of tensors,
/// and nothing else.
///
/// A pickle is a program for a machine with a stack: each instruction is a byte with arguments
/// behind it, and pushes a value, joins some into a container, keeps one in a memo, or calls a
/// function. Python runs such programs as they are, which lets a file of weights run any code. This
/// machine looks no class up and calls no function: what a pickle says of others becomes
/// ``PickleValue/other(_:)``, which holds a name only. The few functions that PyTorch's own pickles
/// need are imitated in `PyTorchObjects.swift`.
///
/// The text instructions of protocols 0 and 1 are not read, nor are extensions and buffers out of
/// band; they are failures. At most 2²² values are built, and calls copy as many entries at most, so
/// that a small pickle cannot ask for much memory or time.
///
/// One machine may read several pickles one behind the other, as the old format of PyTorch has
/// them. It keeps their values and storages.
struct PickleMachine {
  /// All values that were built, referred to by their places.
  private(set) var values: [PickleValue] = []
  /// The storages that the pickles speak of, by key.
  private(set) var storages: [String: PyTorchStorage] = [:]
  /// The pickle, with the place of the next instruction.
  private var bytes: PickleBytes
  /// The places of the values on the stack, the top last.
  private var stack: [Int] = []
  /// The heights of the stack at which marks were set; a container is made of what lies above the
  /// last.
  private var marks: [Int] = []
  /// The places of the values that the pickle keeps for later, by its own numbers.
  private var memo: [Int: Int] = [:]

  /// How many entries of containers calls have copied so far.
  private var copied = 0

  /// The most values that are built, and entries that calls copy, of all pickles together.
  private static let limit = 1 << 22

  /// Prepares to read pickles from an offset on; the bytes must outlive the reading.
  ///
  /// - Parameter limit: The most bytes that all pickles together may have.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, limit: Int) {
    self.bytes = PickleBytes(bytes, at: position, limit: limit)
  }

  /// Where in the bytes the next pickle begins.
  var position: Int { bytes.position }

  /// The machine with its values only, to be kept when the bytes are gone.
  var withoutBytes: PickleMachine {
    var machine = self
    machine.bytes = PickleBytes(UnsafeRawBufferPointer(start: nil, count: 0), at: 0, limit: 0)
    return machine
  }

  /// Reads one pickle, up to its instruction to stop, and returns its value.
  ///
  /// - Throws: ``PickleBytes/Failure`` for a pickle that ends early or is too long, takes values
  ///   that are not there, has an instruction that is not read, or builds or copies too much.
  /// - Complexity: O(the pickle's size) for the pickles that PyTorch writes.
  mutating func read() throws -> PickleValue {
    (stack, marks, memo) = ([], [], [:])
    while true {
      let code = try bytes.byte()
      if code == UInt8(ascii: ".") { return values[try pop()] }
      try step(code)
    }
  }

  /// Returns a failure at the place of the pickle that is being read.
  func failure(_ problem: String) -> PickleBytes.Failure { bytes.failure(problem) }

  // MARK: Steps

  /// Carries out one instruction.
  ///
  /// It takes care of those that steer the machine, name and call; the others are tried in groups.
  ///
  /// - Throws: ``PickleBytes/Failure``.
  private mutating func step(_ code: UInt8) throws {
    switch code {
    // The protocol's number and the size of a frame change nothing here.
    case 0x80: _ = try bytes.byte()
    case 0x95: _ = try bytes.number(8)
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "N"): try push(.none)
    case 0x88, 0x89: try push(.bool(code == 0x88))
    // A persistent name, which stands for something that is not in the pickle: a storage.
    case UInt8(ascii: "Q"): try push(try storage(try pop()))
    // A class or function by module and name, as two lines or as two texts on the stack.
    case UInt8(ascii: "c"): try push(.name("\(try bytes.line()).\(try bytes.line())"))
    case 0x93:
      let (name, module) = (try text(try pop()), try text(try pop()))
      try push(.name("\(module).\(name)"))
    // A call, or an object made by a class; the one with keyword arguments has them on top.
    case UInt8(ascii: "R"), 0x81:
      let (arguments, callee) = (try pop(), try pop())
      try push(called(values[callee], arguments))
    case 0x92:
      _ = try pop()
      let (arguments, callee) = (try pop(), try pop())
      try push(called(values[callee], arguments))
    case UInt8(ascii: "b"): _ = try pop()  // The state of an object that is not built.
    default:
      if try scalar(code) || memory(code) || container(code) { return }
      throw failure("it has the instruction 0x\(String(code, radix: 16)), which is not read")
    }
  }

  /// Carries out an instruction that pushes a number, a text or bytes.
  ///
  /// - Returns: False where the instruction is another one.
  /// - Throws: ``PickleBytes/Failure``.
  private mutating func scalar(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "K"): try push(.integer(try bytes.number(1)))
    case UInt8(ascii: "M"): try push(.integer(try bytes.number(2)))
    case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try bytes.number(4)))))
    case 0x8a: try push(try bytes.long(try bytes.number(1)))
    case 0x8b: try push(try bytes.long(try bytes.number(4)))
    case UInt8(ascii: "G"):
      // Floats are the one thing in a pickle that is big-endian.
      let bits = UInt64(bitPattern: Int64(try bytes.number(8))).byteSwapped
      try push(.float(Double(bitPattern: bits)))
    case UInt8(ascii: "X"), UInt8(ascii: "T"):
      try push(.text(try bytes.string(try bytes.number(4))))
    case 0x8c, UInt8(ascii: "U"): try push(.text(try bytes.string(try bytes.number(1))))
    case 0x8d: try push(.text(try bytes.string(try bytes.number(8))))
    case UInt8(ascii: "B"): try pushBytes(try bytes.number(4))
    case UInt8(ascii: "C"): try pushBytes(try bytes.number(1))
    case 0x8e, 0x96: try pushBytes(try bytes.number(8))
    default: return false
    }
    return true
  }

  /// Carries out an instruction that keeps the top of the stack in the memo, or recalls a value.
  ///
  /// - Returns: False where the instruction is another one.
  /// - Throws: ``PickleBytes/Failure``.
  private mutating func memory(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "q"): memo[try bytes.number(1)] = try top()
    case UInt8(ascii: "r"): memo[try bytes.number(4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"), UInt8(ascii: "j"):
      guard let place = memo[try bytes.number(code == UInt8(ascii: "h") ? 1 : 4)] else {
        throw failure("it recalls what it did not keep")
      }
      stack.append(place)
    default: return false
    }
    return true
  }

  /// Carries out an instruction that makes or extends a tuple, a list, a set or a dictionary.
  ///
  /// - Returns: False where the instruction is another one.
  /// - Throws: ``PickleBytes/Failure``.
  private mutating func container(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: ")"): try push(.tuple([]))
    case 0x85: try push(.tuple([try pop()]))
    case 0x86:
      let last = try pop()
      try push(.tuple([try pop(), last]))
    case 0x87:
      let (last, middle) = (try pop(), try pop())
      try push(.tuple([try pop(), middle, last]))
    case UInt8(ascii: "t"): try push(.tuple(try popMark()))
    case UInt8(ascii: "]"), 0x8f: try push(.list([]))
    case UInt8(ascii: "l"), 0x91: try push(.list(try popMark()))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"), 0x90: try append(try popMark())
    case UInt8(ascii: "}"): try push(.dictionary([]))
    case UInt8(ascii: "d"):
      let items = try popMark()
      try push(.dictionary([]))
      try set(items)
    case UInt8(ascii: "s"):
      let value = try pop()
      try set([try pop(), value])
    case UInt8(ascii: "u"): try set(try popMark())
    default: return false
    }
    return true
  }

  /// Adds items to the list on top of the stack; to anything else it does nothing, since objects
  /// that are not built take items too.
  ///
  /// - Throws: ``PickleBytes/Failure`` where the stack is empty.
  private mutating func append(_ items: [Int]) throws {
    let place = try top()
    guard case .list(var list) = values[place] else { return }
    values[place] = .none  // The list is not shared while it grows.
    list += items
    values[place] = .list(list)
  }

  /// Adds pairs to the dictionary on top of the stack; to anything else it does nothing.
  ///
  /// - Parameter items: Keys and values in turn.
  /// - Throws: ``PickleBytes/Failure`` where a key has no value, or the stack is empty.
  private mutating func set(_ items: [Int]) throws {
    guard items.count.isMultiple(of: 2) else { throw failure("it has a key without a value") }
    let place = try top()
    guard case .dictionary(var pairs) = values[place] else { return }
    values[place] = .none
    for index in stride(from: 0, to: items.count, by: 2) {
      pairs.append((items[index], items[index + 1]))
    }
    values[place] = .dictionary(pairs)
  }

  /// Counts entries that a call is about to copy.
  ///
  /// - Throws: ``PickleBytes/Failure`` beyond the limit.
  mutating func countCopied(_ count: Int) throws {
    copied += count
    guard copied <= Self.limit else {
      throw failure("its calls copy more than the \(Self.limit) entries that are read")
    }
  }

  /// Keeps a storage that the pickle refers to.
  mutating func note(_ storage: PyTorchStorage) { storages[storage.key] = storage }

  // MARK: The stack

  /// Adds a value and puts it on top of the stack.
  ///
  /// - Throws: ``PickleBytes/Failure`` beyond the limit.
  private mutating func push(_ value: PickleValue) throws {
    guard values.count < Self.limit else {
      throw failure("it has more than the \(Self.limit) values that are read")
    }
    stack.append(values.count)
    values.append(value)
  }

  /// Passes over bytes and pushes a value that stands for them.
  private mutating func pushBytes(_ count: Int) throws {
    _ = try bytes.take(count)
    try push(.other("bytes"))
  }

  /// Returns the place of the value on top of the stack, which must be above the last mark.
  ///
  /// - Throws: ``PickleBytes/Failure`` where there is none.
  private func top() throws -> Int {
    guard let last = stack.last, stack.count > marks.last ?? 0 else {
      throw failure("it takes a value where there is none")
    }
    return last
  }

  /// Takes the place of the value on top of the stack.
  ///
  /// - Throws: ``PickleBytes/Failure`` where there is none above the last mark.
  private mutating func pop() throws -> Int {
    let last = try top()
    stack.removeLast()
    return last
  }

  /// Takes the last mark and the places of all values above it.
  ///
  /// - Throws: ``PickleBytes/Failure`` where there is no mark.
  private mutating func popMark() throws -> [Int] {
    guard let mark = marks.popLast() else { throw failure("it lacks a mark") }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  /// Returns the text at a place, which is a part of a name and therefore short.
  ///
  /// - Throws: ``PickleBytes/Failure`` where there is another value, or more than 1000 bytes.
  private func text(_ place: Int) throws -> String {
    guard case .text(let text) = values[place] else { throw failure("a name is no text") }
    guard text.utf8.count <= 1000 else { throw failure("a name has more than 1000 bytes") }
    return text
  }
}
