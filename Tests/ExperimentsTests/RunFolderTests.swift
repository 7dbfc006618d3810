import Datasets
import Experiments
import Foundation
import RobustTraining
import Testing
import _TestSupport

/// A run's folder says what its training took.
@Suite struct RunFolderTests {
  /// What is done between opening and training, such as reading data, is no time of an epoch.
  @Test func epochsBeginWithTheTraining() throws {
    let recipe = try Recipe(
      yaml: """
        model: { name: mlp, hidden: 4 }
        objective: { name: natural }
        schedule: { epochs: 1, batch-size: 1024, ramp: { start: 0, length: 1 } }
        """
    ).resolved(for: .digits())
    try withFolder { folder in
      var opened = try RunFolder(creating: folder.appending(path: "r"), recipe: recipe)
      var run = try recipe.run(on: .digits())
      Thread.sleep(forTimeInterval: 1)
      let start = ContinuousClock.now
      try opened.train(&run) { _, _ in }
      let seconds = try #require(opened.secondsPerEpoch)
      #expect(.seconds(seconds) <= ContinuousClock.now - start)
    }
  }
}
