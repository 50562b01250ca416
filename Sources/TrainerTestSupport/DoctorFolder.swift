import DataDoctor
import DataSets
import Imaging
import Platform
import Tasks

/// A data set that is made to be broken.
package struct DoctorFolder {
    package let folder: TestFolder
    let pictures: String
    let masks: String

    /// `count` different pictures with masks whose left half is background, called `p01` and so on.
    package init(_ count: Int = 0, pictures: String = "images", masks: String = "masks", object: UInt8 = 255) throws {
        folder = try TestFolder()
        self.pictures = pictures
        self.masks = masks
        try folder.folder(pictures)
        try folder.folder(masks)
        for index in 1...max(1, count) where index <= count {
            try add((index < 10 ? "p0" : "p") + "\(index)", shade: UInt8(index), object: object)
        }
    }

    /// A pair of PNG files.
    package func add(
        _ name: String, shade: UInt8, background: UInt8 = 0, object: UInt8 = 255, side: Int = 16, maskWidth: Int? = nil
    ) throws {
        try writePicture(name, shade: shade, width: side, height: side)
        try folder.writeMask(
            "\(masks)/\(name).png", left: background, right: object, width: maskWidth ?? side, height: side)
    }

    /// A slope of grays, another one for each shade.
    package func writePicture(_ name: String, shade: UInt8, width: Int, height: Int) throws {
        let pixels = (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 / 3 + 7 * Int(shade)) }
        let path = folder.file("\(pictures)/\(name).png")
        try Bitmap(width: width, height: height, channels: 3, pixels: pixels).writePNG(to: path)
    }

    /// A mask whose samples are `values`, repeated to fill a square.
    package func writeMask(_ name: String, values: [UInt8], side: Int = 16) throws {
        let pixels = (0..<side * side).map { values[$0 % values.count] }
        try Bitmap(width: side, height: side, channels: 1, pixels: pixels).writePNG(to: folder.file("\(masks)/\(name)"))
    }

    /// - Parameter task: of a known net; nil for none.
    package func diagnosis(
        _ task: TrainingTask? = .mask, side: Int = 16, map: String? = nil, split: Double = 0.8, sorted: Bool = true,
        classNames: [String] = [], strict: Bool = false, groups: String? = nil
    ) throws -> DataDiagnosis {
        var settings = DataSettings(folder: folder.path)
        settings.split = split
        settings.isSorted = sorted
        settings.classNames = classNames
        settings.groups = try groups.map { try GroupRule(parsing: $0) }
        if let map { settings.take(try MaskMeaning(parsing: map).settled(for: task)) }
        let net = task.map { DoctorNet(side: side, task: $0) }
        return try DataExamination(settings: settings, seed: 0, net: net, isStrict: strict, threads: 2).diagnosis()
    }

    package func remove(_ name: String) { unlink(folder.file(name)) }
}

extension DoctorNet {
    package init(side: Int, task: TrainingTask) {
        self.init(
            name: "net", shape: SampleShape(channels: 3, height: side, width: side, task: task), output: "logits",
            target: "mask")
    }
}

extension DataDiagnosis {
    /// `warning jpeg-masks` …, in their order.
    package var codes: [String] { findings.map { "\($0.severity.rawValue) \($0.code.rawValue)" } }

    package func finding(_ code: Finding.Code) -> Finding? { findings.first { $0.code == code } }

    package func words(_ code: Finding.Code) -> String { finding(code)?.words() ?? "" }
}
