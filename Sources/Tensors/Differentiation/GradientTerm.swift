/// A part of a gradient: an array, or a way to make one that can also add to what is there already,
/// without an array in between.
enum GradientTerm {
  case value(DeviceArray)
  case addition(make: () -> DeviceArray, add: (inout DeviceArray) -> Void)

  /// Adds the term to a sum that may not have begun.
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
