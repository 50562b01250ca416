import Base
import DataSets
import Imaging
import Tasks
import TrainerSupport

/// Pictures under their masks, those first that findings are about.
package struct ContactSheet {
    private let diagnosis: DataDiagnosis
    /// What is drawn, in order.
    let cells: [Cell]

    struct Cell: Hashable {
        /// Of the survey's pairs.
        var index: Int
        /// What is odd about it, the worst first; empty for pictures that are there to compare with.
        var remarks: [String]
        var isWarned: Bool
    }

    private static let columns = 6
    private static let rows = 5
    /// Cells that are kept for pictures about which nothing was found.
    private static let ordinaryCount = 6
    private static let cell = 176
    private static let gap = 10
    private static let line = 14
    /// Of the first row, below the title.
    private static let top = 4 * line
    private static let ink = Color(40, 40, 40)
    private static let warned = Color(200, 30, 30)
    private static let noted = Color(200, 120, 0)
    private static let object = Color(255, 0, 160)

    package init(_ diagnosis: DataDiagnosis) {
        self.diagnosis = diagnosis
        cells = Self.chosen(diagnosis)
    }

    /// Up to thirty pairs. What concerns more than half of all makes no picture special.
    private static func chosen(_ diagnosis: DataDiagnosis) -> [Cell] {
        let total = diagnosis.survey.pairs.count
        let findings = diagnosis.findings.filter { 2 * $0.pairs.count <= max(2, total) }
        var remarks: [Int: [String]] = [:]
        var warned: Set<Int> = []
        for finding in findings {
            for index in finding.pairs {
                if finding.severity != .note { warned.insert(index) }
                if let remark = finding.code.remark { remarks[index, default: []].append(remark) }
            }
        }
        var order: [Int] = []
        var taken: Set<Int> = []
        func take(_ index: Int) {
            if taken.insert(index).inserted { order.append(index) }
        }
        // In turns, so that each finding is seen; copies of a picture stay side by side.
        let limit = columns * rows - min(ordinaryCount, total - min(total, remarks.count))
        for round in 0..<(findings.map(\.pairs.count).max() ?? 0) where order.count < limit {
            for finding in findings where order.count < limit {
                for index in finding.pairs.dropFirst(4 * round).prefix(4) where order.count < limit { take(index) }
            }
        }
        let ordinary = (0..<total).filter { remarks[$0] == nil }
        let room = min(columns * rows - order.count, ordinary.count)
        for place in 0..<max(0, room) { take(ordinary[place * ordinary.count / room]) }
        return order.map { Cell(index: $0, remarks: remarks[$0] ?? [], isWarned: warned.contains($0)) }
    }

    /// - Throws: `ImageError` when the file cannot be written.
    package func write(to path: String) throws { try render().writeResult(to: path) }

    func render() -> Bitmap {
        let rows = max(1, (cells.count + Self.columns - 1) / Self.columns)
        let (stepX, stepY) = (Self.cell + Self.gap, Self.cell + 3 * Self.line + Self.gap)
        let width = Self.gap + Self.columns * stepX
        let colours = diagnosis.names.map { ClassColors.legend(diagnosis.survey.task, $0) } ?? []
        let legend = Legend(colours, width: width - 2 * Self.gap, scale: 1)
        var canvas = Canvas(width: width, height: 5 * Self.line + rows * stepY + legend.height)
        drawTitle(on: &canvas)
        for (place, cell) in cells.enumerated() {
            draw(
                cell, on: &canvas, x: Self.gap + place % Self.columns * stepX,
                y: Self.top + place / Self.columns * stepY)
        }
        legend.draw(on: &canvas, x: Self.gap, y: Self.top + rows * stepY, Self.ink)
        return canvas.bitmap
    }

    private func drawTitle(on canvas: inout Canvas) {
        let survey = diagnosis.survey
        let count = "\(cells.count) of \(Text.count(survey.pairs.count, survey.task.needsMasks ? "pair" : "picture"))"
        let width = canvas.width - 2 * Self.gap
        let title = Canvas.fitting("\(diagnosis.settings.title): \(count)", width: width, scale: 2)
        canvas.text(title, x: Self.gap, y: Self.gap, scale: 2, Self.ink)
        let found = cells.count { !$0.remarks.isEmpty }
        let text =
            found > 0
            ? "red and orange: something was found, see the words below; the others are ordinary ones"
            : "nothing odd was found about single pictures; these are ordinary ones"
        canvas.text(Canvas.fitting(text, width: width, scale: 1), x: Self.gap, y: Self.gap + 20, scale: 1, Self.ink)
    }

    private func draw(_ cell: Cell, on canvas: inout Canvas, x: Int, y: Int) {
        let surveyed = diagnosis.survey.pairs[cell.index]
        let pair = surveyed.pair
        let color = cell.isWarned ? Self.warned : cell.remarks.isEmpty ? Color(205, 205, 205) : Self.noted
        let width = Self.cell
        if let picture = masked(surveyed) {
            let (left, top) = (x + (width - picture.width) / 2, y + (width - picture.height) / 2)
            canvas.draw(picture, x: left, y: top)
            for border in 1...(cell.remarks.isEmpty ? 1 : 3) {
                canvas.frame(
                    x: left - border, y: top - border, width: picture.width + 2 * border,
                    height: picture.height + 2 * border, color)
            }
        } else {
            canvas.frame(x: x, y: y, width: width, height: width, color)
            canvas.text("cannot be read again", x: x + 8, y: y + width / 2, scale: 1, color)
        }
        canvas.text(Canvas.fittingName(name(pair), width: width, scale: 1), x: x, y: y + width + 6, scale: 1, Self.ink)
        for (line, remark) in cell.remarks.prefix(2).enumerated() {
            let text = Canvas.fitting(remark, width: width, scale: 1)
            canvas.text(text, x: x, y: y + width + 6 + (line + 1) * Self.line, scale: 1, color)
        }
    }

    /// The file's name, with its folder where there are several of them.
    private func name(_ pair: SamplePair) -> String {
        diagnosis.layout?.folders.count ?? 1 > 1 ? DataSurvey.short(pair.picture) : FileSystem.name(pair.picture)
    }

    /// The picture, small, under its mask; nil when a file cannot be read any more.
    private func masked(_ surveyed: SurveyedPair) -> Bitmap? {
        let pair = surveyed.pair
        let decoding = diagnosis.decoding
        let sized = try? SizedPicture(
            path: pair.picture, channels: surveyed.facts.bands == 1 ? 3 : surveyed.facts.bands, options: decoding,
            size: { info in
                let longer = max(info.width, info.height)
                return (max(1, info.width * Self.cell / longer), max(1, info.height * Self.cell / longer))
            })
        guard let small = sized.map((diagnosis.survey.range ?? .full).bitmap) else { return nil }
        guard let source = pair.source else { return small }
        let size = surveyed.facts.size
        guard let values = try? source.values(width: small.width, height: small.height, of: size, decoding) else {
            return nil
        }
        return tinted(small, classes(values, surveyed.facts.mask?.table))
    }

    /// What the net would be told; where masks cannot be understood, each value is a class of its own.
    private func classes(_ pixels: [UInt8], _ table: [UInt8]?) -> [UInt8] {
        let values = table.map { table in pixels.map { table[Int($0)] } } ?? pixels
        if let map = diagnosis.survey.map { return values.map { map[$0] ?? 0 } }
        let all = diagnosis.survey.maskValues.values
        let ranks = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, UInt8(clamping: $0)) })
        return values.map { ranks[$0] ?? 0 }
    }

    /// Tinted where the mask is not background, with outlines between classes.
    private func tinted(_ picture: Bitmap, _ classes: [UInt8]) -> Bitmap {
        let task = diagnosis.survey.task
        let isBinary = task == .mask
        var pixels = picture.pixels
        let (width, height) = (picture.width, picture.height)
        func other(_ x: Int, _ y: Int, than number: UInt8) -> Bool {
            x >= 0 && y >= 0 && x < width && y < height && classes[y * width + x] != number
        }
        for y in 0..<height {
            for x in 0..<width {
                let number = classes[y * width + x]
                guard !task.hasThreshold || number != 0 else { continue }
                let isEdge =
                    other(x - 1, y, than: number) || other(x + 1, y, than: number) || other(x, y - 1, than: number)
                    || other(x, y + 1, than: number)
                let color =
                    isBinary
                    ? Self.object : task.labels == nil ? ClassColors.color(number) : ClassColors.mean(ofLabels: number)
                // Of three parts, how many are the mask's.
                let parts = isBinary ? (isEdge ? 3 : 1) : (isEdge ? 3 : 2)
                for (channel, value) in [color.red, color.green, color.blue].enumerated() {
                    let place = 3 * (y * width + x) + channel
                    pixels[place] = UInt8((Int(pixels[place]) * (3 - parts) + Int(value) * parts) / 3)
                }
            }
        }
        return Bitmap(width: width, height: height, channels: 3, pixels: pixels)
    }
}

