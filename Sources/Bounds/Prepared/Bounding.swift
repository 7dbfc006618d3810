import Relaxations
import Tensors

/// A bounding holds what is known of a network on a batch of regions: regions of all values, and
/// linear forms backwards.
///
/// A lower bound of a specification is proved in two movements. Forwards, every layer maps the
/// regions of what it reads to a region that holds its output, so that `regions[v]` holds value v
/// for every allowed input. Backwards, the specification is a linear form over the output, and
/// every layer turns a form over its output into one over its inputs that is nowhere larger on
/// these regions. Once the form stands over the input,
///
///     C·f(x) + offset ≥ Λ·x + c   for every x in the region,
///
/// its least value over a box or a ball is known in closed form. Layers that are not affine need
/// the forward regions to choose lines around themselves; this is where both movements meet.
///
/// Methods differ in how far they go. Interval bound propagation (IBP, Gowal et al. 2018) takes the
/// form over the last region that is known. CROWN-IBP (Zhang et al. 2020) walks it back to the
/// input once. CROWN (Zhang et al. 2018) first replaces the pre-activation bounds of every layer by
/// those of such backward passes. α-CROWN (Xu et al. 2021) also optimises the slopes of the lines.
///
/// A bounding begins with intervals. Methods refine it, each going on from what the one before has
/// found, and a copy costs a few references, so that an open example can be handed on or split. No
/// mathematics of a layer is here: layers bring theirs (``BoundedLayer``).
///
/// A ``BoundedNetwork`` makes it. Decisions, the verification of properties and the losses of
/// training use it. Values are numbered as in a `Network`: 0 is the input, i + 1 the output of
/// layer i.
///
/// Every region holds its value for every input of its example, in real arithmetic or in spite of
/// rounding, as the network was prepared (``BoundedNetwork/arithmetic``); what methods put in place of
/// a region keeps this. (Training by random projections is the exception: it replaces pre-activation
/// bounds by estimates.)
public struct Bounding: Sendable {
  /// The layers, and where the affine part at the network's end begins.
  package let plan: BoundPlan
  /// Regions by value: `regions[0]` is the input's, `regions[i + 1]` that of layer i's output.
  ///
  /// Values of the affine part at the network's end are not among them (``region(of:)``):
  /// specifications are folded into that part, which is tighter than intervals of its values, and
  /// cheaper.
  package var regions: [Region]
  /// The methods that have refined the regions so far, in order. A method that stands here is not
  /// run on the regions again; one whose budget was spent half way does not stand here.
  var refinements: [BoundMethod] = []
  /// Decisions that hold for the examples, which are then domains of branch and bound, by the value
  /// that they are about; empty where there are none.
  var splits: [Int: SplitPlaces] = [:]
  /// What forms lose to rounding at each layer; nil in real arithmetic.
  private var errors: ErrorCache?
  /// Keeps what a certificate has to say of the methods that refine the regions; nil where nobody
  /// asks.
  var record: WitnessRecord?

  /// Propagates intervals up to the affine part at the network's end, into which specifications are
  /// folded.
  ///
  /// - Parameters:
  ///   - plan: The layers of the network.
  ///   - input: The sets of inputs, with the centre [batch, …input shape].
  init(_ plan: BoundPlan, over input: Region) {
    self.plan = plan
    errors = plan.isOutward ? ErrorCache() : nil
    regions = [input]
    for step in plan.steps.prefix(plan.tail) {
      regions.append(propagated(step, step.inputs.map { regions[$0] }))
    }
  }

  /// Makes bounds of a chain of layers whose regions are known already: of windows of an image
  /// (``ImageChain``), with intervals cut out of those of the whole.
  ///
  /// - Parameter regions: The region of what each layer reads, in the layers' order; the output of
  ///   the last layer has none.
  init(_ plan: BoundPlan, _ regions: [Region]) {
    self.plan = plan
    self.regions = regions
    errors = plan.isOutward ? ErrorCache() : nil
  }

  /// Maps regions through a layer, in the arithmetic of the plan.
  func propagated(_ step: BoundPlan.Step, _ regions: [Region]) -> Region {
    step.outward?.region(regions) ?? step.layer.propagate(regions)
  }

  /// Whether bounds account for rounding.
  var isOutward: Bool { errors != nil }

  /// Propagates the refined input of a layer through it and through the layers behind it, up to the
  /// next value that is refined by itself, so that later layers lose less to rounding, which grows
  /// with the magnitudes of what they read.
  ///
  /// - Parameter refined: The values that backward passes refine; they keep what they have.
  mutating func shrinkOutputs(of index: Int, before refined: Set<Int>) {
    for later in index..<plan.tail {
      guard !refined.contains(later + 1) else { break }
      let step = plan.steps[later]
      regions[later + 1] = propagated(step, step.inputs.map { regions[$0] })
    }
    errors = errors?.forgetting(from: index + 1)
  }

