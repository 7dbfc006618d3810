/// Suggestions for words that were mistyped: keys, names and values of settings.
package enum Spelling {
  /// Returns the known word that is so near that it was probably meant; nil where none is.
  ///
  /// At most two letters may differ, and no more than half as many as the word has, so that short
  /// words are not taken for each other. Upper case in the mistyped word does not count as a
  /// difference.
  ///
  /// - Parameters:
  ///   - word: The mistyped word; one of more than 64 letters is not compared.
  ///   - known: The known words, in lower case; of equally near ones the first is returned.
  package static func nearest(to word: String, among known: [String]) -> String? {
    guard word.count <= 64 else { return nil }
    let ranked = known.map { (word: $0, distance: distance(word.lowercased(), $0)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= 2 && 2 * best.distance <= word.count ? best.word : nil
  }

  /// Returns the question whether the nearest word was meant, or all words that there are.
  static func remedy(_ word: String, among known: [String]) -> String {
    nearest(to: word, among: known).map { "did you mean \($0)?" }
      ?? "known are \(known.joined(separator: ", "))"
  }

  /// Counts the letters that are inserted, removed, replaced or exchanged with the next one, by
  /// which `b` differs from `a` (the optimal string alignment distance).
  ///
  /// Row i of the table has the distances between the first i letters of `a` and each beginning of
  /// `b`.
  ///
  /// - Complexity: O(a.count · b.count).
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
