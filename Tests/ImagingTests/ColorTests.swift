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

    /// CIEDE2000 (Sharma, Wu and Dalal 2005).
    private func difference(_ first: [Double], _ second: [Double]) -> Double {
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let mean = (hypot(first[1], first[2]) + hypot(second[1], second[2])) / 2
        let stretch = 1.5 - (pow(mean, 7) / (pow(mean, 7) + pow(25, 7))).squareRoot() / 2
        func polar(_ lab: [Double]) -> (chroma: Double, hue: Double) {
            let a = stretch * lab[1]
            let hue = a == 0 && lab[2] == 0 ? 0 : atan2(lab[2], a) * 180 / .pi
            return (hypot(a, lab[2]), hue < 0 ? hue + 360 : hue)
        }
        let (one, two) = (polar(first), polar(second))
        let isGray = one.chroma * two.chroma == 0
        var turn = isGray ? 0 : two.hue - one.hue
        if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
        var hue = (one.hue + two.hue) / (isGray ? 1 : 2)
        if !isGray && abs(one.hue - two.hue) > 180 { hue += hue < 180 ? 180 : -180 }
        let light = pow((first[0] + second[0]) / 2 - 50, 2)
        let chroma = (one.chroma + two.chroma) / 2
        let t =
            1 - 0.17 * cos(radians(hue - 30)) + 0.24 * cos(radians(2 * hue)) + 0.32 * cos(radians(3 * hue + 6))
            - 0.2 * cos(radians(4 * hue - 63))
        let deltaLight = (second[0] - first[0]) / (1 + 0.015 * light / (20 + light).squareRoot())
        let deltaChroma = (two.chroma - one.chroma) / (1 + 0.045 * chroma)
        let deltaHue = 2 * (one.chroma * two.chroma).squareRoot() * sin(radians(turn / 2)) / (1 + 0.015 * chroma * t)
        let rotation =
            -sin(radians(60 * exp(-pow((hue - 275) / 25, 2)))) * 2
            * (pow(chroma, 7) / (pow(chroma, 7) + pow(25, 7))).squareRoot()
        return
            (deltaLight * deltaLight + deltaChroma * deltaChroma + deltaHue * deltaHue
            + rotation * deltaChroma * deltaHue).squareRoot()
    }

    @Test func theDifferenceIsThePapers() {
        #expect(abs(difference([50, 2.6772, -79.7751], [50, 0, -82.7485]) - 2.0425) < 1e-4)
        #expect(abs(difference([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619]) - 2.0373) < 1e-4)
        #expect(abs(difference([50, 2.5, 0], [73, 25, -18]) - 27.1492) < 1e-4)
    }

    /// CamVid has eleven classes.
    @Test(arguments: Eyes.allCases, [(12, 20.0, 13.0), (16, 18.0, 9.0), (24, 14.0, 6.0)])
    func classesStayApart(eyes: Eyes, least: (count: Int, all: Double, others: Double)) {
        let all = ([.void] + Color.classPalette.prefix(least.count)).map { lab($0, eyes) }
        #expect(all.count == least.count + 1)
        for (index, first) in all.enumerated() {
            for (other, second) in all.enumerated().dropFirst(index + 1) {
                let distance = difference(first, second)
                #expect(
                    distance >= (eyes == .all ? least.all : least.others),
                    "colours \(index - 1) and \(other - 1): \(distance)")
            }
        }
    }

    @Test func theFirstClassIsPale() {
        #expect(lab(Color.classColor(0), .all)[0] > 90)
    }

    @Test func palettesRepeat() {
        #expect(Color.classColor(0) == Color.classColor(Color.classPalette.count))
        #expect(Color.series(0) == Color.series(Color.palette.count))
    }
}
