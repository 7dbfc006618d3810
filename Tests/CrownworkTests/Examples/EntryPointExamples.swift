import Crownwork
import Foundation

/// One short example for each entry point; doc comments show their bodies.
enum EntryPointExamples {
  static func overview() throws -> Certification {
    let digits = Dataset.digits()
    let plan = TrainingPlan(
      objective: .crownIBP(), perturbation: .linf(epsilon: 0.1, within: 0...1),
      schedule: Schedule(epochs: 30, ramp: EpsilonRamp(start: 1, length: 18)))
    let network = try Architecture.cnn2Layer(width: 4, hidden: 128).network(input: [8, 8, 1])

    var run = try TrainingRun(plan, network: network, on: digits.train)
    try run.train()

    let certification = try run.network.certify(
      digits.test, against: plan.perturbation, by: [.interval, .crownIBP()])
    print(certification.verifiedError)
    return certification
  }

  // MARK: networks

  static func networkFromLayers() throws -> Network {
    var random = RandomSource(seed: 0)
    let network = try Network(
      input: [8, 8, 1],
      [
        Convolution(from: 1, to: 8, kernel: 3, padding: 1, using: &random), ReLU(),
        Flatten(), Linear(from: 8 * 8 * 8, to: 10, using: &random),
      ])
    print(network.outputShape, network.parameterCount)  // [10] 5210
    return network
  }

  static func networkFromGraph() throws -> Network {
    var random = RandomSource(seed: 0)
    let network = try Network(
      input: [16],
      graph: [
        ("hidden", Linear(from: 16, to: 16, using: &random), [0]),
        ("relu", ReLU(), [1]),
        ("sum", Addition(), [0, 2]),
        ("output", Linear(from: 16, to: 3, using: &random), [3]),
      ])
    return network
  }

  static func networkOfAnArchitecture() throws -> Network {
    let architecture = try Architecture(name: "cnn-2layer", options: ["width": [2]])
    let network = try architecture.network(input: [28, 28, 1], classes: 10, seed: 1)
    return network
  }

  static func outputs(of network: Network, on data: LabeledImages) -> [Int] {
    let (images, labels) = data.batch(0..<64)
    let answers = network(images).argmaxOfRows
    print(zip(answers, labels).count { $0 == $1 })
    return answers
  }

  // MARK: files

  static func networkFromONNX(_ url: URL) throws -> Network {
    let network = try ONNXModel.network(contentsOf: url)
    print(network.inputShape, network.classes)
    return network
  }

  static func networkToONNX(_ network: Network, _ url: URL) throws {
    try ONNXModel.write(network.folded, to: url, metadata: ["dataset": "mnist"])
  }

  static func modelFile(_ url: URL) throws -> ModelFile {
    let model = try ModelFile(contentsOf: url)
    print(model.network.parameterCount, model.target?.perturbation.description ?? "no target")
    return model
  }

  static func stateDict(_ url: URL) throws -> Network {
    let model = try ModelFile(
      contentsOf: url, described: ModelFile.Description(.dmSmall, input: [28, 28, 1]))
    let network = model.network
    return network
  }

  static func savingModel(_ network: Network, _ plan: TrainingPlan, _ url: URL) throws {
    let target = CertificationTarget(
      perturbation: plan.perturbation, methods: [.interval, .crownIBP()])
    try ModelFile(network, dataset: "mnist", target: target).write(to: url)
  }

  static func safetensors(_ url: URL) throws -> SafetensorsFile {
    let file = try SafetensorsFile(contentsOf: url) { $0.hasPrefix("0.") }
    for (name, array) in file.arrays { print(name, array.shape) }
    return file
  }

  // MARK: data

  static func loadingData() throws -> Dataset {
    let data = try Dataset.mnist()
    print(data.train.count, data.test.count)  // 60000 10000
    return data
  }

  static func labeledImages(pixels: [UInt8], labels: [UInt8]) throws -> LabeledImages {
    let images = try LabeledImages(height: 28, width: 28, pixels: pixels, labels: labels)
    let (train, test) = (images[0..<900], images[900..<1000])
    print(train.classCounts, test.classCounts)
    return images
  }

  // MARK: training

