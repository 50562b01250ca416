import Foundation
import TestSupport
import Testing

/// Every command of `docs/TRAINING.md`, as it stands there, in the order in which it stands there.
@Suite(.enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct TrainingGuideTests {
    @Test(.enabled(if: sharedFolder() != nil, "the shared data is not there"))
    func commandsDoWhatTheGuideSays() throws {
        let folder = try TemporaryFolder()
        try prepare(folder.path)
        let commands = try Guide("docs/TRAINING.md").lines("sh")
        #expect(commands.count > 12, "the guide's commands stand between ```sh and ```")
        for command in commands {
            let (status, output) = try Guide.run(command, in: folder.path)
            try #require(status == 0, "\(command)\nends with \(status):\n\(output)")
        }
        let left = [
            "pets.png", "augmented.png", "labelme.png", "runs/outlines/report.html", "runs/first/report.html",
            "runs/first/show-1.png", "runs/folds/folds.csv",
            "masks/Abyssinian_1.png", "masks/overlays/Abyssinian_1.png", "listed/probabilities/Abyssinian_1.png",
            "labels/Abyssinian_1_cat.png", "labels/Abyssinian_1_dog.png",
            "pieces.png", "pieces/overlays/Abyssinian_1.png", "ship/result/Abyssinian_1.png",
        ]
        for file in left {
            #expect(FileManager.default.fileExists(atPath: folder.path + "/" + file), "\(file) is missing")
        }
        #expect(
            try readBytes(folder.path + "/ship/result/Abyssinian_1.png")
                == readBytes(folder.path + "/masks/Abyssinian_1.png"), "what is shipped predicts the same mask")
    }

    /// A few of the pets under the name that the guide gives them, beside the bundled graphs.
    private func prepare(_ folder: String) throws {
        let files = FileManager.default
        let pets = try #require(sharedFolder()) + "/data/pets"
        let (pictures, masks) = (folder + "/pets/images", folder + "/pets/annotations/trimaps")
        for path in [pictures, masks] { try files.createDirectory(atPath: path, withIntermediateDirectories: true) }
        let names = try files.contentsOfDirectory(atPath: pets + "/annotations/trimaps").filter { $0.hasSuffix(".png") }
        for name in names.sorted().prefix(24) {
            let stem = name.dropLast(4)
            try files.createSymbolicLink(
                atPath: masks + "/" + name, withDestinationPath: pets + "/annotations/trimaps/" + name)
            try files.createSymbolicLink(
                atPath: pictures + "/\(stem).jpg", withDestinationPath: pets + "/images/\(stem).jpg")
        }
        try files.createSymbolicLink(atPath: folder + "/graphs", withDestinationPath: checkoutFolder() + "/graphs")
        try outline(
            names.sorted().prefix(24).map { String($0.dropLast(4)) }, of: pets + "/images", in: folder + "/outlines")
    }

    /// The same pictures as annotation tools would leave them, each with a box in its middle.
    private func outline(_ stems: [String], of pictures: String, in folder: String) throws {
        let files = FileManager.default
        for name in ["labelme", "yolo/images", "yolo/labels"] {
            try files.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        func write(_ text: String, to name: String) throws {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        let box = "0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"
        var images: [String] = []
        var annotations: [String] = []
        for (number, stem) in stems.enumerated() {
            for place in ["labelme", "yolo/images"] {
                try files.createSymbolicLink(
                    atPath: folder + "/\(place)/\(stem).jpg", withDestinationPath: pictures + "/\(stem).jpg")
            }
            let label = number % 2 == 0 ? "cat" : "dog"
            try write(
                #"{"shapes": [{"label": "\#(label)", "shape_type": "rectangle", "points": [[50, 40], [150, 160]]}]}"#,
                to: "labelme/\(stem).json")
            try write("\(number % 2) \(box)\n", to: "yolo/labels/\(stem).txt")
            images.append(#"{"id": \#(number), "file_name": "\#(stem).jpg"}"#)
            let ring = "[[50, 40, 150, 40, 150, 160, 50, 160]]"
            annotations.append(
                #"{"id": \#(number), "image_id": \#(number), "category_id": \#(1 + number % 2), "segmentation": \#(ring)}"#
            )
        }
        try write("names: [cat, dog]\n", to: "yolo/data.yaml")
        let categories = #"[{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]"#
        try write(
            #"{"images": [\#(images.joined(separator: ","))], "categories": \#(categories), "#
                + #""annotations": [\#(annotations.joined(separator: ","))]}"#, to: "coco.json")
    }
}
