import DataSets
import Imaging
import Recipes

/// Training pictures as they are and as epochs change them, with the outlines of their masks.
package struct AugmentationFigure {
    var data: DataSet
    var settings: AugmentationSettings
    var seed: UInt64
    /// The columns beside the first.
    var epochs: Int

    package init(data: DataSet, settings: AugmentationSettings, seed: UInt64, epochs: Int) {
        self.data = data
        self.settings = settings
        self.seed = seed
        self.epochs = epochs
    }

    private static let outline: [UInt8] = [255, 40, 200]

    /// A row for each sample: the picture itself, then one of each epoch.
    /// - Throws: `TrainerError` when a file is no longer what it was.
    package func render(_ samples: [Int], cell: Int) throws -> Bitmap {
        let rows = try samples.map { index in
            [try picture(BatchMaker(data: data, feeds: false).item(data.tested([index])[0]))]
                + (try (1...max(1, epochs)).map { epoch in
                    let augmentation = EpochAugmentation(
                        settings: settings, draw: EpochDraw(seed: seed, epoch: epoch))
                    return try picture(
                        BatchMaker(data: data, augmentation: augmentation, feeds: false).item(data.number(of: index)))
                })
        }
        return Figure(
            columnTitles: ["picture"] + (1...max(1, epochs)).map { "epoch \($0)" }, rows: rows,
            rowCaptions: samples.map { data.samples[$0].name }
        ).render(cell: cell)
    }

    private func picture(_ item: BatchItem) -> Bitmap {
        let shape = data.shape
        let planes = item.picture.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
        var bitmap = Bitmap(planes: planes, shape: shape, data.shownBands).convertedToRGB()
        guard let target = item.target else { return bitmap }
        for y in 0..<shape.height {
            for x in 0..<shape.width where isEdge(target, x, y) {
                for channel in 0..<3 { bitmap[x, y, channel] = Self.outline[channel] }
            }
        }
        return bitmap
    }

    /// Whether the mask changes to the right of or below the pixel of a picture.
    private func isEdge(_ target: [Float], _ x: Int, _ y: Int) -> Bool {
        let shape = data.shape
        func value(_ x: Int, _ y: Int) -> Float {
            let column = min(x, shape.width - 1) * shape.maskWidth / shape.width
            let row = min(y, shape.height - 1) * shape.maskHeight / shape.height
            return target[row * shape.maskWidth + column]
        }
        let here = value(x, y)
        return value(x + 1, y) != here || value(x, y + 1) != here
    }
}