  static func training(_ network: Network, _ data: Dataset) throws -> TrainingRun {
    let plan = TrainingPlan(
      objective: .crownIBP(margins: .fused), perturbation: .linf(epsilon: 0.1, within: 0...1),
      schedule: Schedule(epochs: 20, ramp: EpsilonRamp(start: 1, length: 12)), holdout: 500)
    var run = try TrainingRun(plan, network: network, on: data.train)
    try run.train { event, _ in
      if case .epoch(let report) = event { print(report.epoch, report.sums.meanLoss) }
    }
    return run
  }

  static func trainingThatStops(_ training: TrainingRun) throws -> TrainingRun {
    var run = training
    let outcome = try run.train(isInterrupted: { Task.isCancelled })
    print(outcome == .finished ? "finished" : "stopped after step \(run.step)")
    return run
  }

  static func checkpoint(
    _ plan: TrainingPlan, _ network: Network, _ data: Dataset, _ stopped: TrainingRun, _ url: URL
  ) throws -> TrainingRun {
    try stopped.save(to: url, settings: "first try")
    var run = try TrainingRun(plan, network: network, on: data.train)
    try run.restore(from: url, settings: "first try")
    try run.train()
    return run
  }

  // MARK: recipes and runs

  static func recipe() throws -> ModelReport {
    let recipe = try Recipe(
      yaml: """
        dataset: digits
        objective: { name: crown-ibp, margins: fused }
        schedule: { epochs: 10, ramp: { start: 1, length: 5 } }
        """)
    let data = try recipe.loadDataset()
    let resolved = try recipe.resolved(for: data)
    var run = try resolved.run(on: data)
    try run.train()
    let report = try run.network.evaluate(
      on: data.test, target: resolved.target, attack: resolved.evaluation.attack)
    return report
  }

  static func runFolder(_ recipe: Recipe, _ data: Dataset, _ url: URL) throws -> SavedModel {
    let resolved = try recipe.resolved(for: data)
    var folder = try RunFolder(creating: url, recipe: resolved)
    var run = try resolved.run(on: data)
    try run.train { event, current in
      if case .epoch(let report) = event { try folder.record(report, current) }
    }
    let model = try SavedModel(path: url.path)
    return model
  }

  static func sweep() throws -> Sweep {
    let sweep = try Sweep(
      yaml: """
        dataset: mnist
        sweep:
          models: [{ name: cnn-2layer }, { name: dm-small }]
          settings: [{ objective: { name: ibp } }, { objective: { name: crown-ibp } }]
          seeds: [0, 1, 2]
        """)
    for run in sweep.runs { print(run.label, run.recipe.schedule.epochs) }
    return sweep
  }

  static func sweepTable(_ sweep: Sweep, _ url: URL) throws -> SweepTable {
    let folder = SweepFolder(url, sweep)
    let open = try sweep.runs.filter { try folder.state(of: $0) != .done }
    let table = try folder.table()
    print("\(open.count) runs are open\n\n\(table.markdown)")
    return table
  }

  // MARK: certification

  static func certification(_ network: Network, _ data: Dataset) throws -> Certification {
    let certification = try network.certify(
      data.test, against: .linf(epsilon: 0.1, within: 0...1), by: [.interval, .crownIBP()])
    print(certification.verifiedError)
    return certification
  }

  static func certificationInSteps(
    _ network: Network, _ data: Dataset, _ box: Perturbation
  ) throws -> Certification {
    let budget = Budget(memory: 1 << 30, deadline: ContinuousClock.now + .seconds(60))
    let certification = try network.certify(
      data.test, against: box, by: [.interval, .crown(), .alphaCROWN()], budget: budget
    ) { verdicts, progress in
      for verdict in verdicts { print(verdict.index, verdict.status) }
      print("\(progress.done) of \(progress.total)")
    }
    return certification
  }

  static func verdictLog(_ network: Network, _ data: Dataset) throws -> Certification {
    let log = try VerdictLog(
      at: URL(fileURLWithPath: "verdicts.jsonl"), of: network, on: data.test,
      against: .linf(epsilon: 0.1, within: 0...1), by: [.interval, .crownIBP()])
    let certification = try log.certify()
    return certification
  }

  static func radii(_ network: Network, _ data: Dataset) throws -> [CertifiedRadius] {
    let radii = try RadiusSearch(upTo: 0.4).radii(
      of: network, on: data.test.prefix(100), within: .linf(epsilon: 0.4, within: 0...1),
      by: [.interval, .crown()])
    for example in radii { print(example.verdict.index, example.radius ?? 0) }
    return radii
  }

