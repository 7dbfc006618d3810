import Bounds
import Formats
import Foundation
import Networks
import Relaxations
import Tensors
import Verification

/// The metadata entry `crownwork` of a model file, JSON.
struct ModelHeader {
  /// nil for a graph that no architecture names.
  let description: ModelFile.Description?
  let target: CertificationTarget?

  private struct Fields: Codable {
    var architecture: String?
    var options: [String: [Int]]?
    var input: [Int]?
    var classes: Int?
    var certify: Certify?
  }

  private struct Certify: Codable {
    /// Texts of methods, see ``BoundMethod/init(text:slope:)``.
    var methods: [String]
    /// The slope of those that name none.
    var slope: ReLUSlope
    var norm: String
    var epsilon: Float
    var clip: [Float]?
  }

  init(_ description: ModelFile.Description?, target: CertificationTarget?) {
    self.description = description
    self.target = target
  }

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
      return try JSONLine.text(fields)
    }
  }

  /// Reads the entry in a file's metadata; nil where it has none. Throws what `fail` makes.
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

  private struct Damage: Error, CustomStringConvertible {
    let description = "its metadata entry \"crownwork\" is missing or damaged"
  }

  private struct BadTarget: Error, CustomStringConvertible {
    let description: String
  }

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
