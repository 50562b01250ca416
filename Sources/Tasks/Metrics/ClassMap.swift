/// Class maps made of logits `[classes, height, width]`.
package enum ClassMap {
    /// The class with the largest logit at each pixel; of equal ones the first.
    package static func largest(_ logits: [Float], classes: Int) -> [UInt8] {
        let area = logits.count / max(1, classes)
        var best = [UInt8](repeating: 0, count: area)
        var most = Array(logits.prefix(area))
        for number in 1..<max(1, classes) {
            for place in 0..<area where logits[number * area + place] > most[place] {
                most[place] = logits[number * area + place]
                best[place] = UInt8(number)
            }
        }
        return best
    }
}
