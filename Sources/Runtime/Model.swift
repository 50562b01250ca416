import Base
import FileAccess
import ModelABI

import Platform

/// A compiled model: constant tables and kernels, shared by any number of executors.
public final class Model: Sendable {
    public let graphName: String
    /// The text that the model was compiled from.
    public let graphSource: String
    /// JSON: compiler version, target, graph parameters, defaults of the trainer.
    public let metadata: String
    /// Equal for graphs with equal parameters, shapes and structure.
    public let graphHash: String
    /// The most samples that one call can take, of all plans but those for tiles.
    public let batchCapacity: Int
    /// Bytes of the parameter region.
    public let parameterBytes: Int
    public let plans: [PlanInfo]
    /// In order of their place in memory.
    public let parameters: [ParameterInfo]
    public let optimizers: [OptimizerInfo]
    /// Of the optimiser.
    let state: StateLayout
    let tables: ModelTables

    /// Wraps the tables that `unetc_model_get()` returns; they must stay valid for the life of the process.
    /// - Throws: `RuntimeError` for tables of another version of `unetc`, or that contradict themselves.
    public init(tables pointer: UnsafePointer<unetc_model>) throws {
        let model = pointer.pointee
        guard model.magic == UNETC_MODEL_MAGIC else {
            throw RuntimeError(
                "not a compiled model: its tables begin with \(hex(model.magic)) where \(hex(UNETC_MODEL_MAGIC)) "
                    + "was expected; compile the graph again with this version of unetc")
        }
        guard model.abi == UNETC_MODEL_ABI else {
            throw RuntimeError(
                "the model was compiled for runtime interface \(model.abi), this program has \(UNETC_MODEL_ABI); "
                    + "compile the graph again with this version of unetc")
        }
        let reader = TableReader(model: model)
        graphName = text(model.graph_name)
        graphSource = text(model.graph_source)
        metadata = text(model.metadata)
        graphHash = text(model.graph_hash)
        batchCapacity = Int(model.batch_capacity)
        parameterBytes = try reader.size(model.parameter_bytes, "the parameter region")
        optimizers = try reader.optimizers()
        plans = try reader.plans()
        parameters = try reader.parameters()
        state = StateLayout(
            parameters, updated: reader.updatedParameters(), parameterBytes: parameterBytes)
        tables = ModelTables(pointer)
    }

    /// Opens a shared object that exports `unetc_model_get`. It stays open for the life of the process.
    /// - Throws: `RuntimeError` when the file cannot be opened or holds no model of this version.
    public static func load(path: String) throws -> Model {
        // Without a slash, dlopen looks in the system's library folders instead of here.
        let file = path.contains("/") ? path : "./" + path
        guard let library = file.withFileName({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }) else {
            throw RuntimeError("\(path): cannot be loaded as a model: \(loaderMessage())")
        }
        guard let symbol = dlsym(library, "unetc_model_get") else {
            throw RuntimeError("\(path): is no compiled model: it does not export \"unetc_model_get\"")
        }
        typealias Get = @convention(c) () -> UnsafePointer<unetc_model>?
        guard let tables = unsafeBitCast(symbol, to: Get.self)() else {
            throw RuntimeError("\(path): its \"unetc_model_get\" returns no model")
        }
        do {
            return try Model(tables: tables)
        } catch let error as RuntimeError {
            throw RuntimeError("\(path): \(error.message)")
        }
    }

    public var planNames: [String] { plans.map(\.name) }
    public var optimizerNames: [String] { optimizers.map(\.name) }
    /// Elements of all parameters together.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.elementCount } }

    /// The first plan that is for something; nil where there is none.
    public func plan(for purpose: PlanPurpose) -> PlanInfo? { plans(for: purpose).first }

    /// The plans for something, in the order in which they were compiled.
    public func plans(for purpose: PlanPurpose) -> [PlanInfo] { plans.filter { $0.purpose == purpose } }

    /// The plan of that name.
    /// - Throws: `RuntimeError` that lists the plans there are.
    public func plan(_ name: String) throws -> PlanInfo { plans[try planIndex(name)] }

    /// The parameter of that name.
    /// - Throws: `RuntimeError` that lists the parameters there are.
    public func parameter(_ name: String) throws -> ParameterInfo {
        guard let parameter = parameters.first(where: { $0.name == name }) else {
            throw RuntimeError.unknown("parameter", name, valid: parameters.map(\.name))
        }
        return parameter
    }

    /// Lets the model check what it relies on, such as its matrix product; called once, by the first executor.
    /// - Throws: `RuntimeError` with the model's own message.
    public func prepare() throws { try tables.prepare() }

    func planIndex(_ name: String) throws -> Int {
        guard let index = plans.firstIndex(where: { $0.name == name }) else {
            throw RuntimeError.unknown("plan", name, valid: planNames)
        }
        return index
    }

    func optimizerIndex(_ name: String) throws -> Int {
        guard let index = optimizers.firstIndex(where: { $0.name == name }) else {
            throw RuntimeError.unknown("optimizer", name, valid: optimizerNames)
        }
        return index
    }
}

/// The model's tables, and whether they were prepared.
///
/// Unchecked because of the pointer, to constants, and of the lock's result.
final class ModelTables: @unchecked Sendable {
    let pointer: UnsafePointer<unetc_model>
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Guarded by `mutex`; nil before the first call, then what the model answered ("" for all is well).
    private var answer: String?

    init(_ pointer: UnsafePointer<unetc_model>) {
        self.pointer = pointer
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    func prepare() throws {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let answer = self.answer ?? text(pointer.pointee.prepare?())
        self.answer = answer
        guard answer.isEmpty else { throw RuntimeError(answer) }
    }
}

/// A C string of the tables; empty for NULL.
func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

private func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }

private func loaderMessage() -> String {
    guard let message = dlerror() else { return "unknown error" }
    return String(cString: message)
}
