import Foundation
import Formats
import Networks
import Tensors

/// The golden numbers of Tests/Fixtures/golden (see the README there).
public enum Golden {
  public struct Case: Decodable, Sendable {
    public let key: String
    public let method: String
    public let relaxation: String
    public let norm: String
    public let epsilon: Float
    public let clip: Bool

    enum CodingKeys: String, CodingKey {
      case key, method, relaxation, norm, epsilon
      case clip = "clip_to_unit_box"
    }

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      key = try values.decode(String.self, forKey: .key)
      method = try values.decode(String.self, forKey: .method)
      relaxation = try values.decode(String.self, forKey: .relaxation)
      epsilon = try values.decode(Float.self, forKey: .epsilon)
      clip = try values.decode(Bool.self, forKey: .clip)
      norm =
        if let name = try? values.decode(String.self, forKey: .norm) { name } else {
          "\(try values.decode(Int.self, forKey: .norm))"
        }
    }
  }

  public struct NetworkCases: Decodable, Sendable {
    public let name: String
    public let cases: [Case]
  }

  public struct GradientCase: Decodable, Sendable {
    public let net: String
    public let key: String
    public let epsilon: Float
    public let kappa: Float
    public let beta: Float
  }

  static var folder: URL { Fixture.folder.appending(path: "golden") }

  public static func bounds() throws -> [NetworkCases] {
    try JSONDecoder().decode(
      [NetworkCases].self, from: Data(contentsOf: folder.appending(path: "index.json")))
  }

  public static func gradients() throws -> [GradientCase] {
    try JSONDecoder().decode(
      [GradientCase].self, from: Data(contentsOf: folder.appending(path: "grad_index.json")))
  }

  /// The arrays of NAME.safetensors.
  public static func arrays(_ name: String) throws -> [String: Tensor] {
    try Fixture.arrays("golden/\(name)")
  }

  /// The network of NAME.onnx.
  public static func onnx(_ name: String) throws -> Network {
    try ONNXModel.network(contentsOf: folder.appending(path: "\(name).onnx"))
  }

  /// The network of a fixture, with the weights of its arrays.
  public static func network(_ name: String, _ arrays: [String: Tensor]) throws -> Network {
    let convolutions: [String: [ConvolutionGeometry]] = [
      "mlp": [],
      "cnn_2layer": [.init(stride: 2, padding: 1), .init(stride: 2, padding: 1)],
      "cnn_valid": [.init(stride: 3), .init(stride: 2)],
    ]
    var state: [String: Tensor] = [:]
    for (key, value) in arrays where key.hasPrefix("param.") {
      state[String(key.dropFirst("param.".count))] = value
    }
    func layer(_ index: Int) -> (weight: Tensor, bias: Tensor) {
      (state["\(index).weight"]!, state["\(index).bias"]!)
    }
    var layers: [any Layer] = []
    for geometry in convolutions[name]! {
      let (weight, bias) = layer(layers.count)
      layers += [Convolution(weight: weight, bias: bias, geometry: geometry), ReLU()]
    }
    layers.append(Flatten())
    while state["\(layers.count).weight"] != nil {
      let (weight, bias) = layer(layers.count)
      layers += [Linear(weight: weight, bias: bias), ReLU()]
    }
    layers.removeLast()
    return try Network(input: [28, 28, 1], layers).loading(state)
  }

  /// One-channel images NCHW as NHWC: the same bytes.
  public static func images(_ arrays: [String: Tensor]) -> Tensor {
    let x = arrays["x"]!
    return x.reshaped([x.shape[0], 28, 28, 1])
  }

  public static func labels(_ arrays: [String: Tensor]) -> [Int] {
    arrays["y"]!.scalars.map { Int($0) }
  }
}
