import Foundation

#if canImport(CryptoKit)
  import CryptoKit
#else
  import CCrypto
#endif

/// The SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
///
/// Published data sets are recognised by this sum, and the digests that tie a log of verdicts to
/// its network and its data are made of it. Apple's systems compute it with CryptoKit, others with
/// OpenSSL's libcrypto.
///
/// It is a class because libcrypto keeps its state in memory of its own, which must be freed once.
package final class SHA256Sum {
  #if canImport(CryptoKit)
    private var hash = SHA256()

    package init() {}

    /// Adds bytes to those before.
    package func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Ends the sum: its 32 bytes.
    private func digest() -> [UInt8] { Array(hash.finalize()) }
  #else
    /// The state of the sum in libcrypto.
    private let context: OpaquePointer

    /// Begins an empty sum.
    ///
    /// - Precondition: libcrypto offers SHA-256 and has memory for its state.
    package init() {
      guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
      else { preconditionFailure("libcrypto cannot compute SHA-256") }
      self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to those before.
    package func update(_ bytes: UnsafeRawBufferPointer) {
      let isDone = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
      precondition(isDone, "libcrypto cannot compute SHA-256")
    }

    /// Ends the sum: its 32 bytes.
    private func digest() -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 32)
      let isDone = EVP_DigestFinal_ex(context, &bytes, nil) == 1
      precondition(isDone, "libcrypto cannot compute SHA-256")
      return bytes
    }
  #endif

  /// Ends the sum and returns it as 64 hexadecimal digits in lower case, as `sha256sum` prints it.
  ///
  /// - Precondition: The sum has not been ended before. Nothing may be added after it.
  package func hexadecimal() -> String {
    digest().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Returns the sum of some bytes as 64 hexadecimal digits in lower case.
  package static func hexadecimal(of bytes: some ContiguousBytes) -> String {
    let sum = SHA256Sum()
    bytes.withUnsafeBytes { sum.update($0) }
    return sum.hexadecimal()
  }
}
