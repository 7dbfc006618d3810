/// Why certificates could not be checked: a file that cannot be read, or one that is not what
/// Documentation/certificates.md says.
public struct CheckError: Error, Equatable, CustomStringConvertible {
  /// What went wrong, in classes that exit codes tell apart.
  public enum Kind: Int32, Sendable {
    /// The file is not what the page says.
    case badData = 65
    /// The file cannot be read.
    case cannotRead = 66
  }

  public let kind: Kind
  /// The file that the problem is in.
  public private(set) var file: String
  /// The line of the file, counted from 1.
  public private(set) var line: Int?
  /// One line of plain English.
  public let problem: String

  /// Says what is wrong; ``locating(in:line:_:)`` adds where.
  init(_ problem: String, kind: Kind = .badData, file: String = "") {
    (self.kind, self.file, self.problem) = (kind, file, problem)
  }

  public var description: String {
    "\(file)\(line.map { ", line \($0)" } ?? ""): \(problem)"
  }

  /// Runs `body`, and adds the file and the line to an error that names none.
  static func locating<Result>(
    in file: String, line: Int? = nil, _ body: () throws(CheckError) -> Result
  ) throws(CheckError) -> Result {
    do {
      return try body()
    } catch var error {
      if error.file.isEmpty { (error.file, error.line) = (file, line) }
      throw error
    }
  }
}
