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

  static func branching() -> BoundMethod {
    let method = BoundMethod.complete(Branching(domains: 500))
    return method
  }

  // MARK: networks

  static func networkFromLayers() throws -> Network {
    var layers = Network.Builder(input: [8, 8, 1])
    layers.convolution(8, kernel: 3, padding: 1)
    layers.relu()
    layers.flatten()
    layers.linear(10)
    let network = try layers.network()
    print(network.outputShape, network.parameterCount)  // [10] 5210
    return network
  }

  static func networkBuilder() throws -> Network {
    var layers = Network.Builder(input: [28, 28, 1])
    layers.convolution(16, kernel: 4, stride: 2, padding: 1)
    layers.relu()
    layers.flatten()
    layers.linear(10)
    let network = try layers.network()
    return network
  }

  static func residualBlock(_ layers: inout Network.Builder) {
    let skip = layers.last
    layers.convolution(16, kernel: 3, padding: 1)
    layers.sum(skip, layers.last)
    layers.relu()
  }

  static func networkFromGraph() throws -> Network {
    var layers = Network.Builder(input: [16])
    let skip = layers.input
    layers.linear(16)
    layers.relu()
    layers.sum(skip, layers.last)
    layers.linear(3)
    let network = try layers.network()
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
    try ONNXModel.write(network, to: url)
  }

  static func modelFile(_ url: URL) throws -> ModelFile {
    let model = try ModelFile(contentsOf: url)
    print(model.network.inputShape, model.network.parameterCount)
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

  static func savedModel() throws -> SavedModel {
    let model = try SavedModel(path: "runs/mnist-dm-small")
    print(model.target.perturbation, model.file.network.parameterCount)
    return model
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
    let outcome = try run.train(budget: Budget(deadline: .now.advanced(by: .seconds(60))))
    print(outcome == .finished ? "finished" : "stopped after \(run.epoch) epochs")
    return run
  }

  static func trainingUpdates(_ start: TrainingRun) async throws -> Network? {
    var trained: Network?
    for try await update in start.updates() {
      switch update {
      case .step: break
      case .epoch(let report, _): print(report.epoch, report.sums.meanLoss)
      case .ended(let run, _): trained = run.network
      }
    }
    return trained
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
    var run = try recipe.run(on: data)
    try run.train()
    let report = try run.network.evaluate(
      on: data.test, target: recipe.target, attack: recipe.evaluation.attack)
    return report
  }

  static func runFolder(_ recipe: Recipe, _ folder: URL) throws -> SavedModel {
    try recipe.train(in: folder) { event, _ in
      if case .epoch(let report) = event { print(report.epoch, report.sums.meanLoss) }
    }
    let model = try SavedModel(path: folder.path)
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

  static func runningSweep(_ sweep: Sweep, _ folder: URL) throws -> SweepOutcome {
    let outcome = try sweep.run(in: folder) { event in
      if case .ended(let run, let result) = event {
        print(run.label, result.errors?.certified ?? .nan)
      }
    }
    for failure in outcome.failures { print(failure.run.label, failure.problem) }
    print(outcome.table.markdown)
    return outcome
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
    let budget = Budget(memory: 1 << 30, deadline: .now.advanced(by: .seconds(60)))
    let certification = try network.certify(
      data.test, against: box, by: [.interval, .crown(), .alphaCROWN()], budget: budget
    ) { verdicts, progress in
      for verdict in verdicts { print(verdict.index, verdict.status) }
      print("\(progress.done) of \(progress.total)")
    }
    return certification
  }

  static func verdictsAsTheyCome(
    _ network: Network, _ data: Dataset, _ box: Perturbation
  ) async throws -> Int {
    var proved = 0
    for try await verdict in network.verdicts(on: data.test, against: box, by: [.interval]) {
      if verdict.status == .certified { proved += 1 }
    }
    return proved
  }

  static func verdictLog(_ network: Network, _ data: Dataset) throws -> Certification {
    let log = try VerdictLog(
      at: URL(fileURLWithPath: "verdicts.jsonl"), of: network, on: data.test,
      against: .linf(epsilon: 0.1, within: 0...1), by: [.interval, .crownIBP()])
    let certification = try log.certify()
    return certification
  }

  static func certificateFolder(
    at url: URL, _ network: Network, _ data: Dataset, _ box: Perturbation, _ methods: [BoundMethod]
  ) throws {
    let folder = try CertificateFolder(
      at: url, of: network, on: data.test, named: "mnist", against: box, by: methods)
    let certification = try network.certify(data.test, against: box, by: methods)
    try folder.write(certification)
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

  static func arithmetics(_ network: Network) throws -> [BoundedNetwork] {
    let bounded = try BoundedNetwork(network)  // outward, for the deployed network
    let exact = try BoundedNetwork(network, arithmetic: .outward(.exact))
    let plain = try BoundedNetwork(network, arithmetic: .real)
    return [bounded, exact, plain]
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

  static func randomNumbers() -> Tensor {
    var random = RandomSource(seed: 0)
    let noise = Tensor.uniform([4, 4], in: -1...1, using: &random)
    return noise
  }
}
