import FileAccess
import Nets
import TrainerSupport

extension RunFiles {
    /// A run that was ended before its first checkpoint has a description; files without one are the user's.
    /// - Throws: `TrainerError` that names a file which a new run would replace.
    package func checkAreOurs() throws {
        guard !FileSystem.isFile(checkpoint), let taken = all.first(where: Files.exists) else { return }
        // Hashes are written with checkpoints: a run that has some has lost its checkpoint, and is worth keeping.
        if Files.exists(hashes) {
            throw TrainerError(
                "\(folder): has a run without its \(FileSystem.name(checkpoint)), whose weights and numbers training would "
                    + "replace", hint: "choose another --out, or move it away")
        }
        if (try? RunDescription(parsing: FileSystem.text(of: description), file: description)) != nil { return }
        throw TrainerError(
            "\(taken): is there, and not of a run: training would replace it",
            hint: "choose another --out, or move it away")
    }
}
