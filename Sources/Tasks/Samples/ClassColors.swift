import Imaging

/// Class maps in colours.
package enum ClassColors {
    /// The colour of a byte of a class map.
    package static func color(_ byte: UInt8) -> Color { byte == ClassRange.void ? .void : .classColor(Int(byte)) }

    /// A class map of the mask's size, coloured.
    package static func bitmap(_ classes: [UInt8], _ shape: SampleShape) -> Bitmap {
        bitmap(classes, width: shape.maskWidth, height: shape.maskHeight)
    }

    /// A class map, coloured.
    static func bitmap(_ classes: [UInt8], width: Int, height: Int) -> Bitmap {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * classes.count)
        for byte in classes {
            let color = color(byte)
            pixels += [color.red, color.green, color.blue]
        }
        return Bitmap(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// What the colours of truths and predictions mean; empty for other tasks than class maps.
    package static func legend(_ task: TrainingTask, _ names: ClassNames) -> [LegendEntry] {
        guard let range = task.classes else { return [] }
        return legend(names) + (range.ignore == nil ? [] : [LegendEntry(color: .void, name: "ignored")])
    }

    private static func legend(_ names: ClassNames) -> [LegendEntry] {
        names.names.enumerated().map { LegendEntry(color: .classColor($0), name: $1) }
    }

    /// Pixels of a picture, red, green and blue side by side, under their classes.
    package static func mixed(_ picture: [UInt8], _ classes: [UInt8]) -> [UInt8] {
        var pixels = picture
        for (place, byte) in classes.enumerated() {
            let color = color(byte)
            for (channel, value) in [color.red, color.green, color.blue].enumerated() {
                let old = pixels[3 * place + channel]
                pixels[3 * place + channel] = UInt8((UInt16(old) + UInt16(value)) / 2)
            }
        }
        return pixels
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
