/// Loops over the rows of forms, examples or rows in parallel.
struct HostForms: FormKernels {
  func biasTerm(_ form: DeviceArray, _ bias: DeviceArray) -> DeviceArray {
    LinearFormKernel.dotBias(form, bias)
  }

  func addBias(_ bias: DeviceArray, times factors: DeviceArray, to form: inout DeviceArray) {
    LinearFormKernel.addBias(&form, bias, times: factors)
  }

  func combinedRows(_ form: DeviceArray, weights: DeviceArray) -> DeviceArray {
    RowCombinationKernel.forward(form, weights)
  }

  func combinedRowsFormGradient(
    _ form: DeviceArray, weights: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray { RowCombinationKernel.formGradient(form, weights, gradient) }

  func combinedRowsWeightGradient(
    _ form: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray { RowCombinationKernel.weightGradient(form, gradient) }
}

// MARK: Concretisation

extension HostForms {
  func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> DeviceArray { ConcretizationKernel.box(form, center, radius) }

  func boxFormGradient(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray { ConcretizationKernel.boxFormGradient(form, center, radius, gradient) }

  func boxGradients(
    _ form: DeviceArray, _ gradient: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray) {
    ConcretizationKernel.boxSetGradients(form, gradient, shape: shape)
  }

  func bothEnds(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray
  ) -> (lower: DeviceArray, upper: DeviceArray) {
    BothEndsKernel.forward(form, center, radius)
  }

  func bothEndsFormGradient(
    _ form: DeviceArray, center: DeviceArray, radius: DeviceArray, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray {
    BothEndsKernel.formGradient(form, center, radius, lower: lower, upper: upper)
  }

  func bothEndsBoxGradients(
    _ form: DeviceArray, lower: DeviceArray, upper: DeviceArray, shape: [Int]
  ) -> (center: DeviceArray, radius: DeviceArray) {
    BothEndsKernel.boxGradients(form, lower: lower, upper: upper, shape: shape)
  }

  func lowerBounds(
    _ form: DeviceArray, center: DeviceArray, epsilon: Float, dual: DualNorm
  ) -> DeviceArray { ConcretizationKernel.ball(form, center, epsilon: epsilon, dual: dual) }

  func ballFormGradient(
    _ form: DeviceArray, center: DeviceArray, epsilon: Float, dual: DualNorm,
    _ gradient: DeviceArray
  ) -> DeviceArray {
    ConcretizationKernel.ballFormGradient(form, center, epsilon: epsilon, dual: dual, gradient)
  }
}

// MARK: Multipliers

extension HostForms {
  func multiplied(
    _ form: DeviceArray, by multipliers: DeviceArray, weights: DeviceArray,
    at places: MultiplierPlaces
  ) -> (form: DeviceArray, constant: DeviceArray) {
    MultiplierKernel.forward(form, multipliers, weights, places)
  }

  func multiplierGradient(
    weights: DeviceArray, at places: MultiplierPlaces, formGradient: DeviceArray,
    constantGradient: DeviceArray
  ) -> DeviceArray {
    MultiplierKernel.gradient(
      weights, places, formGradient: formGradient, constantGradient: constantGradient)
  }
}

// MARK: Noise terms

extension HostForms {
  /// The two columns in the middle of each stack; the same one twice for odd stacks.
  private struct Middles: Residual {
    let columns: [(Int32, Int32)]
  }

  func scaledNoise(
    _ columns: DeviceArray, slope: DeviceArray, offset: DeviceArray, noise: DeviceArray
  ) -> DeviceArray { ProjectedNoiseKernel(columns).scaled(columns, slope, offset, noise) }

  func scaledNoiseGradient(
    _ columns: DeviceArray, slope: DeviceArray, noise: DeviceArray, _ gradient: DeviceArray
  ) -> (columns: DeviceArray, slope: DeviceArray, offset: DeviceArray) {
    ProjectedNoiseKernel(columns).scaledBackward(columns, slope, noise, gradient)
  }

  func medianMagnitudes(
    _ columns: DeviceArray
  ) -> (values: DeviceArray, middles: any Residual) {
    let medians = ProjectedNoiseKernel(columns).medians(columns)
    return (medians.values, Middles(columns: medians.middles))
  }

  func medianMagnitudesGradient(
    _ columns: DeviceArray, middles: any Residual, _ gradient: DeviceArray
  ) -> DeviceArray {
    ProjectedNoiseKernel(columns).mediansBackward(
      columns, (middles as! Middles).columns, gradient)
  }

  func rootMeanSquares(_ columns: DeviceArray) -> DeviceArray {
    ProjectedNoiseKernel(columns).roots(columns)
  }

  func rootMeanSquaresGradient(
    _ columns: DeviceArray, roots: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray { ProjectedNoiseKernel(columns).rootsBackward(columns, roots, gradient) }
}
