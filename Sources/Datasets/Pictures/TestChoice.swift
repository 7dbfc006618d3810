/// The choice of test pictures for a folder that has no test part, and the order of test pictures.
///
/// Both depend on the names of the files alone, by a hash, and neither on a random number nor on
/// the order in which a system lists a folder. So every computer makes the same choice, and adding
/// some pictures changes the roles of few others. Training and evaluation, which read the folder at
/// different times, agree on what is test data.
enum TestChoice {
  /// Returns the examples in the order of their names' hashes.
  ///
  /// The first examples, on which a quick evaluation may look alone, are then of all classes, while
  /// the listing has them class by class.
  static func mixed(_ examples: [ImageFolder.Example]) -> [ImageFolder.Example] {
    examples.map { (hash: hash(name($0)), example: $0) }
      .sorted { ($0.hash, $0.example.label) < ($1.hash, $1.example.label) }.map(\.example)
  }

  /// Chooses the test pictures: in each class those whose names have the smallest hashes, one in
  /// six, rounded to the nearest number.
  ///
  /// A class of two or more pictures gives at least one; a class with a single picture keeps it for
  /// training.
  ///
  /// - Parameter examples: All pictures of the folder.
  /// - Returns: For each example, whether it is test data.
  /// - Complexity: O(n log n).
  static func choose(_ examples: [ImageFolder.Example]) -> [Bool] {
    var chosen = [Bool](repeating: false, count: examples.count)
    let groups = Dictionary(grouping: examples.indices) { examples[$0].label }
    for indices in groups.values where indices.count > 1 {
      let ranked = indices.map { index -> (hash: UInt64, name: String, index: Int) in
        let name = name(examples[index])
        return (hash(name), name, index)
      }.sorted { ($0.hash, $0.name) < ($1.hash, $1.name) }
      // (n + 3)/6 in whole numbers is n/6 rounded to nearest.
      for entry in ranked.prefix(max(1, (indices.count + 3) / 6)) { chosen[entry.index] = true }
    }
    return chosen
  }

  /// Returns the last part of the path. The folders in front do not count, so that moving the data
  /// changes nothing.
  private static func name(_ example: ImageFolder.Example) -> String {
    String(example.path.split(separator: "/").last ?? "")
  }

  /// Hashes a name by FNV-1a with a final mix.
  ///
  /// The high bits of FNV-1a hardly depend on a name's last letters, which is where numbered names
  /// differ; without the mix, pictures with neighbouring numbers would share their role. The choice
  /// of test data depends on this function, so it must never change.
  private static func hash(_ name: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return hash ^ (hash >> 29)
  }
}