extension Finding.Code {
    /// A few words under a picture; nil for what says nothing about single pictures.
    fileprivate var remark: String? {
        switch self {
        case .maskValues: "other values in the mask"
        case .jpegMasks: "mask is a JPEG"
        case .deepMasks: "mask of 16 bits"
        case .turnedPictures: "turned by EXIF"
        case .orientation: "mask fits another orientation"
        case .unusedRange: "little of the range is used"
        case .mixedDepths: nil
        case .palettes: "other indices in the palette"
        case .alphaMasks: "mask with alpha"
        case .maskShape: "mask of another shape"
        case .maskSize: "mask of another size"
        case .emptyMasks: "nothing in the mask"
        case .fullMasks: "object everywhere"
        case .lostObjects: "object lost at the net's size"
        case .plainPictures: "one colour everywhere"
        case .smallPictures: "small picture"
        case .duplicatesAcross: "in training and in test"
        case .duplicates: "there more than once"
        case .contradictions: "twice, with other masks"
        case .groups, .groupsAcross, .layout, .noPairs, .unusable, .foreign, .pictureAlone, .maskAlone, .sameName,
            .subfolders,
            .noObject, .nothingToTrain, .scaledMasks, .inverted, .rareObject, .rareClasses, .untrainedClasses,
            .untestedClasses, .untestedObject, .lostDetail, .fewPictures, .noTests:
            nil
        }
    }
}
