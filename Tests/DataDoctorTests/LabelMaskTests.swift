import Imaging
import Tasks
import Testing
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets

/// What the doctor says of labels that overlap.
@Suite struct LabelMaskTests {
    private static let task = TrainingTask.labels(LabelRange(count: 3))

    /// Pictures with a mask for each of three labels, of which the last is nowhere.
    private func cells(_ count: Int) throws -> DoctorFolder {
        let folder = try DoctorFolder()
        for index in 0..<count {
            try folder.writePicture("p\(index)", shade: UInt8(index), width: 16, height: 16)
            for (label, right) in [("cell", UInt8(255)), ("core", index % 2 == 0 ? 255 : 0), ("dust", 0)] {
                try folder.folder.writeMask("masks/p\(index)_\(label).png", left: 0, right: right)
            }
        }
        return folder
    }

    @Test func sharesOfEachLabelAreTold() throws {
        let folder = try cells(6)
        let diagnosis = try folder.diagnosis(Self.task)
        #expect(diagnosis.isTrainable, "\(diagnosis.text)")
        let text = diagnosis.text
        for line in [
            "labels are files named NAME_cell, NAME_core, NAME_dust", "no label: 50.0 %", "cell and core: 25.0 %",
            "0 (cell): 50.0 %", "2 (dust): 0.00 %", "3 labels that may overlap",
        ] { #expect(text.contains(line), "\(line) in\n\(text)") }
        #expect(diagnosis.words(.untrainedClasses).contains("label 2 (dust) occurs in no training mask"))
        #expect(!text.contains("--mask-map") && !text.contains("look like"))
        #expect(diagnosis.json.contains("\"class_shares\":[0.5,"), "\(diagnosis.json)")
        try ContactSheet(diagnosis).write(to: folder.folder.file("sheet.png"))
    }

    @Test func masksThatAreNoneAreNamed() throws {
        let folder = try cells(6)
        try folder.writeMask("p3_core.png", values: [0, 4, 9])
        let diagnosis = try folder.diagnosis(Self.task)
        #expect(diagnosis.words(.unusable).contains("p3_core.png"), "\(diagnosis.text)")
        folder.remove("masks/p2_dust.png")
        let missing = try folder.diagnosis(Self.task)
        #expect(!missing.isTrainable)
        #expect(missing.words(.maskValues).contains("p2.png: has no mask of the label \"dust\""), "\(missing.text)")
    }

    /// A label of a pixel that the net does not see, and thin ones.
    @Test func labelsThatVanishAreNamed() throws {
        let folder = try DoctorFolder()
        for index in 0..<5 {
            try folder.writePicture("p\(index)", shade: UInt8(index), width: 64, height: 64)
            var thin = Bitmap(width: 64, height: 64, channels: 1)
            if index == 1 { thin[1, 1] = 255 } else { for x in 0..<64 { thin[x, 30] = 255 } }
            try thin.writePNG(to: folder.folder.file("masks/p\(index)_thin.png"))
            try folder.folder.writeMask("masks/p\(index)_half.png", left: 0, right: 1, width: 64, height: 64)
        }
        let diagnosis = try folder.diagnosis(.labels(LabelRange(count: 2)), classNames: ["half", "thin"])
        #expect(diagnosis.finding(.lostObjects)?.pairs.contains(1) == true, "\(diagnosis.text)")
        #expect(diagnosis.words(.lostDetail).contains("label 1 (thin)"), "\(diagnosis.text)")
    }

    @Test func graphsSayWhatTheyLearn() throws {
        let net = try DoctorNet(
            name: "n", input: [3, 16, 16], output: "logits", target: ("masks", [4, 16, 16]), classes: nil, ignore: nil)
        #expect(net.shape.task == .labels(LabelRange(count: 4)))
        let text = message {
            _ = try DoctorNet(
                name: "n", input: [3, 16, 16], output: "logits", target: ("masks", [9, 16, 16]), classes: nil,
                ignore: nil)
        }
        #expect(text.contains("up to 8 labels that overlap, found [9, 16, 16]"), "\(text)")
    }
}
