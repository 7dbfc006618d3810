import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// Domains of branch and bound: what is said of one holds for the inputs in it, and parts are bounded
/// no worse than the whole.
@Suite struct BranchingLaws {
  /// Multipliers of 0 change no bit.
  @Test(arguments: Families.small)
  func withoutMultipliersItIsAlphaCROWN(member: Families.Member) throws {
    let (bounding, form) = try Self.bounding(member, Families.sets[0])
    guard let split = bounding.someSplit else { return }
    var part = bounding.domains([[split]], weights: [[[1, 1, 1]]])
    part.regions = bounding.regions
    let (end, start) = (bounding.plan.tail, Choices())
    var choices = start
    choices.multipliers[split.value] = .zeros([1, 3, 1])
    func bound(_ bounding: Bounding, _ choices: Choices) -> [Float] {
      bounding.lowerBounds(
        of: bounding.pulled(form, from: end, to: 0, slope: .adaptive, choices),
        over: [bounding.input]
      ).scalars
    }
    #expect(bound(part, choices) == bound(bounding, start))
    choices.multipliers[split.value] = Tensor(shape: [1, 3, 1], repeating: 0.1)
    #expect(bound(part, choices) != bound(bounding, start))
  }

  /// No bound of a domain is above the network at a point that the decisions allow, whatever the
  /// decisions, the multipliers and the slopes are.
  @Test(arguments: Families.small)
  func boundsHoldInTheirDomains(member: Families.Member) throws {
    var random = RandomSource(seed: 61)
    for set in Families.sets {
      let (bounding, form) = try Self.bounding(member, set)
      let network = try member.network()
      let images = Families.images(1, member.input, seed: 21)
      let margins = Specification.margins(of: [1], classes: 4)
      for point in adversarialPoints(network, images, [1], set).prefix(6) {
        let decisions = bounding.decisions(allowing: point, count: 4, using: &random)
        let weights = decisions.map { _ in [Float](repeating: 1, count: 3) }
        let part = bounding.domains([decisions], weights: [weights])
        var choices = Choices(slopes: part.randomSlopes(rows: 3, using: &random))
        for (value, places) in part.splits {
          choices.multipliers[value] = .uniform(
            places.weights.shape, in: 0...1, using: &random)
        }
        let bounds = part.lowerBounds(
          of: part.pulled(form, from: part.plan.tail, to: 0, slope: .zero, choices),
          over: [part.input])
        expectNowhereBelow(
          margins.values(network(point)), bounds, relative: 1e-5, "\(set) \(decisions)")
      }
    }
  }

  /// A part begins with the choices of the whole.
  @Test(arguments: Families.small)
  func partsAreBoundedNoWorse(member: Families.Member) throws {
    for set in Families.sets {
      let (bounding, form) = try Self.bounding(member, set)
      let rule = NeuronBranching(
        root: bounding, form: form.rows(0..<1), slope: .adaptive, budget: Budget())
      var domains = [rule.start(iterations: 3)]
      for _ in 0..<3 {
        let open = domains.filter { !$0.isClosed }
        let children = rule.children(of: open)
        for (whole, parts) in zip(open, children) {
          #expect(parts.count <= 2)
          for part in parts {
            let slack = 1e-4 * (1 + abs(whole.bound))
            #expect(part.isClosed || part.bound >= whole.bound - slack, "\(set)")
          }
        }
        domains = Array(children.joined())
      }
    }
  }

  /// Which domains there are, and their bounds to the bit, do not depend on the number of threads.
  @Test(arguments: [Branching.Splits.neurons, .inputs])
  func threadsChangeNothing(splits: Branching.Splits) throws {
    let member = Families.small[0]
    let (bounding, _) = try Self.bounding(member, Families.sets[0])
    let specification = try Specification(
      rows: Tensor(shape: [1, 1, 4], [-1, 1, 0, 0]), offset: Tensor(shape: [1, 1], [-0.2]))
    func outcome(_ threads: Int) -> [Float] {
      let before = Threads.count
      defer { Threads.use(before) }
      Threads.use(threads)
      let outcome = bounding.branch(
        specification, by: Branching(domains: 200, splits: splits), budget: Budget())
      return [outcome.bound, Float(outcome.domains), Float(outcome.open)]
    }
    let one = outcome(1)
    #expect(one == outcome(2) && one[1] > 3)
  }

