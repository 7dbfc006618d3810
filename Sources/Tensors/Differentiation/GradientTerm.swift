/// A part of a gradient: an array, or a way to make one that can also add to what is there already,
/// without an array in between.
///
/// The gradient of a value that several operations use is a sum with one term for each. A product
/// of matrices can add its term to the sum as it computes it, which saves an array of the weight's
/// size and a pass over it.
enum GradientTerm {
  /// The term as an array.
  case value(DeviceArray)
  /// Two ways to the same term: as an array, if it is the first of its sum, or added to the sum in
  /// place. Exactly one of them is called.
  case addition(make: () -> DeviceArray, add: (inout DeviceArray) -> Void)

  /// Adds the term to a sum; nil is a sum that has not begun.
  func add(to sum: inout DeviceArray?) {
    guard var total = sum else {
      switch self {
      case .value(let array): sum = array
      case .addition(let make, _): sum = make()
      }
      return
    }
    sum = nil  // so that `total` is the only owner and is added to in place
    switch self {
    case .value(let array): total.device.elementwise.accumulate(array, to: &total)
    case .addition(_, let add): add(&total)
    }
    sum = total
  }
}
