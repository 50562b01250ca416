import Base
import DataSets
import FileAccess
import Imaging
import TrainerSupport

/// A picture that somebody asked to predict.
struct PredictionPicture: Hashable, Sendable {
    var path: String
    /// The folder of its result inside the output; empty for the output itself.
    var below = ""
}

/// The pictures that a command line names: files, folders, and patterns that no shell has expanded; or those of a list.
package struct PredictionInputs {
    private(set) var pictures: [PredictionPicture] = []
    /// What looks as if it were meant, and cannot be predicted.
    private(set) var report = DataReport()
    /// Folders with pictures that were not looked into.
    package private(set) var unseenFolders: [String] = []
    private let isRecursive: Bool
    /// How the files of a picture are named that has one a channel; nil for whole files.
    private let channels: ChannelNames?
    /// Not looked into when it lies in a folder of pictures; nil when there is none yet.
    private let output: Files.Identity?
    /// So that links between folders end somewhere.
    private var seen: Set<Files.Identity> = []

    /// Takes files as they are, and of folders the files that are pictures by content, in byte order of their names. Other
    /// files of folders are reported where they are pictures by format or name.
    /// - Parameters:
    ///   - channels: how the files of a picture are named that has one a channel, of which the first is taken.
    ///   - isRecursive: looks into folders of folders too; results lie in folders of the same names.
    ///   - output: where results go.
    /// - Throws: `TrainerError` for names that are not there, patterns that fit nothing, and an empty list.
    package init(_ arguments: [String], isRecursive: Bool, output: String, channels: ChannelNames? = nil) throws {
        self.isRecursive = isRecursive
        self.channels = channels
        self.output = Files.identity(of: output)
        for argument in arguments {
            if FileSystem.kind(argument) == nil, let pattern = PathPattern(argument) {
                let found = pattern.matches
                guard !found.isEmpty else {
                    throw TrainerError(
                        "\(argument): no file has such a name",
                        hint: "* stands for any part of one name, ? for one letter")
                }
                for path in found { try add(path) }
            } else {
                try add(argument)
            }
        }
        if pictures.isEmpty { throw nothing(arguments) }
        report.fileCount = pictures.count + report.issues.count
    }

    /// All pictures of a list.
    /// - Throws: `TrainerError` when there is none.
    package init(_ list: PathList) throws {
        isRecursive = false
        channels = nil
        output = nil
        var list = list
        while let listed = list.next(isStopped: { false }) {
            if let issue = Self.issue(listed) {
                report.issues.append(issue)
            } else {
                pictures.append(PredictionPicture(path: listed.path))
            }
        }
        report.fileCount = pictures.count + report.issues.count
        guard pictures.isEmpty else { return }
        let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
        throw TrainerError("the list of pictures names none that is there\(first)")
    }

    /// Why what a list names cannot be predicted; nil when it may be.
    static func issue(_ listed: ListedPath) -> DataIssue? {
        let place = "(line \(listed.line) of the list)"
        if listed.isCut {
            return DataIssue(
                file: "line \(listed.line) of the list",
                reason: "is longer than any path, and what follows is not read; is it a list of paths?")
        }
        if FileName.bytes(of: listed.path).contains(0) {
            return DataIssue(
                file: "line \(listed.line) of the list",
                reason: "has zero bytes in it, expected a path; --null reads what find -print0 writes")
        }
        switch FileSystem.kind(listed.path) {
        case .file, .other: return nil
        case .folder: return DataIssue(file: listed.path, reason: "is a folder, expected a picture \(place)")
        case nil:
            let what = Files.isLink(listed.path) ? "is a link to nothing" : "is not there"
            return DataIssue(file: listed.path, reason: "\(what) \(place)")
        }
    }

    private mutating func add(_ path: String) throws {
        switch FileSystem.kind(path) {
        case .folder: try addFolder(path, below: "")
        case .file where isLaterChannel(path): break
        case .file: pictures.append(PredictionPicture(path: path))
        case .other: throw TrainerError("\(path): expected a picture or a folder of pictures, found a device or a pipe")
        case nil:
            let found = Files.isLink(path) ? "a link to nothing" : "none"
            throw TrainerError("\(path): expected a picture or a folder of pictures, found \(found)")
        }
    }

    /// Whether a file is a channel of a picture for which another file stands.
    private func isLaterChannel(_ path: String) -> Bool {
        guard let channels, channels.core(of: FileSystem.name(path), channel: 0) == nil else { return false }
        return channels.channels.indices.contains { channels.core(of: FileSystem.name(path), channel: $0) != nil }
    }

    private mutating func addFolder(_ path: String, below: String) throws {
        if isRecursive, let identity = Files.identity(of: path), !seen.insert(identity).inserted { return }
        let folder = try PictureFolder(path)
        pictures += folder.pictures.filter { !isLaterChannel($0.path) }
            .map { PredictionPicture(path: $0.path, below: below) }
        report.issues += folder.issues.filter { $0.kind != .foreign }
        let inside = folder.subfolders.filter { output == nil || Files.identity(of: $0) != output }
        guard isRecursive else {
            unseenFolders += inside.filter(PictureFolder.holdsPictures)
            return
        }
        for folder in inside { try addFolder(folder, below: FileSystem.join(below, FileSystem.name(folder))) }
    }

    private func nothing(_ arguments: [String]) -> TrainerError {
        let inside = arguments.compactMap { (try? PictureFolder($0))?.picturesInside }.first
        let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
        return TrainerError(
            "\(Text.list(arguments)): expected pictures, found none"
                + (inside.map { "; " + $0 } ?? first),
            hint: isRecursive ? nil : "--recursive looks into folders of folders too")
    }
}
