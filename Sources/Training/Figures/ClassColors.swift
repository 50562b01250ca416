import Imaging

/// Class maps in colours.
enum ClassColors {
    /// The colour of a byte of a class map.
    static func color(_ byte: UInt8) -> Color { byte == ClassRange.void ? .void : .classColor(Int(byte)) }

    /// A class map of the mask's size, coloured.
    static func bitmap(_ classes: [UInt8], _ shape: SampleShape) -> Bitmap {
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
    static func legend(_ task: TrainingTask, _ names: ClassNames) -> [LegendEntry] {
        guard let range = task.classes else { return [] }
        return legend(names) + (range.ignore == nil ? [] : [LegendEntry(color: .void, name: "ignored")])
    }

    private static func legend(_ names: ClassNames) -> [LegendEntry] {
        names.names.enumerated().map { LegendEntry(color: .classColor($0), name: $1) }
    }

    /// The picture under its class map, and what the colours mean.
    static func overlay(_ picture: Bitmap, _ classes: [UInt8], names: ClassNames) -> Bitmap {
        let map = bitmap(classes, width: picture.width, height: picture.height)
        let mixed = zip(picture.convertedToRGB().pixels, map.pixels).map { UInt8((UInt16($0) + UInt16($1)) / 2) }
        let overlaid = Bitmap(width: picture.width, height: picture.height, channels: 3, pixels: mixed)
        return Figure(
            columnTitles: ["picture", "classes"], rows: [[picture.convertedToRGB(), overlaid]],
            legend: legend(names)
        ).render(cell: min(max(picture.width, picture.height, 240), 640))
    }
}
