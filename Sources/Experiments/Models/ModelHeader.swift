import Bounds
import Formats
import Foundation
import Networks
import Relaxations
import Tensors
import Verification

/// The metadata entry `crownwork` of a model file, which is JSON.
///
/// It has the description of the network (`architecture`, `options`, `input`, `classes`) and what
/// it is to be certified against (`certify`). Both parts are optional, but a header that is there
/// and cannot be understood is an error: a network that was certified against another set than its
/// file says would be worse than none.
struct ModelHeader {
  /// The description of the network; nil for a graph that no architecture names.
  let description: ModelFile.Description?
  /// What the network is to be certified against; nil where the file does not say.
  let target: CertificationTarget?

  /// The entry as JSON has it.
  private struct Fields: Codable {
    var architecture: String?
    var options: [String: [Int]]?
    var input: [Int]?
    var classes: Int?
    var certify: Certify?
  }

  /// The target of certification as JSON has it.
  private struct Certify: Codable {
    /// The texts of the methods, as ``Bounds/BoundMethod`` reads and writes them.
    var methods: [String]
    /// The slope of those methods that name none.
    var slope: ReLUSlope
    /// The name of the norm: linf, l2 or l1.
    var norm: String
    /// ε in raw units.
    var epsilon: Float
    /// The range that pixels stay in, as its two ends; nil for none.
    var clip: [Float]?
  }

  /// Creates a header of its two parts.
  init(_ description: ModelFile.Description?, target: CertificationTarget?) {
    self.description = description
    self.target = target
  }

  /// The entry as one line of JSON.
  var json: String {
    get throws {
      let certify = target.map { target -> Certify in
        let slope = target.methods.lazy.compactMap(\.slope).first ?? .adaptive
        return Certify(
          methods: target.methods.map { $0.text(slope: slope) }, slope: slope,
          norm: target.perturbation.norm.rawValue, epsilon: target.perturbation.epsilon,
          clip: target.perturbation.domain.map { [$0.lowerBound, $0.upperBound] })
      }
      let fields = Fields(
        architecture: description?.architecture.name,
        options: description?.architecture.options, input: description?.input,
        classes: description?.classes, certify: certify)
      return try JSONText.line(fields)
    }
  }

  /// Reads the entry in a file's metadata.
  ///
  /// - Parameters:
  ///   - metadata: The metadata of a model file.
  ///   - fail: Makes the error of a problem, with the file's name.
  /// - Returns: nil for a file that another program made: one without the entry `format`, or with
  ///   `pt`, which PyTorch's tools write.
  /// - Throws: The error of `fail` for a file of another version, and for an entry that is missing
  ///   or damaged.
  static func read(
    _ metadata: [String: String], _ fail: (String) -> FormatError
  ) throws -> ModelHeader? {
    // PyTorch's own tools write the format "pt".
    guard let format = metadata["format"], format != "pt" else { return nil }
    guard format == ModelFile.format else {
      throw fail("is of format \"\(format)\", not \"\(ModelFile.format)\"")
    }
    guard let text = metadata["crownwork"],
      let fields = try? JSONDecoder().decode(Fields.self, from: Data(text.utf8))
    else { throw fail(Damage().description) }
    do {
      return ModelHeader(try description(fields), target: try fields.certify.map(target))
    } catch {
      throw fail("\(error)")
    }
  }

  /// Returns the description of the network; nil where the entry has none of its fields and a
  /// target instead.
  private static func description(_ fields: Fields) throws -> ModelFile.Description? {
    guard let name = fields.architecture, let input = fields.input, let classes = fields.classes
    else {
      let saysNothing =
        fields.architecture == nil && fields.input == nil && fields.classes == nil
      guard saysNothing, fields.certify != nil else { throw Damage() }
      return nil
    }
    return ModelFile.Description(
      try Architecture(name: name, options: fields.options ?? [:]), input: input, classes: classes)
  }

  /// The problem of an entry that is not the JSON that it should be.
  private struct Damage: Error, CustomStringConvertible {
    let description = "its metadata entry \"crownwork\" is missing or damaged"
  }

  /// The problem of a target with values that do not exist.
  private struct BadTarget: Error, CustomStringConvertible {
    let description: String
  }

  /// Returns the target of certification, with every value checked.
  private static func target(_ certify: Certify) throws -> CertificationTarget {
    guard let norm = Perturbation.Norm(rawValue: certify.norm) else {
      throw BadTarget(description: "no norm is named \"\(certify.norm)\"")
    }
    let methods = try certify.methods.map { text in
      guard let method = BoundMethod(text: text, slope: certify.slope) else {
        throw BadTarget(description: "no method is named \"\(text)\"")
      }
      return method
    }
    var domain: ClosedRange<Float>?
    if let clip = certify.clip {
      guard clip.count == 2, clip[0] < clip[1] else {
        throw BadTarget(description: "clip is not [lowest, highest]")
      }
      domain = clip[0]...clip[1]
    }
    return CertificationTarget(
      perturbation: try Perturbation(norm: norm, epsilon: certify.epsilon, domain: domain),
      methods: methods)
  }
}
