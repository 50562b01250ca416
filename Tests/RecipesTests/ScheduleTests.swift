import DataSets
import Runtime
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import Recipes

/// Schedules beside the numbers of PyTorch 2.13, at a largest rate of 0.5.
@Suite struct ScheduleTests {
    private func rate(_ text: String, warmup: Double = 0, steps: Int, at place: Int) throws -> Double {
        let curve = RateCurve(
            schedule: try Schedule(parsing: text), warmup: warmup, stepsPerEpoch: 1, epochs: steps)
        return 0.5 * curve.values(at: place).factor
    }

    private func isNear(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-14 }

    /// `OneCycleLR(optimizer, 0.5, total_steps=…)`: step, rate, beta1.
    @Test(
        arguments: [
            (
                "one-cycle", 10,
                [
                    (0, 0.020000000000000018, 0.95), (1, 0.26, 0.8999999999999999),
                    (3, 0.47524231600673683, 0.854951556604879), (5, 0.30563101096814466, 0.8888739533021842),
                    (8, 0.024759683993263143, 0.945048443395121), (9, 2e-06, 0.95),
                ]
            ),
            (
                "one_cycle", 37,
                [
                    (1, 0.03151685419214484, 0.9476006553766364), (12, 0.49339013498230194, 0.8513219782914527),
                    (18, 0.39373933290113927, 0.8712522184286459), (35, 0.0018388595382956901, 0.9496326266228473),
                    (36, 2e-06, 0.95),
                ]
            ),
            // Too short to rise.
            (
                "one-cycle", 3,
                [
                    (0, 0.49720771772545586, 0.8505584586887436), (1, 0.23131855133348753, 0.9037365046793212),
                    (2, 2e-06, 0.95),
                ]
            ),
            (
                "one-cycle:start=0.45,div=10,final_div=100,min_momentum=0.8,max_momentum=0.9", 20,
                [
                    (0, 0.04999999999999999, 0.9), (5, 0.3611037722821452, 0.8308658283817456), (8, 0.5, 0.8),
                    (9, 0.48988337016022077, 0.8020253513192752), (15, 0.1465001005027789, 0.8707707506500943),
                    (19, 0.0005, 0.9),
                ]
            ),
        ] as [(String, Int, [(Int, Double, Double)])])
    func oneCycleIsPyTorchs(text: String, steps: Int, expected: [(Int, Double, Double)]) throws {
        let curve = RateCurve(schedule: try Schedule(parsing: text), warmup: 0, stepsPerEpoch: steps, epochs: 1)
        for (place, rate, momentum) in expected {
            let values = curve.values(at: place)
            #expect(isNear(0.5 * values.factor, rate), "step \(place): \(0.5 * values.factor), PyTorch \(rate)")
            #expect(isNear(values.momentum ?? 0, momentum), "step \(place)")
        }
    }

    @Test(
        arguments: [
            // CosineAnnealingLR(optimizer, T_max=20, eta_min=0.05)
            (
                "cosine:final=0.1", 0, 20,
                [
                    (0, 0.5), (1, 0.497229876633906), (7, 0.37714786244139803), (10, 0.2750000000000001),
                    (19, 0.05277012336609403),
                ]
            ),
            // PolynomialLR(optimizer, total_iters=20, power=…)
            (
                "polynomial", 0, 20,
                [
                    (0, 0.5), (1, 0.47744269081074986), (7, 0.33930637962906246), (10, 0.2679433656340733),
                    (19, 0.03373207119183911),
                ]
            ),
            (
                "polynomial:power=2.25", 0, 20,
                [
                    (1, 0.44550041838677196), (7, 0.189681535552503), (10, 0.10511205190671433),
                    (19, 0.0005910885056269863),
                ]
            ),
            // StepLR(optimizer, step_size=10, gamma=0.1)
            ("step", 0, 25, [(0, 0.5), (9, 0.5), (10, 0.05), (19, 0.05), (20, 0.005)]),
            // LinearLR(optimizer, start_factor=1/5, total_iters=4), then CosineAnnealingLR(optimizer, T_max=16)
            (
                "cosine", 4, 20,
                [(0, 0.1), (1, 0.2), (3, 0.4), (4, 0.5), (5, 0.4951963201008076), (19, 0.004803679899192392)]
            ),
            ("constant", 2, 5, [(0, 0.5 / 3), (1, 1.0 / 3), (2, 0.5), (4, 0.5), (400, 0.5)]),
            ("cosine", 0, 5, [(5, 0), (50, 0)]),
        ] as [(String, Double, Int, [(Int, Double)])])
    func othersArePyTorchs(text: String, warmup: Double, steps: Int, expected: [(Int, Double)]) throws {
        for (place, rate) in expected {
            let found = try self.rate(text, warmup: warmup, steps: steps, at: place)
            #expect(isNear(found, rate), "step \(place): \(found), PyTorch \(rate)")
        }
    }

