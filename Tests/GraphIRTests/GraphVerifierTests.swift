import GraphIR
import TestSupport
import Testing

/// A way to break a well-formed graph, and the rule that must notice.
struct Damage: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var rule: GraphRule
    var apply: @Sendable (inout Graph) -> Void

    init(_ description: String, _ rule: GraphRule, _ apply: @escaping @Sendable (inout Graph) -> Void) {
        self.testDescription = description
        self.rule = rule
        self.apply = apply
    }
}

extension Graph {
    /// The node of that name, which the sample graph has.
    fileprivate func node(_ name: String) -> NodeID { id(named: name)! }

    fileprivate mutating func changeConv(_ change: (inout ConvGeometry) -> Void) {
        guard case .conv(var g) = self[node("enc1.conv1")].op else { return }
        change(&g)
        self[node("enc1.conv1")].op = .conv(g)
    }

    fileprivate mutating func changePool(_ change: (inout PoolGeometry) -> Void) {
        guard case .maxPool(var g) = self[node("pool")].op else { return }
        change(&g)
        self[node("pool")].op = .maxPool(g)
    }
}

@Suite struct GraphVerifierTests {
    @Test func wellFormedGraphsPass() throws {
        #expect(verify(try SampleGraph.smallUNet()) == [])
        #expect(verify(try SampleGraph.everything()) == [])
        #expect(verify(try SampleGraph.companions()) == [])
        #expect(verify(Graph(name: "empty")) == [])
    }

    static let damages = [
        Damage("a name twice", .uniqueNames) { $0[$0.node("pool")].name = "image" },
        Damage("no name", .uniqueNames) { $0[$0.node("pool")].name = "" },
        Damage("an operand behind its user", .operandsBeforeUsers) { $0[$0.node("pool")].inputs = [$0.node("joined")] },
        Damage("itself as operand", .operandsBeforeUsers) { $0[$0.node("pool")].inputs = [$0.node("pool")] },
        Damage("an operand that does not exist", .operandsBeforeUsers) { $0[$0.node("pool")].inputs = [NodeID(9999)] },
        Damage("a negative operand", .operandsBeforeUsers) { $0[$0.node("pool")].inputs = [NodeID(-1)] },
        Damage("a fused operand behind its user", .operandsBeforeUsers) {
            $0[$0.node("up")].epilogue = [FusedStep(.add, [$0.node("joined")])]
        },
        Damage("a leaf with an operand", .bareLeaves) { $0[$0.node("down.weight")].inputs = [NodeID(0)] },
        Damage("a leaf with a fused step", .bareLeaves) { $0[$0.node("image")].epilogue = [FusedStep(.relu)] },
        Damage("a dimension of zero", .sensibleShapes) { $0[$0.node("image")].type.shape[0] = 0 },
        Damage("a negative dimension", .sensibleShapes) { $0[$0.node("image")].type.shape[1] = -5 },
        Damage("too many elements", .sensibleShapes) { $0[$0.node("image")].type.shape = [1 << 20, 1 << 20] },
        Damage("groups of zero", .sensibleConstants) { $0.changeConv { $0.groups = 0 } },
        Damage("groups that do not divide", .sensibleConstants) { $0.changeConv { $0.groups = 3 } },
        Damage("a stride of zero", .sensibleConstants) { $0.changeConv { $0.stride.width = 0 } },
        Damage("an output size that does not follow", .sensibleConstants) { $0.changeConv { $0.output.height += 1 } },
        Damage("a dilation beyond bounds", .sensibleConstants) { $0.changeConv { $0.dilation.height = .max } },
        Damage("a pool on padding only", .sensibleConstants) { $0.changePool { $0.padding.top = 3 } },
        Damage("a pool's output size", .sensibleConstants) { $0.changePool { $0.output.width += 1 } },
        Damage("an infinite factor", .sensibleConstants) {
            $0[$0.node("y_scale")].op = .elementwise(.scale(.infinity))
        },
        Damage("an undefined fused slope", .sensibleConstants) {
            $0[$0.node("up")].epilogue = [FusedStep(.leakyRelu(slope: .nan))]
        },
        Damage("a type that is not the operator's", .types) { $0[$0.node("pool")].type.shape[0] += 1 },
        Damage("a fixed type of a batched value", .types) { $0[$0.node("pool")].type.isBatched = false },
        Damage("an operand too few", .types) { $0[$0.node("y_add")].inputs.removeLast() },
        Damage("an operand of another type", .types) { $0[$0.node("y_add")].inputs[1] = $0.node("image") },
        Damage("a loss of values that samples share", .types) {
            let weight = $0.node("down.weight")
            $0[$0.node("bce")].inputs = [weight, weight]
        },
        Damage("a fused step with an operand too few", .fusedSteps) {
            $0[$0.node("up")].epilogue = [FusedStep(.add, [])]
        },
        Damage("a fused operand of another type", .fusedSteps) {
            $0[$0.node("up")].epilogue = [FusedStep(.add, [$0.node("image")])]
        },
        Damage("a fused update", .fusedSteps) {
            $0[$0.node("update enc1.conv1.weight")].epilogue = [FusedStep(.relu)]
        },
        Damage("a batched parameter", .parameters) { $0[$0.node("up.bias")].type.isBatched = true },
        Damage("a fan-in of zero", .parameters) { $0[$0.node("up.bias")].op = .parameter(.bias, fanIn: 0) },
        Damage("a fixed input", .inputs) { $0[$0.node("image")].type.isBatched = false },
        Damage("a fixed target", .inputs) { $0[$0.node("target")].type.isBatched = false },
        Damage("a weight of 16 bits", .elements) { $0[$0.node("down.weight")].type.element = .bfloat16 },
        Damage("an optimizer's gradient of 16 bits", .elements) {
            $0[$0.node("grad.enc1.conv1.weight")].type.element = .bfloat16
        },
        Damage("an output of 16 bits", .elements) { $0[$0.outputs[0].node].type.element = .bfloat16 },
        Damage("an input of classes", .inputs) { $0[$0.node("image")].type.isClasses = true },
        Damage("an output's name twice", .outputs) { $0.outputs[1].name = "logits" },
        Damage("an output that does not exist", .outputs) { $0.outputs[0].node = NodeID(9999) },
        Damage("an update as output", .outputs) { $0.outputs[0].node = $0.node("update enc1.conv1.weight") },
        Damage("a loss that does not exist", .loss) { $0.loss = NodeID(-1) },
        Damage("a loss per sample", .loss) { $0.loss = $0.node("bce") },
        Damage("a gradient of another type", .gradients) { $0.gradients[0].gradient = $0.node("image") },
        Damage("a gradient that does not exist", .gradients) { $0.gradients[0].gradient = NodeID(9999) },
        Damage("a gradient of an inner value", .gradients) {
            $0.gradients = [GradientBinding(of: $0.node("pool"), gradient: $0.node("pool"))]
        },
        Damage("two gradients of one parameter", .gradients) { $0.gradients.append($0.gradients[0]) },
        Damage("an update of a value", .updates) {
            $0[$0.node("update enc1.conv1.weight")].inputs[0] = $0.node("grad.enc1.conv1.weight")
        },
        Damage("a parameter read after its update", .updates) {
            $0.append(
                Node(
                    op: .elementwise(.relu), inputs: [$0.node("enc1.conv1.weight")], type: .fixed([4, 1, 3, 2]),
                    name: "late"))
        },
        Damage("a parameter updated twice", .updates) {
            var second = $0[$0.node("update enc1.conv1.weight")]
            second.name = "again"
            $0.append(second)
        },
        Damage("an update that is read", .updates) {
            let update = $0.node("update enc1.conv1.weight")
            $0.append(Node(op: .elementwise(.relu), inputs: [update], type: .fixed([0]), name: "late"))
        },
        Damage("a host behind its companion", .companions) { $0[$0.node("pool")].host = $0.node("joined") },
        Damage("a host that does not exist", .companions) { $0[$0.node("pool")].host = NodeID(-1) },
        Damage("a host of another operator", .companions) { $0[$0.node("pool")].host = $0.node("image") },
        Damage("windows that do not tile the host's result", .companions) {
            $0[$0.node("pool")].host = $0.node("enc1.conv1")
        },
    ]

