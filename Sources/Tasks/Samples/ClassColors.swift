import Imaging

/// Class maps in colours.
package enum ClassColors {
    /// The colour of a byte of a class map.
    package static func color(_ byte: UInt8) -> Color { byte == ClassRange.void ? .void : .classColor(Int(byte)) }

    /// The colour of a label that may overlap others; that of class 0 is left to what has none.
    package static func labelColor(_ number: Int) -> Color { .classColor(number + 1) }

    /// The mean of the colours of a byte's labels; that of class 0 without any.
    package static func mean(ofLabels byte: UInt8) -> Color {
        let colors = LabelRange.numbers(of: byte).map(labelColor)
        guard !colors.isEmpty else { return .classColor(0) }
        func mean(_ value: (Color) -> UInt8) -> UInt8 { UInt8(colors.reduce(0) { $0 + Int(value($1)) } / colors.count) }
        return Color(mean(\.red), mean(\.green), mean(\.blue))
    }

    /// A class map, or a map of labels, of the mask's size, coloured.
    package static func bitmap(_ bytes: [UInt8], _ shape: SampleShape) -> Bitmap {
        let colors = (0...UInt8.max).map { shape.task.labels == nil ? color($0) : mean(ofLabels: $0) }
        var pixels = [UInt8](repeating: 0, count: 3 * bytes.count)
        for (place, byte) in bytes.enumerated() {
            let color = colors[Int(byte)]
            pixels[3 * place] = color.red
            pixels[3 * place + 1] = color.green
            pixels[3 * place + 2] = color.blue
        }
        return Bitmap(width: shape.maskWidth, height: shape.maskHeight, channels: 3, pixels: pixels)
    }

    /// What the colours of truths and predictions mean; empty where there are no names.
    package static func legend(_ task: TrainingTask, _ names: ClassNames) -> [LegendEntry] {
        if task.labels != nil {
            return names.names.enumerated().map { LegendEntry(color: labelColor($0), name: $1) }
        }
        guard let range = task.classes else { return [] }
        return legend(names) + (range.ignore == nil ? [] : [LegendEntry(color: .void, name: "ignored")])
    }

    private static func legend(_ names: ClassNames) -> [LegendEntry] {
        names.names.enumerated().map { LegendEntry(color: .classColor($0), name: $1) }
    }

    /// Pixels of a picture, red, green and blue side by side, under their classes.
    package static func mixed(_ picture: [UInt8], _ classes: [UInt8]) -> [UInt8] {
        precondition(picture.count == 3 * classes.count, "not the classes of these pixels")
        return [UInt8](unsafeUninitializedCapacity: picture.count) { pixels, count in
            colorBytes.withUnsafeBufferPointer { colors in
                for (place, byte) in classes.enumerated() {
                    let color = 3 * Int(byte)
                    for channel in 0..<3 {
                        let sum = UInt16(picture[3 * place + channel]) + UInt16(colors[color + channel])
                        pixels[3 * place + channel] = UInt8(truncatingIfNeeded: sum / 2)
                    }
                }
            }
            count = picture.count
        }
    }

    /// Red, green and blue of each byte of a class map.
    private static let colorBytes: [UInt8] = (0...UInt8.max).flatMap { byte -> [UInt8] in
        let color = color(byte)
        return [color.red, color.green, color.blue]
    }

    /// The side of a cell of the figure of a picture.
    private static func cell(_ size: PictureSize) -> Int { min(max(size.width, size.height, 240), 640) }

    /// How large a picture is in its figure.
    package static func overlaySize(_ size: PictureSize) -> PictureSize {
        let longer = max(size.width, size.height, 1)
        let cell = cell(size)
        return PictureSize(width: max(size.width * cell / longer, 1), height: max(size.height * cell / longer, 1))
    }

    /// The figure of a picture and of what `mixed` made of it, both of `overlaySize`, and what the colours mean.
    package static func overlay(_ picture: Bitmap, _ overlaid: Bitmap, names: ClassNames, of size: PictureSize)
        -> Bitmap
    {
        Figure(columnTitles: ["picture", "classes"], rows: [[picture, overlaid]], legend: legend(names))
            .render(cell: cell(size))
    }
}
