import Base
import TestSupport
import Testing

import Platform

/// Chromium without a window, steered by the DevTools protocol over two pipes: messages of JSON, each ended by a zero byte,
/// to its descriptor 3 and from its descriptor 4.
final class Browser {
    /// Where it is installed; nil where it is not.
    static let program: String? = ["chromium", "chromium-browser", "google-chrome"].map { "/usr/bin/" + $0 }
        .first { access($0, X_OK) == 0 }

    struct Failure: Error, CustomStringConvertible { var description: String }

    /// How long an answer may take.
    private static let patience = 60.0

    private let process: pid_t
    private let input: Int32
    private let output: Int32
    private var unread: [UInt8] = []
    private var number = 0
    private var session = ""
    /// What the page has complained of.
    private(set) var complaints: [String] = []
    /// Addresses that the page has asked for.
    private(set) var requests: [String] = []

    /// Starts it with an empty page.
    /// - Parameter folder: for its profile and anything else it writes.
    init(folder: String, width: Int = 1400, height: Int = 900) throws {
        let toBrowser = try Self.pipe()
        let fromBrowser = try Self.pipe()
        let arguments = [
            try #require(Self.program), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--remote-debugging-pipe", "--user-data-dir=\(folder)/profile", "--window-size=\(width),\(height)",
            "about:blank",
        ]
        process = try Self.start(
            arguments, environment: ["HOME=\(folder)", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"],
            reading: toBrowser.read, writing: fromBrowser.write, log: folder + "/browser.log")
        close(toBrowser.read)
        close(fromBrowser.write)
        input = toBrowser.write
        output = fromBrowser.read
        let targets = try call("Target.getTargets")["targetInfos"]?.array ?? []
        let page = try #require(targets.first { $0["type"]?.string == "page" }?["targetId"]?.string)
        let attached = try call("Target.attachToTarget", "{\"targetId\": \(quoted(page)), \"flatten\": true}")
        session = try #require(attached["sessionId"]?.string)
        for domain in ["Page", "Runtime", "Log", "Network"] { _ = try call("\(domain).enable") }
    }

    deinit {
        kill(-process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(input)
        close(output)
    }

    // MARK: Messages

    /// Calls a method of the protocol and waits for its result.
    @discardableResult
    func call(_ method: String, _ parameters: String = "{}") throws -> JSON {
        number += 1
        let place = session.isEmpty ? "" : ", \"sessionId\": \(quoted(session))"
        try send("{\"id\": \(number), \"method\": \"\(method)\", \"params\": \(parameters)\(place)}")
        while true {
            let message = try receive()
            guard message["id"]?.integer == number else {
                note(message)
                continue
            }
            if let error = message["error"]?["message"]?.string { throw Failure(description: "\(method): \(error)") }
            return message["result"] ?? .null
        }
    }

    private func note(_ event: JSON) {
        let parameters = event["params"]
        switch event["method"]?.string {
        case "Runtime.exceptionThrown":
            let details = parameters?["exceptionDetails"]
            complaints.append(
                details?["exception"]?["description"]?.string ?? details?["text"]?.string ?? "an exception")
        case "Runtime.consoleAPICalled" where ["error", "warning"].contains(parameters?["type"]?.string):
            complaints.append("\(parameters?["args"] ?? .null)")
        case "Log.entryAdded":
            complaints.append(parameters?["entry"]?["text"]?.string ?? "an entry")
        case "Network.requestWillBeSent":
            requests.append(parameters?["request"]?["url"]?.string ?? "?")
        default: break
        }
    }

    private func send(_ text: String) throws {
        let bytes = Array(text.utf8) + [0]
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "the browser takes no messages") }
            start += count
        }
    }

    private func receive() throws -> JSON {
        let end = Self.now() + Self.patience
        while true {
            if let zero = unread.firstIndex(of: 0) {
                let message = Array(unread[..<zero])
                unread.removeSubrange(...zero)
                return try JSON(parsing: message)
            }
            var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let wait = max(0, end - Self.now())
            guard poll(&descriptor, 1, Int32(1000 * wait)) > 0 else {
                throw Failure(description: "the browser has not answered for \(Int(Self.patience)) seconds")
            }
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(output, &chunk, chunk.count)
            guard count > 0 else { throw Failure(description: "the browser has ended") }
            unread += chunk[..<count]
        }
    }

    // MARK: What a person does

    /// Opens a page and waits until its script has run.
    func open(_ address: String) throws {
        try call("Page.navigate", "{\"url\": \(quoted(address))}")
        let end = Self.now() + Self.patience
        while try evaluate("document.documentElement?.dataset.ready ?? ''").string ?? "" == "" {
            guard Self.now() < end else { throw Failure(description: "the page is not ready: \(complaints)") }
            usleep(20_000)
        }
    }

    /// The value of an expression of the page.
    func evaluate(_ expression: String) throws -> JSON {
        let result = try call(
            "Runtime.evaluate", "{\"expression\": \(quoted(expression)), \"returnByValue\": true}")
        if let fault = result["exceptionDetails"] {
            throw Failure(description: "\(expression): \(fault["exception"]?["description"]?.string ?? "\(fault)")")
        }
        return result["result"]?["value"] ?? .null
    }

    /// Presses and releases the button of a mouse above the middle of what a selector finds.
    func click(_ selector: String) throws {
        let box = try evaluate(
            """
            (() => { const box = document.querySelector(\(quoted(selector)))?.getBoundingClientRect();
            return box ? [box.x + box.width / 2, box.y + box.height / 2] : []; })()
            """)
        guard let place = box.array, place.count == 2, let x = place[0].number, let y = place[1].number else {
            throw Failure(description: "nothing on the page is \(selector)")
        }
        for (type, button) in [("mouseMoved", "none"), ("mousePressed", "left"), ("mouseReleased", "left")] {
            try call(
                "Input.dispatchMouseEvent",
                "{\"type\": \"\(type)\", \"x\": \(x), \"y\": \(y), \"button\": \"\(button)\", \"clickCount\": 1}")
        }
    }

    /// Presses and releases a key: a character, or a name such as `Enter` with its code number.
    func press(_ key: String, code: Int = 0) throws {
        let text = key.count == 1 ? ", \"text\": \(quoted(key))" : key == "Enter" ? ", \"text\": \"\\r\"" : ""
        for type in ["keyDown", "keyUp"] {
            try call(
                "Input.dispatchKeyEvent",
                "{\"type\": \"\(type)\", \"key\": \(quoted(key)), \"windowsVirtualKeyCode\": \(code)"
                    + (type == "keyDown" ? text : "") + "}")
        }
    }

    func type(_ text: String) throws { try call("Input.insertText", "{\"text\": \(quoted(text))}") }

    // MARK: The process

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }

    /// Two ends beyond the numbers that the browser's ends get.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Platform.pipe(&ends) == 0 else { throw Failure(description: "no pipe: \(errno)") }
        let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
        ends.forEach { close($0) }
        return (moved[0], moved[1])
    }

    private static func start(
        _ arguments: [String], environment: [String], reading: Int32, writing: Int32, log: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_adddup2(&actions, reading, 3)
        posix_spawn_file_actions_adddup2(&actions, writing, 4)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that its helpers end with it.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, arguments[0], &actions, &attributes, &words, &variables)
        guard status == 0 else { throw Failure(description: "\(arguments[0]) cannot be started: \(status)") }
        return process
    }
}

/// A string as JSON, which is a string of JavaScript as well.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case "\n": result += "\\n"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