    /// `ReduceLROnPlateau` with 0.5.
    @Test(
        arguments: [
            (
                "plateau:factor=0.5,patience=2", true,
                [0.1, 0.2, 0.2, 0.20001, 0.19, 0.3, 0.3, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3],
                [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625, 0.0625]
            ),
            (
                "plateau:factor=0.1,patience=1,min_lr=0.01", false, [1, 0.9, 0.95, 0.91, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8],
                [0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01]
            ),
        ] as [(String, Bool, [Double], [Double])])
    func plateausArePyTorchs(text: String, isMoreBetter: Bool, qualities: [Double], rates: [Double]) throws {
        var settings = TrainingSettings()
        settings.optimizer.learningRate = 0.5
        settings.steps.schedule = try Schedule(parsing: text)
        guard case .plateau(let rule) = settings.steps.schedule else { throw TrainerError("no plateau") }
        var state = PlateauState()
        let criterion = try TrainingTask.mask.criterion(isMoreBetter ? "dice" : "test_loss")
        for (quality, rate) in zip(qualities, rates) {
            _ = state.add(Quality(value: quality, loss: nil), criterion, rule)
            // As a checkpoint keeps it.
            let metadata = Dictionary(uniqueKeysWithValues: state.metadata)
            state = try PlateauState(RecordFields(metadata: metadata, path: "c"))
            #expect(isNear(settings.scalars(step: 1, stepsPerEpoch: 1, plateau: state).learningRate, rate))
        }
    }

    /// Up to the step at which it was decided the rate is that of all epochs, then that of those that fit.
    @Test(arguments: ["one-cycle", "cosine", "polynomial"])
    func aFittedScheduleEndsWithItsTime(text: String) throws {
        var whole = TrainingSettings(epochs: 50)
        whole.steps.schedule = try Schedule(parsing: text)
        var short = whole
        short.epochs = 5
        var fitted = whole
        fitted.fit = ScheduleFit(from: 12, epochs: 5)
        #expect(fitted.epochsToTrain == 5 && whole.epochsToTrain == 50)
        func rate(_ settings: TrainingSettings, _ step: Int) -> Double {
            settings.scalars(step: step, stepsPerEpoch: 10, plateau: PlateauState()).learningRate
        }
        for step in 1...12 { #expect(rate(fitted, step) == rate(whole, step)) }
        for step in 13...50 { #expect(rate(fitted, step) == rate(short, step)) }
        #expect(rate(fitted, 50) < rate(whole, 50) / 10, "it has fallen")
        // As a checkpoint keeps it.
        let metadata = Dictionary(uniqueKeysWithValues: fitted.metadata)
        #expect(try TrainingSettings(RecordFields(metadata: metadata, path: "c")) == fitted)
        #expect(ScheduleFit("epochs=0,from=1") == nil && ScheduleFit("epochs=2") == nil)
    }

    @Test func momentumGoesWithTheRate() throws {
        var settings = TrainingSettings()
        settings.steps.schedule = try Schedule(parsing: "one-cycle")
        func momentum(_ kind: OptimizerSettings.Kind, _ momentum: Double) -> Double {
            settings.optimizer.kind = kind
            settings.optimizer.momentum = momentum
            return settings.scalars(step: 1, stepsPerEpoch: 10, plateau: PlateauState()).beta1
        }
        #expect(momentum(.adam, 0) == 0.95 && momentum(.adamw, 0) == 0.95)
        #expect(momentum(.sgd, 0.5) == 0.95)
        #expect(momentum(.sgd, 0) == 0, "plain descent stays plain")
    }

    @Test(arguments: [
        "constant", "cosine:final=0.25", "polynomial:power=0.9", "step:every=2.5,factor=0.5",
        "plateau:factor=0.5,patience=3,min_lr=1e-06",
        "one-cycle:start=0.3,div=25,final_div=10000,min_momentum=0.85,max_momentum=0.95",
    ])
    func schedulesReadBack(text: String) throws { #expect(try Schedule(parsing: text).description == text) }

    @Test(arguments: [
        ("sine", "unknown schedule \"sine\""), ("", "unknown schedule \"\""),
        ("cosine:end=0", "the schedule cosine knows no \"end\""),
        ("constant:lr=1", "the schedule constant knows no \"lr\""),
        ("step:every=0", "\"every\" of the schedule step takes a number above 0, found \"0\""),
        ("step:every", "\"every\" of the schedule step takes a number above 0, found \"\""),
        ("cosine:final=2", "takes a number from 0 to 1, found \"2\""),
        ("plateau:patience=-1", "takes a number from 0 to 1000000000, found \"-1\""),
        ("plateau:patience=9223372036854775807", "takes a number from 0 to 1000000000"),
        ("plateau:patience=1e308", "takes a number from 0 to 1000000000"), ("plateau:patience=nan", "found \"nan\""),
        ("step:every=inf", "found \"inf\""), ("polynomial:power=nan", "found \"nan\""),
        ("one-cycle:max_momentum=0.5", "are 0.85 and 0.5"),
    ])
    func nonsenseIsRefused(text: String, expected: String) {
        let found = message { _ = try Schedule(parsing: text) }
        #expect(found.contains(expected), "\(found)")
    }

    @Test(arguments: [(0.5, 0.9), (0.05, 2.25), (1.0, 0.3), (0.0, 0.9), (0.95, 1.0), (0.3, 0.0)])
    func powersAreNear(base: Double, exponent: Double) {
        // By logarithms of a rational: b^(p/q) to the q is b^p.
        let value = Powers.power(base, exponent)
        let twentieth = Powers.power(value, 20)
        let expected = Powers.power(base, Int((exponent * 20).rounded()))
        #expect(abs(twentieth - expected) <= 1e-13 * max(expected, 1e-300), "\(value)")
    }

    @Test func averagesForgetTheirBeginning() {
        var settings = StepSettings()
        settings.ema = 0.999
        #expect(settings.averageWeight(step: 1) == 1 - 2.0 / 11)
        #expect(settings.averageWeight(step: 1_000_000) == 1 - 0.999)
    }
}
