import Tensors

/// Copies of rows and columns, whose gradients go back to where the scalars came from.
extension OperationCase {
  static let rowCases = [
    rowRangeCase, rowsAtCase, concatenatedCase, selectingRowsCase, columnsCase,
  ]

  private static let rowRangeCase = OperationCase(
    name: "rows in a range", allowsEmpty: false, inputs: { [random([$0 + 2, 2, 3], seed: 300)] },
    ours: { [$0[0].rows(1..<$0[0].shape[0] - 1)] },
    reference: { x in
      [Reference([x[0].shape[0] - 2, 2, 3]) { x[0].values[$0 + 6] }]
    })

  private static let rowsAtCase = OperationCase(
    name: "rows at indices", allowsEmpty: false, inputs: { [random([$0, 2, 3], seed: 206)] },
    ours: { [$0[0].rows(at: [0, $0[0].shape[0] - 1, 0])] },
    reference: { x in
      let last = (x[0].shape[0] - 1) * 6
      return [Reference([3, 2, 3]) { x[0].values[[0, last, 0][$0 / 6] + $0 % 6] }]
    })

  private static let concatenatedCase = OperationCase(
    name: "concatenated",
    inputs: { [random([$0, 3], seed: 301), random([2 * $0, 3], seed: 302)] },
    ours: { [.concatenated([$0[0], $0[1], $0[0]])] },
    reference: { x in
      let values = x[0].values + x[1].values + x[0].values
      return [Reference([values.count / 3, 3], values)]
    })

  private static let selectingRowsCase = OperationCase(
    name: "selectingRows", inputs: { [random([$0, 4, 3], seed: 303)] },
    ours: { [$0[0].selectingRows(1..<3)] },
    reference: { x in
      [Reference([x[0].shape[0], 2, 3]) { x[0].values[$0 / 6 * 12 + 3 + $0 % 6] }]
    })

  private static let columnsCase = OperationCase(
    name: "columns", inputs: { [random([$0, 5], seed: 304)] },
    ours: { [$0[0].columns(1..<4)] },
    reference: { x in
      [Reference([x[0].shape[0], 3]) { x[0].values[$0 / 3 * 5 + 1 + $0 % 3] }]
    })
}
