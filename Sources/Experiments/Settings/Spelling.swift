/// Words that were mistyped.
package enum Spelling {
  /// The known word that is so near that it was probably meant: at most two letters differ, and
  /// fewer than half.
  package static func nearest(to word: String, among known: [String]) -> String? {
    guard word.count <= 64 else { return nil }
    let ranked = known.map { (word: $0, distance: distance(word.lowercased(), $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= 2 && 2 * best.distance <= word.count ? best.word : nil
  }

  /// "did you mean X?", or all words there are.
  static func remedy(_ word: String, among known: [String]) -> String {
    nearest(to: word, among: known).map { "did you mean \($0)?" }
      ?? "known are \(known.joined(separator: ", "))"
  }

  /// Counts letters that are inserted, removed, replaced or exchanged with the next one (the
  /// optimal string alignment distance).
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        let replaced = rows[i][j] + (a[i] == b[j] ? 0 : 1)
        var least = min(replaced, rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
