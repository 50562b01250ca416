import Base
import CDigest

/// SHA-256, as libmd computes it.
package struct Digest {
    private var context = SHA2_CTX()

    package init() { SHA256Init(&context) }

    package mutating func add(_ bytes: [UInt8]) { SHA256Update(&context, bytes, bytes.count) }
    package mutating func add(_ text: String) { add(Array(text.utf8)) }

    /// The digest of everything that was added, as 64 hexadecimal digits.
    package var text: String {
        var context = context
        var bytes = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&bytes, &context)
        return bytes.map(\.hexadecimal).joined()
    }

    /// Of a text in UTF-8.
    package static func of(_ text: String) -> String {
        var digest = Digest()
        digest.add(text)
        return digest.text
    }
}