  static func evaluation(_ network: Network, _ data: Dataset) throws -> ModelReport {
    let target = CertificationTarget(
      perturbation: .linf(epsilon: 0.1, within: 0...1), methods: [.interval, .crownIBP()])
    let report = try network.evaluate(on: data.test, target: target, attack: .apgd())
    print(report.standardError, report.attackedError)
    for (method, error) in report.certifiedErrors { print(method, error) }
    return report
  }

  static func curve(
    _ network: Network, _ data: Dataset, _ target: CertificationTarget
  ) throws -> RobustnessCurve {
    let curve = try network.robustnessCurve(
      on: data.test, target: target, at: [0, 0.05, 0.1, 0.2], attack: .apgd())
    for point in curve.points {
      print(point.epsilon, point.attackedError, point.certifiedErrors.last ?? 1)
    }
    return curve
  }

  static func property(_ network: Network, _ url: URL) throws -> PropertyVerdict {
    let property = try VNNLIBProperty(contentsOf: url)
    let verdict = try network.verify(property, by: [.interval, .crownIBP(), .crown()])
    print(verdict.answer.word)
    return verdict
  }

  static func counterexample(_ verdict: PropertyVerdict) {
    if case .sat(let example) = verdict.answer {
      print(example.inputs, example.outputs)
    }
  }

  // MARK: attacks

  static func attack(_ network: Network, _ data: Dataset) throws -> [AttackResult] {
    let results = try network.attack(
      data.test, within: .linf(epsilon: 0.1, within: 0...1), with: .apgd())
    for result in results where result.status == .broken {
      print(result.index, result.finding!.answer)
    }
    return results
  }

  static func attackFolder(
    _ results: [AttackResult], _ data: Dataset, _ box: Perturbation, _ url: URL
  ) throws {
    let folder = AttackFolder(results, on: data.test, within: box, classNames: data.classNames)
    try folder.write(to: url)
  }

  // MARK: bounds

  static func perturbations() throws -> [Perturbation] {
    let box = Perturbation.linf(epsilon: 8 / 255, within: 0...1)
    let ball = try Perturbation(norm: .l2, epsilon: 0.5)
    print(box)  // ℓ∞ ε = 8/255 (0.03137) within [0.0, 1.0]
    return [box, ball, box.withEpsilon(2 / 255)]
  }

  static func boundedNetwork(
    _ network: Network, _ images: Tensor, _ labels: [Int], within set: Perturbation
  ) throws -> Tensor {
    let bounded = try BoundedNetwork(network)
    var bounding = bounded.bounding(over: set.region(around: images))
    let margins = Specification.margins(of: labels, classes: network.classes)
    let lower = bounding.lowerBounds(of: margins, by: .crownIBP())
    return lower
  }

  static func specification(_ network: Network, _ image: Tensor) throws -> Tensor {
    let difference = Tensor(shape: [1, 1, 3], [1, -1, 0])
    let specification = try Specification(rows: difference)
    let bounded = try BoundedNetwork(network)
    let lower = try bounded.lowerBounds(
      of: specification, around: image, within: .l2(epsilon: 0.1), by: .crown())
    return lower
  }

  static func methodFromText() -> BoundMethod? {
    BoundMethod(text: "alpha-crown(iterations: 50)")  // .alphaCROWN(iterations: 50)
  }

  // MARK: tensors

  static func tensors() -> Tensor {
    let x = Tensor(shape: [2, 2], [1, 2, 3, 4])
    print(x * 2)  // Tensor [2, 2]: 2.0, 4.0, 6.0, 8.0
    return x
  }

  static func readingTensors(_ logits: Tensor) -> Float? {
    let largest = logits.read { $0.max() }
    return largest
  }

  static func modifyingTensors() -> Tensor {
    var noise = Tensor.zeros([3])
    noise.modify { scalars in
      for index in scalars.indices { scalars[index] = Float(index) }
    }
    return noise
  }

  static func gradients(_ x: Tensor, _ weight: Tensor, _ labels: [Int]) -> [Tensor] {
    let (value, gradients) = withGradients(at: [weight]) { tracked in
      crossEntropy(linear(x, weight: tracked[0]), labels: labels)
    }
    print(value.scalar, gradients[0].shape)
    return gradients
  }

  static func randomNumbers() -> Tensor {
    var random = RandomSource(seed: 0)
    let noise = Tensor.uniform([4, 4], in: -1...1, using: &random)
    return noise
  }
}
