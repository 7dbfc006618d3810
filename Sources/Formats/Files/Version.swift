/// The version of this package, as `crownwork --version` prints it and files name it.
package enum Version {
  /// The version by semantic versioning.
  package static let current = "0.1.0"
}