  /// The same regions with backward steps in real arithmetic, which can be differentiated: what
  /// optimises slopes.
  var inRealArithmetic: Bounding {
    var copy = self
    copy.errors = nil
    return copy
  }

  /// The sets of inputs that all bounds hold for, one for each example.
  package var input: Region { regions[0] }

  /// The number of examples.
  package var batch: Int { input.batch }

  /// Returns the region of a value, those of the affine part at the network's end included.
  ///
  /// - Complexity: Regions of the affine part are propagated anew at each call; others are looked
  ///   up.
  package func region(of value: Int) -> Region {
    guard value >= regions.count else { return regions[value] }
    var all = regions
    for step in plan.steps[(regions.count - 1)..<value] {
      all.append(propagated(step, step.inputs.map { all[$0] }))
    }
    return all[value]
  }

  /// Computes what forms lose to rounding at each layer, so that copies of this value share it.
  func prepareErrors() {
    guard let errors else { return }
    for value in 0..<regions.count { _ = errors.magnitudes(of: value, in: self) }
    for index in 0..<plan.tail { _ = errors.errors(at: index, in: self) }
  }

  /// Makes domains of the only example: as many copies of its regions as there are lists of
  /// decisions, each with its intervals cut by them.
  ///
  /// What forms lose to rounding is what they lose on the whole, which is no less.
  ///
  /// - Precondition: ``prepareErrors()`` has been called.
  /// - Parameters:
  ///   - decisions: For each domain its decisions, in the order of the multipliers.
  ///   - weights: For each domain and decision the size of its multiplier in each row, not negative.
  func domains(_ decisions: [[Split]], weights: [[[Float]]]) -> Bounding {
    precondition(batch == 1, "domains of \(batch) examples")
    var part = self
    part.record = nil
    let copies = [Int](repeating: 0, count: decisions.count)
    for value in Set(plan.steps.prefix(plan.tail).filter { $0.affine == nil }.map { $0.inputs[0] })
      .union([0])
    {
      part.regions[value] = regions[value].rows(at: copies)
    }
    for value in Set(decisions.joined().map(\.value)) {
      let chosen = decisions.map { d in d.indices.filter { d[$0].value == value } }
      part.splits[value] = SplitPlaces(decisions, chosen, weights: weights)
      part.regions[value] = .box(
        part.regions[value].box.cut(by: zip(decisions, chosen).map { d, c in c.map { d[$0] } }))
    }
    return part
  }

  /// Takes out what is known of some of the examples, with the methods that have refined it, so
  /// that the next method runs on those that are still open.
  ///
  /// - Parameter indices: Places of examples in the batch, in the order wanted.
  package func examples(at indices: [Int]) -> Bounding {
    var part = self
    part.regions = regions.map { $0.rows(at: indices) }
    part.errors = isOutward ? ErrorCache() : nil
    return part
  }
}

extension Bounding {
  /// Bounds a specification by the regions known so far, with the affine layers at the end folded
  /// into it. On regions that no method has refined these are the bounds of IBP.
  ///
  /// With the folded specification `C·W·h + …` over the last hidden value h, the bound is
  /// `(C·W)·centre − |C·W|·radius`; differences of logits are so bounded as one row, not as two
  /// intervals.
  ///
  /// - Returns: [batch, S].
  package func intervalBounds(of specification: Specification) -> Tensor {
    lowerBounds(of: elided(specification), over: regions)
  }

  /// Bounds a specification by one backward pass over the regions known so far: on regions of
  /// intervals CROWN-IBP (Zhang et al. 2020), on those that CROWN has refined full CROWN.
  ///
  /// - Parameter slope: How the lower lines of undecided ReLUs are chosen.
  /// - Returns: [batch, S].
  package func linearBounds(of specification: Specification, slope: ReLUSlope) -> Tensor {
    linearBounds(of: elided(specification), slope: slope)
  }

  /// Folds a specification into the affine part at the network's end: pulls it back to the values
  /// that the part reads. This is an equality, and no interval of a logit is needed.
  package func elided(_ specification: Specification) -> GraphForm {
    let end = plan.steps.count
    return pulled(
      GraphForm(specification.form, over: end), from: end, to: plan.tail, slope: .adaptive)
  }