    @Test(arguments: damages)
    func noticesDamage(_ damage: Damage) throws {
        var graph = try SampleGraph.everything()
        damage.apply(&graph)
        let violations = verify(graph)
        #expect(violations.contains { $0.rule == damage.rule }, "found \(violations)")
        #expect(throws: GraphVerificationError.self) { try requireWellFormed(graph, after: "damage") }
    }

    static let companionDamages = [
        Damage("the host makes another value of the kind", .companions) {
            var second = $0[$0.node("pooled")]
            second.name = "again"
            $0.append(second)
        },
        Damage("the host is a companion", .companions) {
            var second = $0[$0.node("d_bias")]
            second.name = "again"
            second.host = $0.node("d_bias")
            $0.append(second)
        },
        Damage("a fused step behind a companion", .companions) {
            $0[$0.node("pooled")].epilogue = [FusedStep(.relu)]
        },
        Damage("the sum of something else", .companions) { $0[$0.node("d_bias")].inputs = [$0.node("x")] },
    ]

    @Test(arguments: companionDamages)
    func noticesDamageToCompanions(_ damage: Damage) throws {
        var graph = try SampleGraph.companions()
        damage.apply(&graph)
        let violations = verify(graph)
        #expect(violations.map(\.rule) == [damage.rule], "found \(violations)")
    }

    @Test func everyRuleIsBroken() {
        #expect(Set(Self.damages.map(\.rule)) == Set(GraphRule.allCases))
    }

    @Test func messagesNameTheNodeAndBothTypes() throws {
        var graph = try SampleGraph.smallUNet()
        graph[graph.node("pool1")].type.shape[0] = 9
        #expect(
            verify(graph).first?.description
                == "rule 6: 'pool1' (%6) should have the type [N, 4, 4, 4], found [N, 9, 4, 4]")
    }
}
