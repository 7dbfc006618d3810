import Foundation

/// A property of a network as the neural-network verification competition (VNN-COMP) writes it
/// down: which inputs, with which outputs, are unsafe.
///
/// The format is VNN-LIB 1.0, a subset of SMT-LIB. A file is text: it declares the inputs X_0, X_1,
/// … and the outputs Y_0, Y_1, … as reals and then makes assertions about them, built of `and`,
/// `or` and comparisons of linear terms. Semicolons begin comments, and files are often compressed
/// with gzip.
///
/// The assertions of a file all together describe the unsafe set. A verifier answers "unsat" if no
/// input and its outputs satisfy them, so that the property holds, and "sat" with a counterexample
/// if some do. Reading writes the assertions out as a union of ``cases``, each a box of inputs and
/// linear constraints on outputs, because bounds of a network are computed over one box at a time.
/// `Network.verify` decides a property from these.
///
/// Numbers are the nearest Doubles to what the file says, and sums and products of them are
/// computed in Double. Strict inequalities are read as their closed forms where outputs are
/// concerned, and ends of boxes that no Double is are rounded outwards. Both make the unsafe set no
/// smaller.
///
/// What is refused, with ``FormatError`` of kind `badData` and the line: other commands, functions
/// and names; comparisons between inputs and outputs, or between two inputs; products of variables;
/// numbers beyond Float32's range; inputs that some case leaves unbounded; files of more than 64
/// MiB; formulas nested more than 100 deep; and properties of more than 200,000 cases.
public struct VNNLIBProperty: Sendable, Equatable {
  /// A box of inputs, and what their outputs satisfy if they are unsafe.
  ///
  /// An input is unsafe in this case if it lies in the box and its outputs satisfy all constraints
  /// at once. A bound that shows one of the constraints to be violated everywhere in the box
  /// therefore refutes the case.
  public struct Case: Sendable, Equatable {
    /// The box, which the neighbouring cases may share.
    package let box: Box
    /// The least value of each X, in the file's numbering; when read from a file, finite and not
    /// above ``upper``. It is rounded outwards where the file's number is no Double.
    public var lower: [Double] { box.lower }
    /// The largest value of each X, in the file's numbering, rounded outwards.
    public var upper: [Double] { box.upper }
    /// What the outputs satisfy all at once. With none, every output is unsafe.
    public let constraints: [OutputConstraint]

    /// Creates a case.
    ///
    /// - Parameters:
    ///   - lower: The least value of each X.
    ///   - upper: The largest value of each X.
    ///   - constraints: The constraints that hold for unsafe outputs, all at once.
    /// - Precondition: `lower` and `upper` have equally many values.
    public init(lower: [Double], upper: [Double], constraints: [OutputConstraint]) {
      precondition(lower.count == upper.count, "\(lower.count) lower, \(upper.count) upper ends")
      self.init(
        box: Box(lower: lower, upper: upper, insideLower: lower, insideUpper: upper),
        constraints: constraints)
    }

    /// Creates a case of a box.
    init(box: Box, constraints: [OutputConstraint]) {
      (self.box, self.constraints) = (box, constraints)
    }
  }

  /// The ends of the intervals of all inputs.
  ///
  /// Proofs hold on the box whose ends are rounded outwards, and counterexamples lie in the one whose
  /// ends are rounded inwards: 0.45 is no Double.
  package struct Box: Sendable, Equatable {
    package let lower, upper: [Double]
    /// The ends rounded inwards.
    package let insideLower, insideUpper: [Double]
  }

  /// The number of inputs, X_0 and on. For images they are numbered in the order [channels, height,
  /// width].
  public let inputs: Int
  /// The number of outputs, Y_0 and on.
  public let outputs: Int
  /// The cases whose union is the unsafe set.
  ///
  /// Cases that differ in their constraints only stand together where the assertions choose between
  /// boxes first, so that the network is bounded once for all of them. Those whose box is empty are
  /// left out. With no case at all nothing is unsafe.
  public let cases: [Case]

  /// Creates a property; nothing is checked.
  ///
  /// - Parameters:
  ///   - inputs: The number of inputs, the length of every box.
  ///   - outputs: The number of outputs; constraints name them from 0.
  ///   - cases: The cases. Neighbours with the same box are bounded together.
  public init(inputs: Int, outputs: Int, cases: [Case]) {
    self.inputs = inputs
    self.outputs = outputs
    self.cases = cases
  }

  /// The largest file that is read, unpacked: 64 MiB.
  package static let sizeLimit = 1 << 26
  /// The most cases that the assertions are written out as.
  ///
  /// Assertions of a few lines may stand for exponentially many, since each `or` multiplies them.
  package static let caseLimit = 200_000

  /// Reads a file, gzipped or plain, as its first bytes say.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` where the file cannot be read, and of kind
  ///   `badData` as ``init(data:file:)`` does.
  public init(contentsOf url: URL) throws {
    try self.init(data: InputFile.read(url, limit: Self.sizeLimit), file: url.path)
  }

  /// Reads the bytes of a file, gzipped or plain.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData`, with the line, for what is not VNN-LIB, for
  ///   constraints that are not linear or speak of more than one input, for inputs that are not
  ///   bounded on both sides, and beyond the limits on size, depth and cases.
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
/// Unsafe outputs satisfy it. A lower bound of `excess(of:)` above 0 over a box shows that none
/// of the outputs there does.
///
/// A strict inequality of a file is read as this one, which makes the unsafe set no smaller.
public struct OutputConstraint: Sendable, Equatable {
  /// One output with its coefficient.
  public struct Term: Sendable, Equatable {
    /// The number of the output: Y_output in the file.
    public let output: Int
    /// Finite, not zero, at most Float32's largest number in magnitude.
    public let coefficient: Double

    /// How far the coefficient of the file may be from it: decimals are no Doubles.
    public let error: Double

    /// Creates a term.
    public init(output: Int, coefficient: Double, error: Double = 0) {
      self.output = output
      self.coefficient = coefficient
      self.error = error
    }
  }

  /// The terms by output, ascending; each output once.
  public let terms: [Term]
  /// What the sum is at most, if the constraint is satisfied; at most Float32's largest number in
  /// magnitude when read from a file.
  public let bound: Double

  /// Creates a constraint.
  ///
  /// - Parameters:
  ///   - terms: The terms by output, ascending, each output once.
  ///   - bound: What their sum is at most.
  public init(terms: [Term], bound: Double) {
    self.terms = terms
    self.bound = bound
  }

  /// Returns Σ coefficient · y − bound, which is above 0 exactly where the constraint is violated.
  ///
  /// It is computed in Double, one term after the other; ``magnitude(of:)`` says how far that may
  /// be from the exact value.
  ///
  /// - Parameter outputs: All outputs of the network, Y_0 first.
  package func excess(of outputs: [Float]) -> Double {
    terms.reduce(-bound) { $0 + $1.coefficient * Double(outputs[$1.output]) }
  }

  /// Returns |bound| + Σ |coefficient · y|, to which the rounding errors of ``excess(of:)`` are in
  /// proportion.
  ///
  /// A search for counterexamples asks for an excess below 0 by a fraction of it, so that another
  /// implementation of the network finds the same outputs unsafe.
  package func magnitude(of outputs: [Float]) -> Double {
    terms.reduce(abs(bound)) { $0 + abs($1.coefficient * Double(outputs[$1.output])) }
  }
}
