import Experiments
import Foundation
import RobustTraining
import _TestSupport

/// A run on the digits to its end, and one of the same recipe that is stopped after so many steps,
/// saved, restored into a third, and taken to its end there.
func wholeAndResumed(
  _ recipe: Recipe, stoppedAfter count: Int
) throws -> (whole: TrainingRun, resumed: TrainingRun) {
  var (whole, first, second) = (
    try recipe.run(on: .digits()), try recipe.run(on: .digits()), try recipe.run(on: .digits())
  )
  try whole.train()
  var steps = 0
  try first.train(isInterrupted: {
    steps += 1
    return steps >= count
  })
  try withFolder { folder in
    let file = folder.appendingPathComponent("checkpoint.safetensors")
    try first.save(to: file, settings: recipe.yaml)
    try second.restore(from: file, recipe: recipe)
  }
  try second.train()
  return (whole, second)
}
