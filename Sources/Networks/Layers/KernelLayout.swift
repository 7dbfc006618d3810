import Tensors

/// How the weight of a convolution lies in the kernel that is applied: in groups of channels, each
/// seeing its own part of the input, and with gaps between its taps.
///
/// Both are computed as a plain convolution whose kernel has zeros elsewhere: every rule and kernel
/// holds for it as it is, at groups · dilation² times the multiplications.
package struct KernelLayout: Sendable, Hashable {
  /// The number of groups that input and output channels are divided into, in order; 1 for all
  /// channels together.
  package let groups: Int
  /// The distance of neighbouring taps, down and across; 1 without gaps.
  package let dilation: [Int]

  /// Makes a layout.
  ///
  /// - Precondition: All numbers are positive, and there are two distances.
  package init(groups: Int = 1, dilation: [Int] = [1, 1]) {
    precondition(groups >= 1 && dilation.count == 2 && dilation.allSatisfy { $0 >= 1 })
    self.groups = groups
    self.dilation = dilation
  }

  /// Whether the weight is the kernel: one group, no gaps.
  package var isPlain: Bool { groups == 1 && dilation == [1, 1] }

  /// Returns height and width of the kernel that a weight [O, C/groups, kh, kw] spreads over.
  func extents(of weight: [Int]) -> [Int] {
    [(weight[2] - 1) * dilation[0] + 1, (weight[3] - 1) * dilation[1] + 1]
  }

  /// Returns how a weight [O, C/groups, kh, kw] becomes the kernel [O, C, kh', kw'], zeros between;
  /// nil where the weight is the kernel.
  func expansion(of weight: [Int]) -> Rearrangement? {
    guard !isPlain else { return nil }
    let kernel = [weight[0], weight[1] * groups] + extents(of: weight)
    return Rearrangement(from: weight, to: kernel) { index in
      let channel = index[1] - index[0] / (weight[0] / groups) * weight[1]
      guard 0..<weight[1] ~= channel, index[2] % dilation[0] == 0, index[3] % dilation[1] == 0
      else { return nil }
      return [index[0], channel, index[2] / dilation[0], index[3] / dilation[1]]
    }
  }
}
