/// An object of JSON that has the keys it should have, and no others.
struct JSONObject {
  private let members: [String: JSON]

  init(_ json: JSON, keys: Set<String>, optional: Set<String> = []) throws(CheckError) {
    guard case .object(let members) = json else {
      throw CheckError("an object is expected, with the keys \(keys.sorted())")
    }
    for key in members.keys.sorted() where !keys.contains(key) && !optional.contains(key) {
      throw CheckError("the key \"\(key)\" is unknown")
    }
    for key in keys.sorted() where members[key] == nil {
      throw CheckError("the key \"\(key)\" is missing")
    }
    self.members = members
  }

  subscript(key: String) -> JSON? { members[key] }

  func has(_ key: String) -> Bool { members[key] != nil }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(CheckError) -> Int {
    guard case .integer(let value)? = members[key], range.contains(value) else {
      throw CheckError("\"\(key)\" is no integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func text(_ key: String) throws(CheckError) -> String {
    guard case .text(let value)? = members[key] else { throw CheckError("\"\(key)\" is no text") }
    return value
  }

  /// One of some texts that mean the cases of a type.
  func choice<Choice: RawRepresentable<String>>(_ key: String) throws(CheckError) -> Choice {
    let text = try text(key)
    guard let choice = Choice(rawValue: text) else {
      throw CheckError("\"\(key)\" is \"\(text)\", which is none of the values that it can have")
    }
    return choice
  }

  /// A SHA-256 digest.
  func digest(_ key: String) throws(CheckError) -> String {
    let text = try text(key)
    guard text.utf8.count == 64, text.utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }) else {
      throw CheckError("\"\(key)\" is not 64 hexadecimal digits in lower case")
    }
    return text
  }

  func list(_ key: String) throws(CheckError) -> [JSON] {
    guard case .list(let elements)? = members[key] else {
      throw CheckError("\"\(key)\" is no list")
    }
    return elements
  }

  /// A list that is left out where it would be empty.
  func listIfAny(_ key: String) throws(CheckError) -> [JSON] {
    guard has(key) else { return [] }
    let elements = try list(key)
    guard !elements.isEmpty else { throw CheckError("\"\(key)\" is empty; leave it out") }
    return elements
  }

  func integers(_ key: String, in range: ClosedRange<Int>) throws(CheckError) -> [Int] {
    var integers: [Int] = []
    for element in try list(key) {
      guard case .integer(let value) = element, range.contains(value) else {
        throw CheckError(
          "\"\(key)\" has an element that is no integer from \(range.lowerBound) to "
            + "\(range.upperBound)")
      }
      integers.append(value)
    }
    return integers
  }
}
