import Foundation

#if canImport(CryptoKit)
  import CryptoKit
#else
  import CCrypto
#endif

/// The SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
///
/// Apple's systems compute it with CryptoKit, others with OpenSSL's libcrypto.
package final class SHA256Sum {
  #if canImport(CryptoKit)
    private var hash = SHA256()

    package init() {}

    /// Adds bytes to those before.
    package func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    private func digest() -> [UInt8] { Array(hash.finalize()) }
  #else
    private let context: OpaquePointer

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

    private func digest() -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 32)
      let isDone = EVP_DigestFinal_ex(context, &bytes, nil) == 1
      precondition(isDone, "libcrypto cannot compute SHA-256")
      return bytes
    }
  #endif

  /// Ends the sum: 64 hexadecimal digits. Nothing may be added after it.
  package func hexadecimal() -> String {
    digest().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The sum of some bytes.
  package static func hexadecimal(of bytes: some ContiguousBytes) -> String {
    let sum = SHA256Sum()
    bytes.withUnsafeBytes { sum.update($0) }
    return sum.hexadecimal()
  }
}
