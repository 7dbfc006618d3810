import Tensors

/// A plain Float64 array, the operand of the reference functions: naive loops that share no code
/// with the package.
struct Reference: Sendable {
  var shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    precondition(shape.reduce(1, *) == values.count)
    (self.shape, self.values) = (shape, values)
  }

  init(_ shape: [Int], at index: (Int) -> Double) {
    self.init(shape, (0..<shape.reduce(1, *)).map(index))
  }

  init(_ tensor: Tensor) { self.init(tensor.shape, tensor.scalars.map(Double.init)) }

  subscript(i: Int, j: Int) -> Double {
    get { values[i * shape[1] + j] }
    set { values[i * shape[1] + j] = newValue }
  }

  subscript(i: Int, j: Int, k: Int) -> Double {
    get { values[(i * shape[1] + j) * shape[2] + k] }
    set { values[(i * shape[1] + j) * shape[2] + k] = newValue }
  }

  subscript(i: Int, j: Int, k: Int, l: Int) -> Double {
    get { values[((i * shape[1] + j) * shape[2] + k) * shape[3] + l] }
    set { values[((i * shape[1] + j) * shape[2] + k) * shape[3] + l] = newValue }
  }

  func map(_ body: (Double) -> Double) -> Reference { Reference(shape, values.map(body)) }

  func with(_ other: Reference, _ body: (Double, Double) -> Double) -> Reference {
    Reference(shape) { body(values[$0], other.values[$0]) }
  }

  func reshaped(_ shape: [Int]) -> Reference { Reference(shape, values) }

  var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

// MARK: Affine maps

/// Visits every (image, output) pair that a weight element connects.
private func forEachTap(
  _ images: [Int], _ output: [Int], _ weight: [Int], _ geometry: ConvolutionGeometry,
  _ body: (_ n: Int, _ y: Int, _ x: Int, _ row: Int, _ column: Int, _ ky: Int, _ kx: Int) -> Void
) {
  for n in 0..<images[0] {
    for y in 0..<output[1] {
      for x in 0..<output[2] {
        for ky in 0..<weight[2] {
          for kx in 0..<weight[3] {
            let row = y * geometry.stride + ky - geometry.padding
            let column = x * geometry.stride + kx - geometry.padding
            guard 0..<images[1] ~= row, 0..<images[2] ~= column else { continue }
            body(n, y, x, row, column, ky, kx)
          }
        }
      }
    }
  }
}

func convolution(
  _ images: Reference, _ weight: Reference, _ geometry: ConvolutionGeometry
) -> Reference {
  let extents = (1...2).map {
    (images.shape[$0] + 2 * geometry.padding - weight.shape[$0 + 1]) / geometry.stride + 1
  }
  var out = Reference([images.shape[0]] + extents + [weight.shape[0]]) { _ in 0 }
  forEachTap(images.shape, out.shape, weight.shape, geometry) { n, y, x, row, column, ky, kx in
    for o in 0..<weight.shape[0] {
      for c in 0..<weight.shape[1] {
        out[n, y, x, o] += images[n, row, column, c] * weight[o, c, ky, kx]
      }
    }
  }
  return out
}

func transposedConvolution(
  _ output: Reference, _ weight: Reference, _ images: [Int], _ geometry: ConvolutionGeometry
) -> Reference {
  var out = Reference(images) { _ in 0 }
  forEachTap(images, output.shape, weight.shape, geometry) { n, y, x, row, column, ky, kx in
    for o in 0..<weight.shape[0] {
      for c in 0..<weight.shape[1] {
        out[n, row, column, c] += output[n, y, x, o] * weight[o, c, ky, kx]
      }
    }
  }
  return out
}

/// Norms of the rows of a convolution's matrix: row (y, x, o) is the image-shaped gradient of that
/// output, which the transposed convolution of a unit vector gives.
func rowNorms(
  _ weight: Reference, scale: [Double], image: [Int], _ geometry: ConvolutionGeometry,
  _ dual: DualNorm
) -> Reference {
  let zeros = Reference([1] + image) { _ in 0 }
  var norms = convolution(zeros, weight, geometry)
  for index in norms.values.indices {
    let unit = Reference(norms.shape) { $0 == index ? 1 : 0 }
    let row = transposedConvolution(unit, weight, [1] + image, geometry)
    norms.values[index] = dualNorm(
      row.values.enumerated().map { $1 * scale[$0 % scale.count] }, dual)
  }
  return norms
}

func dualNorm(_ values: some Collection<Double>, _ dual: DualNorm) -> Double {
  switch dual {
  case .two: values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  case .infinity: values.map(\.magnitude).max() ?? 0
  }
}

/// […, k] · [k, n].
func product(_ a: Reference, _ b: Reference) -> Reference {
  let (inner, columns) = (b.shape[0], b.shape[1])
  return Reference(a.shape.dropLast() + [columns]) { index in
    (0..<inner).reduce(0) {
      $0 + a.values[index / columns * inner + $1] * b.values[$1 * columns + index % columns]
    }
  }
}

func transposed(_ a: Reference) -> Reference {
  Reference([a.shape[1], a.shape[0]]) { a[$0 % a.shape[0], $0 / a.shape[0]] }
}

/// Adds a vector to every row of the last axis.
func addingRow(_ a: Reference, _ row: Reference) -> Reference {
  Reference(a.shape) { a.values[$0] + row.values[$0 % row.values.count] }
}
