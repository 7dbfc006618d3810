import Foundation

/// A property of a network as the neural-network verification competition writes it down (VNN-LIB
/// 1.0, a subset of SMT-LIB): which inputs, with which outputs, are unsafe.
///
/// The assertions of a file all together describe the unsafe set. The property holds ("unsat") if
/// no input lies in any of the ``cases``, of which the unsafe set is the union. Numbers are the
/// nearest Doubles to what the file says, and sums and products of them are computed in Double.
public struct VNNLIBProperty: Sendable, Equatable {
  /// A box of inputs and what their outputs satisfy if they are unsafe.
  public struct Case: Sendable, Equatable {
    /// The least value of each X, as numbered in the file; finite and not above ``upper``.
    public let lower: [Double]
    /// The largest value of each X.
    public let upper: [Double]
    /// What the outputs satisfy all at once; with none, every output is unsafe.
    public let constraints: [OutputConstraint]

    public init(lower: [Double], upper: [Double], constraints: [OutputConstraint]) {
      precondition(lower.count == upper.count, "\(lower.count) lower, \(upper.count) upper ends")
      self.lower = lower
      self.upper = upper
      self.constraints = constraints
    }
  }

  /// The number of inputs, X_0 and on: for images in the order [channels, height, width].
  public let inputs: Int
  /// The number of outputs, Y_0 and on.
  public let outputs: Int
  /// Cases with the same box stand together. Those without inputs are left out.
  public let cases: [Case]

  public init(inputs: Int, outputs: Int, cases: [Case]) {
    self.inputs = inputs
    self.outputs = outputs
    self.cases = cases
  }

  /// The largest file that is read, in bytes, unpacked.
  package static let sizeLimit = 1 << 26
  /// The most cases that the assertions are written out as.
  package static let caseLimit = 10_000

  /// Reads a file, gzipped or plain, which is told by its first bytes.
  ///
  /// Throws ``FormatError`` as ``init(data:file:)`` does, and where the file cannot be read.
  public init(contentsOf url: URL) throws {
    try self.init(data: InputFile.read(url, limit: Self.sizeLimit), file: url.path)
  }

  /// Reads the bytes of a file, gzipped or plain; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData`, with the line, for what is not VNN-LIB, for
  /// constraints that are not linear or speak of more than one input, for inputs that are not
  /// bounded on both sides, and beyond the limits on size, depth and cases.
  public init(data: Data, file: String) throws {
    let plain =
      Gzip.isGzip(data)
      ? try Gzip.decompress(data, limit: Self.sizeLimit, file: file) : data
    guard plain.count <= Self.sizeLimit else {
      throw FormatError.badData(
        "larger than the \(Self.sizeLimit) bytes that are read at most", file: file)
    }
    var parser = VNNLIBParser(Array(plain), file: file)
    try parser.parse()
    var expansion = VNNLIBExpansion(file: file)
    let conjunctions = try expansion.disjunction(of: parser.assertions)
    let boxes = VNNLIBBoxes(declaredAt: parser.inputs.lines, file: file)
    self.init(
      inputs: parser.inputs.count, outputs: parser.outputs.count,
      cases: try boxes.cases(of: conjunctions))
  }
}

/// A linear constraint on outputs: Σ coefficient · y ≤ bound.
///
/// A strict inequality of a file is read as this one, which makes the unsafe set no smaller.
public struct OutputConstraint: Sendable, Equatable {
  public struct Term: Sendable, Equatable {
    public let output: Int
    /// Finite, not zero, at most Float32's largest number in magnitude.
    public let coefficient: Double

    public init(output: Int, coefficient: Double) {
      self.output = output
      self.coefficient = coefficient
    }
  }

  /// By output, ascending; each output once.
  public let terms: [Term]
  public let bound: Double

  public init(terms: [Term], bound: Double) {
    self.terms = terms
    self.bound = bound
  }

  /// Σ coefficient · y − bound, which is above 0 exactly where the constraint is violated.
  package func excess(of outputs: [Float]) -> Double {
    terms.reduce(-bound) { $0 + $1.coefficient * Double(outputs[$1.output]) }
  }

  /// |bound| + Σ |coefficient · y|: rounding errors of ``excess(of:)`` are in proportion to it.
  package func magnitude(of outputs: [Float]) -> Double {
    terms.reduce(abs(bound)) { $0 + abs($1.coefficient * Double(outputs[$1.output])) }
  }
}
