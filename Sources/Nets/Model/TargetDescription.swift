import Base
import Runtime
import TrainerSupport

/// What the compiler wrote about a target of the graph.
package struct TargetDescription: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Real numbers, such as a binary mask.
        case values
        /// Class numbers.
        case classes
    }

    var name: String
    var kind: Kind
    /// Of a class target: how many classes, and the number that the loss leaves out.
    var classes: Int?
    var ignore: Int?

    /// The targets that a model's metadata names.
    /// - Throws: `TrainerError` when it cannot be read or an entry has no meaning here.
    static func list(metadata: String) throws -> [TargetDescription] {
        let json: JSON
        do {
            json = try JSON(parsing: metadata)
        } catch {
            throw TrainerError("the model's metadata cannot be read: \(error)", hint: "compile the graph again")
        }
        return try (json["targets"]?.array ?? []).map { entry in
            guard let name = entry["name"]?.string, let kind = entry["kind"]?.string.flatMap(Kind.init) else {
                throw TrainerError(
                    "the model's metadata describes a target in a way that is unknown here",
                    hint: "compile the graph again")
            }
            return TargetDescription(
                name: name, kind: kind, classes: entry["classes"]?.integer, ignore: entry["ignore"]?.integer)
        }
    }
}
