import ArgumentParser
import Base
import Imaging
import Runtime
import Testing
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets
@testable import Nets
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// `trainer doctor`, and what `trainer train` says of its data.
@Suite struct DoctorCommandTests {
    private func options(_ arguments: [String]) throws -> DoctorOptions {
        try #require(try parse(["trainer", "doctor"] + arguments) as? DoctorCommand).options
    }

    private func net(_ defines: [String] = []) throws -> DoctorNet {
        let model = try PixelModel.load(defines)
        return DoctorNet(name: model.graphName, try NetInterface(model: model))
    }

    @Test func theNetIsKnown() throws {
        let data = try DoctorFolder(20)
        let found = try options(["--data", data.folder.path, "--seed", "3"]).examine(net: try net())
        #expect(found.isTrainable)
        #expect(found.text.contains("net       pixels: pictures [3, 16, 16], learns a binary mask\n"), "\(found.text)")
        #expect(found.text.contains("16 train, 4 test (--split 0.8, drawn with seed 3)"), "\(found.text)")
    }

    /// What is found is what training would use: the same split, drawn with the same seed.
    @Test func theSplitIsThatOfTraining() throws {
        let data = try DoctorFolder(20)
        let found = try options(["--data", data.folder.path, "--split", "0.5"]).examine(net: try net(), seed: 7)
        let parts = DataSet.parts(count: 20, split: 0.5, isSorted: false, seed: 7)
        #expect(found.survey.training == parts.training && found.survey.testing == parts.testing)
    }

    @Test func exitCodesSayWhetherItCanBeTrainedOn() throws {
        let data = try DoctorFolder(10, object: 7)
        func run(_ more: [String]) throws {
            let arguments = ["trainer", "doctor", "--data", data.folder.path, "--json"] + more
            try perform(parse(arguments), TrainerContext(model: try PixelModel.load(), arguments: arguments))
        }
        try run(["--mask-map", "0=0,1=7"])
        do {
            try run([])
            Issue.record("masks of 0 and 7 need a map")
        } catch let code as ExitCode {
            #expect(code.rawValue == 1)
        }
    }

    @Test func flagsAreChecked() throws {
        #expect(message { _ = try options([]).examine(net: try net()) }.contains("no data folder given"))
        let parted = try DoctorFolder(8, pictures: "train", masks: "trainannot")
        try parted.folder.folder("val")
        try parted.folder.folder("valannot")
        try parted.folder.writePicture("val/a.png")
        try parted.folder.writeMask("valannot/a.png", left: 0, right: 255)
        let split = message {
            _ = try options(["--data", parted.folder.path, "--split", "0.5"]).examine(net: try net())
        }
        #expect(split.contains("--split: the data in \(parted.folder.path) comes parted"), "\(split)")
        let found = try options(["--data", parted.folder.path]).examine(net: try net())
        #expect(found.survey.training.count == 8 && found.survey.testing == [8])
        #expect(found.text.contains("train/ with trainannot/, val/ with valannot/"), "\(found.text)")
    }

    @Test func netsWithoutMasksAreExaminedToo() throws {
        let data = try DoctorFolder(20)
        let path = data.folder.file("sheet.png")
        let found = try options(["--images", data.folder.file("images"), "--sheet", path]).examine(
            net: try net(["RECONSTRUCTION"]))
        #expect(found.isTrainable && found.codes == ["note few-pictures", "note no-tests"], "\(found.text)")
        #expect(try JSON(parsing: found.json)["masks"] == .null)
        #expect(try decodePicture(path: path).height > 100)
    }

    // MARK: Before training

    private func notices(_ data: DoctorFolder, _ settings: DataSettings? = nil) throws -> [Finding] {
        let (samples, found) = try DataSet.load(
            settings ?? DataSettings(folder: data.folder.path, isSorted: true), .training,
            shape: SampleShape(channels: 3, height: 16, width: 16), seed: 0, threads: 2, isStrict: false,
            console: Console(isQuiet: true))
        return DataNotices(samples, found, try ClassNames([], task: .mask)).findings
    }

    @Test func trainingTellsWhatTheDoctorTells() throws {
        let data = try DoctorFolder(20)
        try data.folder.write("images/p20.png", bytes(data.folder.file("images/p01.png")))
        try data.writeMask("p02.png", values: [0])
        #expect(try notices(data) == (try data.diagnosis()).findings)
        #expect(
            try notices(data).map(\.code) == [.duplicatesAcross, .fewPictures, .noTests, .emptyMasks])
    }

    @Test func drawnPicturesNeedNoDoctor() throws {
        #expect(try notices(try DoctorFolder(), DataSettings()) == [])
    }
}
