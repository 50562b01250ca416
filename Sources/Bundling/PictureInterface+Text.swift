extension PictureInterface {
    /// What a byte of a mask says.
    var maskMeaning: String {
        switch task {
        case .mask: "255 for object, 0 for background"
        case .classes(let count): "the class, 0 to \(count - 1)"
        case .labels(let count): "bit i for label i of \(count)"
        case .reconstruction: "the picture again"
        }
    }

    /// What a value of a channel and pixel says.
    var valueMeaning: String {
        switch task {
        case .mask: "the probability of the object"
        case .classes: "the probability of each class"
        case .labels: "the probability of each label"
        case .reconstruction: "the picture again, from 0 to 1"
        }
    }

    /// Whether there is something to name.
    var tellsClasses: Bool {
        switch task {
        case .classes, .labels: true
        case .mask, .reconstruction: false
        }
    }

    /// Whether a probability decides.
    var hasThreshold: Bool {
        switch task {
        case .mask, .labels: true
        case .classes, .reconstruction: false
        }
    }
}
