/// Bytes as letters, digits, `+` and `/` (RFC 4648).
public enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    public static func text(of bytes: some Collection<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var word = 0
        var count = 0
        for byte in bytes {
            word = word << 8 | Int(byte)
            count += 1
            guard count == 3 else { continue }
            for shift in [18, 12, 6, 0] { result.append(letters[word >> shift & 63]) }
            (word, count) = (0, 0)
        }
        if count > 0 {
            word <<= 8 * (3 - count)
            for place in 0..<4 {
                result.append(place <= count ? letters[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
