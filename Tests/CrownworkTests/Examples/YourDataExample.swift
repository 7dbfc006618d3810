import Crownwork
import Foundation

/// The steps of the article "Your data".
enum YourDataExample {
  static func arrays(pixels: [UInt8], labels: [UInt8]) throws -> Dataset {
    let images = try LabeledImages(
      height: 24, width: 32, channels: 3, pixels: pixels, labels: labels, classes: 5)
    let cut = images.count * 5 / 6
    let data = Dataset(
      name: "gestures", train: images[0..<cut], test: images[cut..<images.count])
    print(data.train.classCounts, data.test.classCounts)
    return data
  }

  static func folder(_ folder: URL) throws -> Dataset {
    let size = ImageSettings.Size(height: 32, width: 32)
    let data = try Dataset.load(
      .images, folder: folder, images: ImageSettings(size: size, channels: 1))
    print(data.classNames ?? [], data.train.classCounts, data.test.classCounts)
    return data
  }

  static func files(_ folder: URL) throws -> LabeledImages {
    let letters = try LabeledImages(
      images: folder.appending(path: "emnist-letters-train-images-idx3-ubyte.gz"),
      labels: folder.appending(path: "emnist-letters-train-labels-idx1-ubyte.gz"), classes: 27)
    return letters
  }

  static func named() throws -> Dataset {
    let clothes = try Dataset.fashionMNIST()
    return clothes
  }

  static func training(_ data: Dataset) throws -> TrainingRun {
    let network = try Architecture.cnn4Layer(width: 1, hidden: 128).network(
      input: [data.train.height, data.train.width, data.train.channels],
      classes: data.train.classes)

    let plan = TrainingPlan(
      objective: .crownIBP(margins: .fused),
      perturbation: .linf(epsilon: 4 / 255, within: 0...1),
      schedule: Schedule(
        epochs: 40, batchSize: 128, ramp: EpsilonRamp(start: 2, length: 24, shape: .smoothed)),
      optimizer: Optimizer.Settings(learningRate: 1e-3),
      augmentation: Augmentation(flip: true, crop: 2, fill: .edge))
    let run = try TrainingRun(plan, network: network, on: data.train)
    return run
  }

  static func numbers(
    _ network: Network, scalars: [Float], labels: [Int]
  ) throws -> Certification {
    let inputs = Tensor(shape: [labels.count, 4], scalars)
    let certification = try network.certify(
      inputs, labels: labels, against: .linf(epsilon: 0.05), by: [.interval, .crown()])
    return certification
  }
}
