/// Which pictures of a folder without a test part are that part, and in what order test data are.
enum TestChoice {
  /// The examples in the order of their names' hash, so that the first so many, on which a model
  /// may be judged, are of all classes.
  static func mixed(_ examples: [ImageFolder.Example]) -> [ImageFolder.Example] {
    examples.map { (hash: hash(name($0)), example: $0) }
      .sorted { ($0.hash, $0.example.label) < ($1.hash, $1.example.label) }.map(\.example)
  }

  /// One in six of each class, rounded to nearest, one at least where there are two: those whose
  /// files' names have the smallest hash.
  static func choose(_ examples: [ImageFolder.Example]) -> [Bool] {
    var chosen = [Bool](repeating: false, count: examples.count)
    let groups = Dictionary(grouping: examples.indices) { examples[$0].label }
    for indices in groups.values where indices.count > 1 {
      let ranked = indices.map { index -> (hash: UInt64, name: String, index: Int) in
        let name = name(examples[index])
        return (hash(name), name, index)
      }.sorted { ($0.hash, $0.name) < ($1.hash, $1.name) }
      for entry in ranked.prefix(max(1, (indices.count + 3) / 6)) { chosen[entry.index] = true }
    }
    return chosen
  }

  private static func name(_ example: ImageFolder.Example) -> String {
    String(example.path.split(separator: "/").last ?? "")
  }

  /// FNV-1a with a last mix, since its high bits hardly depend on a name's last letters.
  private static func hash(_ name: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return hash ^ (hash >> 29)
  }
}
