import Base
import CDigest

/// SHA-256, as libmd computes it.
package struct Digest {
    private var context = SHA2_CTX()

    package init() { SHA256Init(&context) }

    package mutating func add(_ bytes: [UInt8]) { SHA256Update(&context, bytes, bytes.count) }
    package mutating func add(_ text: String) { add(Array(text.utf8)) }

    /// The digest of everything that was added.
    package var bytes: [UInt8] {
        var context = context
        var bytes = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&bytes, &context)
        return bytes
    }

    /// The same as 64 hexadecimal digits.
    package var text: String { bytes.map(\.hexadecimal).joined() }

    package static func bytes(_ bytes: [UInt8]) -> [UInt8] {
        var digest = Digest()
        digest.add(bytes)
        return digest.bytes
    }

    /// Of a text in UTF-8.
    package static func of(_ text: String) -> String {
        var digest = Digest()
        digest.add(text)
        return digest.text
    }
}
