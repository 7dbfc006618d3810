import Tensors

/// Channels scaled, their statistics, and scalars moved.
extension OperationCase {
  static let channelCases: [OperationCase] = [
    channelAffineCase(withShift: true), channelAffineCase(withShift: false), momentsCase,
    scaledRowsCase, rearrangedCase, transposedRearrangementCase,
  ]

  private static func channelAffineCase(withShift: Bool) -> OperationCase {
    OperationCase(
      name: withShift ? "channelAffine" : "channelAffine without shift", usesOneDNN: true,
      inputs: {
        [random([$0, 2, 2, 3], seed: 29), awayFromZero([3], seed: 27), random([3], seed: 28)]
      },
      ours: { [channelAffine($0[0], scale: $0[1], shift: withShift ? $0[2] : nil)] },
      reference: { x in
        [
          Reference(x[0].shape) { index in
            x[0].values[index] * x[1].values[index % 3] + (withShift ? x[2].values[index % 3] : 0)
          }
        ]
      })
  }

  /// Far from zero, so that a variance taken as a difference of squares would be seen.
  private static let momentsCase = OperationCase(
    name: "channelMoments", allowsEmpty: false,
    inputs: { batch in
      let x = random([batch, 2, 3], seed: 60)
      return [Tensor(shape: x.shape, x.scalars.map { $0 + 5 })]
    },
    ours: { x in
      let moments = channelMoments(x[0])
      return [moments.mean, moments.variance]
    },
    reference: { x in
      let positions = x[0].values.count / 3
      func average(_ value: (Int, Int) -> Double) -> Reference {
        Reference([3]) { channel in
          (0..<positions).reduce(0) { $0 + value($1, channel) } / Double(positions)
        }
      }
      let mean = average { x[0].values[$0 * 3 + $1] }
      return [
        mean,
        average { position, channel in
          let deviation = x[0].values[position * 3 + channel] - mean.values[channel]
          return deviation * deviation
        },
      ]
    })

  private static let scaledRowsCase = OperationCase(
    name: "scaledRows", allowsEmpty: false,
    inputs: { [random([$0, 2, 3], seed: 62), random([$0], seed: 63)] },
    ours: { [scaledRows($0[0], by: $0[1])] },
    reference: { x in
      [Reference(x[0].shape) { x[0].values[$0] * x[1].values[$0 / 6] }]
    })

  /// Left out, repeated and constant scalars.
  private static let map = IndexMap([2, -1, 0, 5, 0, -1, 4], from: 6)

  private static let rearrangedCase = OperationCase(
    name: "rearranged", inputs: { [random([$0, 2, 3], seed: 61)] },
    ours: { [rearranged($0[0], by: map, to: [7, 1], fill: 0)] },
    reference: { x in
      [
        Reference([x[0].shape[0], 7, 1]) { index in
          let source = Int(map.sources[index % 7])
          return source < 0 ? 0 : x[0].values[index / 7 * 6 + source]
        }
      ]
    })

  private static let transposedRearrangementCase = OperationCase(
    name: "transposedRearrangement", inputs: { [random([$0, 2, 7], seed: 62)] },
    ours: { [transposedRearrangement($0[0], by: map)] },
    reference: { x in
      var out = Reference([x[0].shape[0], 2, 6]) { _ in 0 }
      for index in x[0].values.indices {
        let source = Int(map.sources[index % 7])
        if source >= 0 { out.values[index / 7 * 6 + source] += x[0].values[index] }
      }
      return [out]
    })
}