  /// Bounds a form over values before the affine part at the network's end, by a backward pass to
  /// the input.
  ///
  /// - Parameter form: What ``elided(_:)`` makes, or some of its rows.
  /// - Returns: [batch, S].
  package func linearBounds(of form: GraphForm, slope: ReLUSlope) -> Tensor {
    lowerBounds(
      of: pulled(form, from: plan.tail, to: 0, slope: slope), over: [input])
  }

  /// Pulls a form over values up to that numbered `end` back to one over values up to `start`.
  ///
  /// It walks the layers from the last to the first. At layer i it takes the coefficients over
  /// value i + 1 out of the form, has the layer turn them into coefficients over what the layer
  /// reads, and adds these to those that other readers of the same value have left there. A layer
  /// whose output the form does not mention is passed over. Since a value is only pulled once all
  /// its readers have been, branches that share an input are not taken for independent.
  ///
  /// - Parameters:
  ///   - end: The form mentions no value above it.
  ///   - start: The result mentions no value above it.
  ///   - slope: How lines of undecided ReLUs are chosen where `choices` has none.
  ///   - choices: Chosen slopes and multipliers.
  ///   - visit: Sees the coefficients over each layer's output, before the layer pulls them back.
  /// - Returns: A form that is nowhere above the given one on the regions; equal to it where all
  ///   layers between are affine.
  func pulled(
    _ form: GraphForm, from end: Int, to start: Int, slope: ReLUSlope,
    _ choices: Choices = Choices(), visit: (Int, Tensor) -> Void = { _, _ in }
  ) -> GraphForm {
    var form = form
    for index in (start..<end).reversed() {
      guard var part = form.take(index + 1) else { continue }
      if let multipliers = choices.multipliers[index + 1] {
        part = multiplied(part, over: index + 1, by: multipliers)
      }
      visit(index, part.coefficients)
      let step = plan.steps[index]
      let place = place(of: step, slope: slope, alpha: choices.slopes[index])
      let pulled = pullBack(part, at: index, through: place)
      form.constant = pulled.constant
      for (value, coefficients) in zip(step.inputs, pulled.coefficients) {
        add(coefficients, over: value, to: &form)
      }
    }
    return form
  }

  /// Has a layer take its step back, in the arithmetic of this value.
  private func pullBack(
    _ form: LinearForm, at index: Int, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    let step = plan.steps[index]
    guard let errors, let outward = step.outward else {
      return step.layer.pullBack(form, through: place)
    }
    return outward.pullBack(form, through: place, errors.errors(at: index, in: self))
  }

  /// Adds to a form over a value what its decisions allow: multiples of z − p that are nowhere
  /// positive where they hold, so that the form stays nowhere above the given one (β-CROWN, Wang et
  /// al. 2021).
  private func multiplied(
    _ form: LinearForm, over value: Int, by multipliers: Tensor
  ) -> LinearForm {
    guard let splits = splits[value] else { return form }
    let new = Tensors.multiplied(
      form.coefficients, by: multipliers, weights: splits.weights, at: splits.places)
    guard splits.places.hasPoints else {
      return LinearForm(
        coefficients: new.form, constant: form.constant.repeatedBatch(new.form.shape[0]))
    }
    return LinearForm(
      coefficients: new.form,
      constant: isOutward
        ? outwardSum(form.constant, new.constant) : form.addingConstant(new.constant))
  }

  /// Adds coefficients over a value to a form. Where another reader of the value has left some, the
  /// sum is rounded, which costs a rounding of the value's magnitude.
  private func add(_ coefficients: Tensor, over value: Int, to form: inout GraphForm) {
    let isJoin = form.coefficients[value] != nil
    form.add(coefficients, over: value)
    guard let errors, isJoin, let sum = form.coefficients[value] else { return }
    let magnitudes = errors.magnitudes(of: value, in: self).flattenedRows
    let loss = outwardBounds(
      sum, center: .zeros([1, magnitudes.shape[1]]), radius: magnitudes * 0x1.02p-24)
    form.constant = outwardSum(form.constant, loss)
  }

  /// Returns at most the least values of a form where each value ranges over its region.
  func lowerBounds(of form: GraphForm, over regions: [Region]) -> Tensor {
    isOutward ? form.outwardLowerBounds(over: regions) : form.lowerBounds(over: regions)
  }

  /// Describes a layer's place for its backward step: shapes, and for a layer that is not affine
  /// the box of its input, by which it chooses lines.
  func place(of step: BoundPlan.Step, slope: ReLUSlope, alpha: Tensor? = nil) -> LayerPlace {
    LayerPlace(
      inputShapes: step.inputShapes, outputShape: step.outputShape,
      preactivation: step.affine == nil ? regions[step.inputs[0]].box : nil, slope: slope,
      alpha: alpha)
  }
}
