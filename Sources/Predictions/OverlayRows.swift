import Imaging
import Tasks

/// The picture at its own size: objects, classes or labels tinted, with an outline where one meets another. Where labels overlap
/// their colours are mixed.
final class OverlayRows: PredictionRows {
    private let writer: PNGRowWriter
    private let task: TrainingTask
    /// Labels of the row above the one that is drawn next; nil for the first.
    private var above: [UInt8]?
    /// The row that is drawn next: it waits for its neighbour below.
    private var waiting: (labels: [UInt8], picture: [UInt8])?
    private var received = 0

    /// Of the object; both stay apart from each other for colour-blind eyes, and from most pictures.
    private static let tint = Color(0, 153, 255)
    private static let outline = Color(255, 255, 0)

    init(_ path: String, _ size: PictureSize, _ task: TrainingTask) throws {
        writer = try PNGRowWriter(path: path, width: size.width, height: size.height, samples: .rgb8, isSmooth: true)
        self.task = task
    }

    func append(_ row: PredictedRow) throws {
        received += 1
        if let waiting { try draw(waiting.labels, waiting.picture, below: row.labels) }
        waiting = (row.labels, row.picture)
        if received == writer.height { try draw(row.labels, row.picture, below: nil) }
    }

    private func draw(_ labels: [UInt8], _ picture: [UInt8], below: [UInt8]?) throws {
        var pixels = picture
        for x in labels.indices {
            let label = labels[x]
            if task.hasThreshold && label == 0 { continue }
            let isEdge =
                (x > 0 && labels[x - 1] != label) || (x + 1 < labels.count && labels[x + 1] != label)
                || (above.map { $0[x] != label } ?? false) || (below.map { $0[x] != label } ?? false)
            if isEdge {
                Self.mix(&pixels, 3 * x, task == .mask ? Self.outline : color(label), share: 256)
            } else {
                Self.mix(&pixels, 3 * x, task == .mask ? Self.tint : color(label), share: 96)
            }
        }
        above = labels
        try writer.append(pixels)
    }

    private func color(_ label: UInt8) -> Color {
        task.labels == nil ? ClassColors.color(label) : ClassColors.mean(ofLabels: label)
    }

    /// `share` of 256 is the colour's, the rest the pixel's.
    private static func mix(_ pixels: inout [UInt8], _ place: Int, _ color: Color, share: Int) {
        func mixed(_ old: UInt8, _ new: UInt8) -> UInt8 {
            UInt8((Int(old) * (256 - share) + Int(new) * share + 128) >> 8)
        }
        pixels[place] = mixed(pixels[place], color.red)
        pixels[place + 1] = mixed(pixels[place + 1], color.green)
        pixels[place + 2] = mixed(pixels[place + 2], color.blue)
    }
}
