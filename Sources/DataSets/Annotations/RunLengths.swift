/// Run lengths as COCO writes them: how many pixels are outside and inside by turns, down the columns.
enum RunLengths {
    /// Reads COCO's compressed form: numbers of 5 bits a character, the lowest first, from the third on as differences to the
    /// one before the last (maskApi.c, rleFrString).
    /// - Returns: nil for text that is none.
    static func counts(compressed text: String) -> [Int]? {
        var counts: [Int] = []
        var number = 0
        var shift = 0
        for byte in text.utf8 {
            guard (48..<112).contains(byte), shift < 40 else { return nil }
            let bits = Int(byte) - 48
            number |= (bits & 0x1F) << shift
            shift += 5
            if bits & 0x20 != 0 { continue }
            if bits & 0x10 != 0 { number |= -1 << shift }
            if counts.count > 2 { number += counts[counts.count - 2] }
            guard number >= 0 else { return nil }
            counts.append(number)
            (number, shift) = (0, 0)
        }
        return shift == 0 ? counts : nil
    }
}
