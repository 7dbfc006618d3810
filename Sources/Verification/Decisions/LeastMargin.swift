import Bounds
import Networks

extension Network {
  /// What the label's logit has to exceed others by so that the network answers it; 0 where answers
  /// are compared as they are.
  ///
  /// A softmax at the network's end keeps the order of logits. A runtime's may answer two classes
  /// alike whose logits hardly differ: each exponential errs by some 2⁻²⁰ of itself at most, so that
  /// a difference of 2⁻¹⁷ is enough to stay one.
  func leastMargin(in arithmetic: Arithmetic) -> Float {
    guard arithmetic.guarantee == .deployed, let last = nodes.last?.layer else { return 0 }
    return last is Softmax || last is LogSoftmax ? 0x1p-17 : 0
  }
}
