import Base
import FileAccess
import Imaging
import PixelNet
import TestSupport
import Trainer

import Platform

/// Runs the trainer's commands on a folder in which one picture and one mask are on trial, and says which promise one of
/// them breaks.
struct PictureCommands {
    let folder: PictureFolder
    let files: PictureFolder.Trial
    let readings: PictureReadings
    let fault: PlantedPictureFault?

    /// Tiles and the doctor see every file; what takes longer sees one in four.
    /// - Parameter variant: 0 to 63, which commands run and which flags are given.
    func complaint(variant: Int) throws -> String? {
        let threads = variant % 3 == 0 ? "3" : "2"
        let (isEven, isHigh) = (variant / 4 % 2 == 0, variant / 8 % 2 == 0)
        if let complaint = try predicting(
            ["--tiles"] + (isEven ? [] : ["--overlay", "--probabilities", "16"]), threads)
            ?? examining(isHigh ? ["--json"] : [], drawing: variant % 8 == 3, threads)
        {
            return complaint
        }
        switch variant % 4 {
        case 0: return try training(isEven ? ["--augment", "paper"] : [], threads)
        case 1: return try predicting(isEven ? ["--flips", "hv"] : [], threads)
        default: return nil
        }
    }

    // MARK: Commands

    private func predicting(_ flags: [String], _ threads: String) throws -> String? {
        defer { Files.removeFolder(folder.output) }
        let arguments = ["predict", "\(folder.data)/images", "--weights", folder.weights, "--out", folder.output]
        return try judged(arguments + flags, threads, statuses: [0]) { words in
            try predictionComplaint(words, isTiled: flags.contains("--tiles"))
        }
    }

    private func predictionComplaint(_ words: String, isTiled: Bool) throws -> String? {
        for name in PictureFolder.soundNames + [PictureFolder.maskedName] {
            guard try mask(name) == PictureFolder.mask else { return "the mask of \(name).png is not what it was" }
        }
        let path = "\(folder.output)/\(PictureFolder.trialName).png"
        let isThere = Files.isFile(path)
        if isThere != readings.isReadable && !readings.isLarge {
            return isThere ? "a file that no reader takes has a mask" : "no mask of a picture that can be read"
        }
        guard isThere else { return naming(files.picture, words) }
        guard let picture = readings.picture else { return nil }
        let mask = try decodeMask(path: path)
        guard mask.width == picture.width && mask.height == picture.height else { return "a mask of another size" }
        guard isTiled && readings.isShownAsFed else { return nil }
        let isRight = mask.pixels.indices.allSatisfy { (mask.pixels[$0] == 255) == (picture.pixels[3 * $0] >= 128) }
        return isRight ? nil : "the mask is not that of the picture"
    }

    private func mask(_ name: String) throws -> Bitmap {
        var mask = try decodeMask(path: "\(folder.output)/\(name).png")
        if fault == .mask { mask[0, 0] ^= 255 }
        return mask
    }

    private func examining(_ flags: [String], drawing: Bool, _ threads: String) throws -> String? {
        let sheet = drawing ? ["--sheet", folder.sheet] : []
        return try judged(["doctor", "--data", folder.data] + flags + sheet, threads, statuses: [0, 1]) { words in
            // Warnings go before it.
            let answer = words.utf8.drop { $0 != UInt8(ascii: "{") }
            if flags.contains("--json"), (try? JSON(parsing: answer)) == nil { return "no JSON: \(words.prefix(200))" }
            if drawing, (try? decodePicture(path: folder.sheet)) == nil { return "no sheet" }
            return namingBoth(words)
        }
    }

    /// Whatever gray values the masks have: they mean something.
    private func training(_ flags: [String], _ threads: String) throws -> String? {
        let arguments = [
            "train", "--data", folder.data, "--mask-map", "0=0-127,1=128-255", "--epochs", "1", "--batch", "3",
            "--cache", "0", "--out", folder.run,
        ]
        return try judged(arguments + flags, threads, statuses: [0]) { words in
            guard access("\(folder.run)/checkpoint.safetensors", F_OK) == 0 else { return "no checkpoint" }
            return namingBoth(words)
        }
    }

    // MARK: Promises

    /// Runs the trainer and checks what holds for all of its commands, then the rest.
    private func judged(
        _ arguments: [String], _ threads: String, statuses: [Int32], _ rest: (String) throws -> String?
    ) throws -> String? {
        let verb = arguments[0] + (arguments.contains("--tiles") ? " --tiles" : "")
        // The signals that a command holds back stay held back, which is none of the process's business afterwards.
        var signals = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &signals)
        var (status, words) = try SpokenWords.during {
            runTrainer(arguments: ["trainer"] + arguments + ["--threads", threads], model: pixel_net_get())
        }
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        try plant(&status, &words)
        guard statuses.contains(status) else { return "\(verb) exits with \(status): \(words.suffix(300))" }
        let leftovers = try folder.leftovers(files)
        guard leftovers.isEmpty else { return "\(verb) leaves \(leftovers.joined(separator: ", "))" }
        return try rest(words).map { "\(verb): \($0)" }
    }

    private func plant(_ status: inout Int32, _ words: inout String) throws {
        switch fault {
        case .leftover?:
            if let file = fopen(folder.root + "/a.png.1-2.tmp", "w") { fclose(file) }
        case .silence?: words = ""
        case .status?: status = 70
        default: break
        }
    }

    private func namingBoth(_ words: String) -> String? {
        (readings.isReadable ? nil : naming(files.picture, words))
            ?? (readings.isMask ? nil : naming(files.mask, words))
    }

    /// What is left out has to be named.
    private func naming(_ file: String, _ words: String) -> String? {
        let name = String(file.split(separator: "/").last ?? "")
        return words.contains(name) ? nil : "\(name) is not named: \(words.suffix(300))"
    }
}
