import Bounds
import Networks
import Tensors
import Testing

/// Calls that make no sense stop the program where they are made, in release builds too.
@Suite struct PreconditionTests {
  @Test func epsilonIsFiniteAndNotNegative() async {
    await #expect(processExitsWith: .failure) { _ = Perturbation.linf(epsilon: -0.1) }
    await #expect(processExitsWith: .failure) { _ = Perturbation.l2(epsilon: .nan) }
    await #expect(processExitsWith: .failure) { _ = Perturbation.l1(epsilon: .infinity) }
  }

  @Test func labelsAreClasses() async {
    await #expect(processExitsWith: .failure) { _ = Specification.margins(of: [3], classes: 3) }
    await #expect(processExitsWith: .failure) { _ = Specification.margins(of: [-1], classes: 3) }
  }

  @Test func centreAndRadiusHaveOneShape() async {
    await #expect(processExitsWith: .failure) {
      _ = Interval(center: .zeros([2, 3]), radius: .zeros([3, 2]))
    }
  }

  @Test func formsHaveAConstantForEachRow() async {
    await #expect(processExitsWith: .failure) {
      _ = LinearForm(coefficients: .zeros([1, 2, 3]), constant: .zeros([1, 3]))
    }
  }
}
