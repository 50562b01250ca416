import PictureCode

/// Class maps made of logits `[classes, height, width]`.
package enum ClassMap {
    /// The class with the largest logit at each pixel; of equal ones the first.
    package static func largest(_ logits: [Float], classes: Int) -> [UInt8] {
        let channels = max(1, classes)
        let area = logits.count / channels
        return [UInt8](unsafeUninitializedCapacity: area) { labels, initialized in
            unetc_make_labels(UNETC_TASK_CLASSES, logits, channels, area, 0, labels.baseAddress)
            initialized = area
        }
    }
}
