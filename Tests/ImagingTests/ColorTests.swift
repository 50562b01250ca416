import Platform
import Imaging
import Testing

/// Colours of classes stay apart, for colour-blind eyes too.
@Suite struct ColorTests {
    /// Linear RGB as other eyes see it (Machado, Oliveira and Fernandes 2009, severity 1).
    enum Eyes: String, CaseIterable {
        case all, withoutRed, withoutGreen

        var matrix: [[Double]] {
            switch self {
            case .all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
            case .withoutRed:
                [
                    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                    [-0.003882, -0.048116, 1.051998],
                ]
            case .withoutGreen:
                [
                    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                    [-0.011820, 0.042940, 0.968881],
                ]
            }
        }
    }

    private func lab(_ color: Color, _ eyes: Eyes) -> [Double] {
        let linear = [color.red, color.green, color.blue].map { byte in
            let value = Double(byte) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let seen = eyes.matrix.map { row in min(max(zip(row, linear).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1) }
        let xyz = [
            (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.95047,
            0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2],
            (0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.08883,
        ].map { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 16.0 / 116 }
        return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])]
    }

    @Test(arguments: Eyes.allCases)
    func classesStayApart(eyes: Eyes) {
        let all = (Color.classPalette + [.void]).map { lab($0, eyes) }
        for (index, first) in all.enumerated() {
            for (other, second) in all.enumerated().dropFirst(index + 1) {
                let distance = zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
                #expect(distance >= 19, "colours \(index) and \(other)")
            }
        }
    }

    @Test func palettesRepeat() {
        #expect(Color.classColor(0) == Color.classColor(Color.classPalette.count))
        #expect(Color.series(0) == Color.series(Color.palette.count))
    }
}