  /// Halves cover a box, and what is cut off holds no counterexample.
  @Test func halvesHoldEveryCounterexample() throws {
    var random = RandomSource(seed: 62)
    let network = try Network(
      input: [3],
      [
        Linear(from: 3, to: 8, using: &random), ReLU(), Linear(from: 8, to: 8, using: &random),
        ReLU(), Linear(from: 8, to: 2, using: &random),
      ])
    let bounded = try BoundedNetwork(network)
    let points = Tensor.uniform([4000, 3], in: -1...1, using: &random)
    let outputs = network(points).scalars
    let thresholds = stride(from: 0, to: outputs.count, by: 2).map { outputs[$0] }.sorted()
    // The rows y₀ − t and y₁ + 1 are both at most 0 at some of the points.
    let specification = try Specification(
      rows: Tensor(shape: [1, 2, 2], [1, 0, 0, 1]),
      offset: Tensor(shape: [1, 2], [-thresholds[400], -10]))
    let box = Interval(center: .zeros([1, 3]), radius: Tensor(shape: [1, 3], repeating: 1))
    let bounding = bounded.bounding(over: .box(box))
    let rule = InputBranching(
      plan: bounded.plan, shape: [3], form: bounding.elided(specification), slope: .adaptive,
      tries: 2, budget: Budget())
    var domains = rule.bounded([
      InputDomain(lower: [-1, -1, -1], upper: [1, 1, 1])
    ])
    for _ in 0..<6 { domains = rule.children(of: domains.filter { !$0.isClosed }).flatMap(\.self) }
    let open = domains.filter { !$0.isClosed }
    #expect(open.count < 64 && !open.isEmpty)
    let scalars = points.scalars
    for i in 0..<4000 where outputs[2 * i] < thresholds[400] && outputs[2 * i + 1] < 10 {
      let point = scalars[3 * i..<3 * i + 3]
      #expect(
        open.contains { domain in
          zip(point, zip(domain.lower, domain.upper)).allSatisfy { $1.0 <= $0 && $0 <= $1.1 }
        }, "\(point)")
    }
  }

  /// CROWN's regions of an image, and the form of its margins.
  private static func bounding(
    _ member: Families.Member, _ set: Perturbation
  ) throws -> (Bounding, GraphForm) {
    var bounding = try BoundedNetwork(member.network()).bounding(
      over: set.region(around: Families.images(1, member.input, seed: 21)))
    bounding.tightenPreactivations(slope: .adaptive, rowLimit: 64)
    bounding.prepareErrors()
    return (bounding, bounding.elided(.margins(of: [1], classes: 4)))
  }
}

extension Bounding {
  /// A decision on an undecided scalar, if there is one.
  fileprivate var someSplit: Split? {
    for step in plan.steps.prefix(plan.tail) where step.affine == nil && step.inputs[0] > 0 {
      let value = step.inputs[0]
      if let scalar = regions[value].box.undecidedNeurons.first {
        return Split(value: value, scalar: scalar, point: 0, isAbove: true)
      }
    }
    return nil
  }

  /// Random decisions, at 0 and at other points, on the sides where an input's values are.
  fileprivate func decisions(
    allowing input: Tensor, count: Int, using random: inout RandomSource
  ) -> [Split] {
    var values = [input]
    for step in plan.steps.prefix(plan.tail) {
      values.append(step.layer.forward(all: step.inputs.map { values[$0] }))
    }
    let layers = plan.steps.prefix(plan.tail).filter { $0.affine == nil && $0.inputs[0] > 0 }
    guard !layers.isEmpty else { return [] }
    return (0..<count).compactMap { number in
      let value = layers[Int.random(in: 0..<layers.count, using: &random)].inputs[0]
      let box = regions[value].box
      let scalar = Int.random(in: 0..<box.center.count, using: &random)
      let (c, r) = (box.center.scalars[scalar], box.radius.scalars[scalar])
      let point = number % 2 == 0 ? 0 : c + r * (random.uniform() * 2 - 1)
      guard abs(point - c) < r else { return nil }
      return Split(
        value: value, scalar: scalar, point: point, isAbove: values[value].scalars[scalar] >= point)
    }
  }

  /// Slopes of every layer that has some, uniform in [0, 1].
  func randomSlopes(rows: Int, using random: inout RandomSource) -> [Int: Tensor] {
    var alphas: [Int: Tensor] = [:]
    for index in 0..<plan.tail {
      guard
        let start = plan.steps[index].layer.startingAlpha(
          through: place(of: plan.steps[index], slope: .zero))
      else { continue }
      alphas[index] = .uniform([start.shape[0], rows, start.shape[1]], in: 0...1, using: &random)
    }
    return alphas
  }
}
