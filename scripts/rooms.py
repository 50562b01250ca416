#!/usr/bin/env python3
"""Holds the house to its plan: what Package.swift says of targets is what their sources do, and folders do not go in circles.

    scripts/rooms.py            checks the package in this folder; prints what is wrong and fails
    scripts/rooms.py --edges T  prints which folder of target T uses which, with an example of each use
    scripts/rooms.py --test     checks this script: faults that are planted must be found

It fails on
- an import of a target or product that Package.swift does not name for that target (incremental builds would keep stale
  objects),
- a dependency that no file of a target imports or, in C, includes; executables may be named so that they are built,
- an import of the C library elsewhere than in `Platform`, where there is such a target,
- a cycle between the folders of a target, by use. Files beside the folders count as a folder of their own, `.`.

How uses are found. There is no compiler here, so each file is read as tokens, without comments and with the code in
string interpolations, and compared with an index of all declarations. A use counts only when no other reading of the name
is possible; a cycle that is reported is one, and a use that hangs on type inference alone can be missed:
- Types, also nested ones: the name, if all of its declarations lie in one folder of the target and the file declares
  none of its own.
- Functions and constants outside types: a call or a mention without a dot before it, if the name means nothing else in
  the target, the file binds no such name, and it is no argument's label.
- Members (of types and of extensions): a name after a dot whose receiver is unknown. It counts if everything of that name
  in the whole product lies in one folder of this target, it is made of two words at least (`laidOut`, not `text`), and the
  standard library has no member of that name. Without a dot it counts in extensions of the type that declares it.
- What is `private` or `fileprivate` is used in its own file alone.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

# Modules of the toolchain and of the system.
PLATFORM = {"Glibc", "Musl", "Darwin", "Bionic", "Android"}
TOOLCHAIN = PLATFORM | {
    "Swift", "Foundation", "FoundationEssentials", "Testing", "Synchronization", "Dispatch", "XCTest", "_Builtin_float",
    "Builtin", "PackageDescription", "RegexBuilder", "Distributed", "Observation",
}

# Cycles that are known, as sets of folders by target: to be made fewer. A smaller one is let pass; one of which nothing is
# left is reported, to be taken out.
KNOWN_CYCLES = {}

# Members of the standard library whose names are made of several words, as far as code could declare the same.
STANDARD_MEMBERS = set("""
advanced allSatisfy allCases appendInterpolation asciiValue baseAddress bitPattern bitWidth byteSwapped codingPath compactMap
contentsOf copyBytes debugDescription distance dropFirst dropLast elementsEqual endIndex enumerated exponentBitCount
firstIndex firstRange flatMap forEach formIndex formIntersection formSymmetricDifference formTruncatingRemainder formUnion
fullWidth hasPrefix hasSuffix hashValue hexDigitValue initializeElement initializeMemory insertionPoint intValue isASCII
isASCIIHexDigit isAlphabetic isCased isContinuation isDefaultIgnorableCodePoint isDisjoint isEmpty isFinite isHexDigit
isInfinite isLetter isLowercase isMathSymbol isMultiple isNaN isNewline isNormal isNumber isPunctuation isSignalingNaN
isSubnormal isSubset isSuperset isSymbol isTotallyOrdered isTrailing isUppercase isValid isWhitespace isWholeNumber isZero
joined keyPath lastIndex leadingZeroBitCount leastNonzeroMagnitude leastNormalMagnitude lexicographicallyPrecedes lowerBound
lowercased makeIterator mapValues maxElement memoryRebound minimumMagnitude moveInitialize multipliedFullWidth
multipliedReportingOverflow nextDown nextUp nonzeroBitCount partialValue partition popFirst popLast prefixMatch
quotientAndRemainder randomElement rawPointer rawValue remainderReportingOverflow removeAll removeFirst removeLast removeSubrange
removeValue replaceSubrange replacing reserveCapacity rounded signBitCount significandWidth sortInPlace squareRoot
startIndex starts storeBytes stringLiteral subtractingReportingOverflow swapAt symmetricDifference trailingZeroBitCount
truncatingRemainder ulpOfOne unicodeScalars union unsafelyUnwrapped updateValue upperBound uppercased utf8CodeUnits
wholeNumberValue withCString withContiguousStorageIfAvailable withMemoryRebound withUnsafeBufferPointer withUnsafeBytes
withUnsafeMutableBufferPointer withUnsafeMutableBytes withUTF8 withLock loadUnaligned bindMemory assumingMemoryBound
addingReportingOverflow dividingFullWidth dividedReportingOverflow isKnownUniquelyReferenced objectIdentifier decodeIfPresent
""".split())

# Names that nested types share with types of the standard library.
STANDARD_TYPES = {"Result", "Error", "Element", "Index", "Key", "Value", "Iterator", "SubSequence", "Failure", "Body"}

DECLARING_TYPE = {"class", "struct", "enum", "actor", "protocol", "typealias", "associatedtype"}
HIDDEN = {"private", "fileprivate"}
IDENTIFIER = re.compile(r"[^\W\d]\w*")


# MARK: Reading Swift

def tokens(text):
    """The tokens of Swift code: identifiers, numbers and single other characters."""
    out = []
    code(text, 0, out, 0)
    return out


def code(text, at, out, until):
    """Appends tokens from `at` on; inside an interpolation (`until` is 1) up to its closing bracket. Returns where it ends."""
    depth = 0
    size = len(text)
    while at < size:
        character = text[at]
        if character.isspace():
            at += 1
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = size if end < 0 else end
        elif text.startswith("/*", at):
            at = comment_end(text, at)
        elif character == '"' or (character == "#" and re.match(r'#+"', text[at:at + 8])):
            at = string(text, at, out)
        elif character == "`":
            end = text.index("`", at + 1)
            out.append(text[at + 1:end])
            at = end + 1
        elif character.isalpha() or character == "_":
            end = IDENTIFIER.match(text, at)
            end = end.end() if end else at + 1
            out.append(text[at:end])
            at = end
        elif character.isdigit():
            # `0..<n` is a number and a range; `x.0.y` a place in a tuple.
            end = re.compile(r"\d[\w]*(\.\d[\w]*)?([eEpP][+-]?\d+)?").match(text, at).end()
            out.append("0")
            at = end
        else:
            if until and character == "(":
                depth += 1
            if until and character == ")":
                if depth == 0:
                    return at + 1
                depth -= 1
            out.append(character)
            at += 1
    return at


def comment_end(text, at):
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def string(text, at, out):
    """Appends the code in a string's interpolations. Returns the string's end."""
    hashes = re.compile("#*").match(text, at).group()
    at += len(hashes)
    quote = '"""' if text.startswith('"""', at) else '"'
    at += len(quote)
    end, escape = quote + hashes, "\\" + hashes
    out.append('"')
    while at < len(text):
        if text.startswith(end, at):
            return at + len(end)
        if text.startswith(escape + "(", at):
            at = code(text, at + len(escape) + 1, out, 1)
        elif text.startswith(escape, at):
            at += len(escape) + 1
        else:
            at += 1
    return at


class SwiftFile:
    """What one file declares and what it mentions."""

    def __init__(self, path, text):
        self.path = path
        self.folder = ""
        self.tokens = tokens(text)
        self.imports = set()
        self.types = {}  # name: the types that it is nested in; "" outside
        self.globals = set()
        self.members = {}  # name: the types whose member it is
        self.hidden = set()  # names that only this file sees, of any kind
        self.bound = set()  # names of parameters, variables and local functions
        self.extends = set()
        self.read()

    def read(self):
        words = self.tokens
        stack = []  # of (kind, name); kind is "type" or "code"
        pending = None  # the type whose body comes next
        hidden = False
        brackets = 0
        for at, word in enumerate(words):
            before = words[at - 1] if at else ""
            after = words[at + 1] if at + 1 < len(words) else ""
            if word == "{":
                stack.append(pending or ("code", ""))
                pending, hidden = None, False
            elif word == "}":
                if stack:
                    stack.pop()
                hidden = False
            elif word in "([":
                brackets += 1
            elif word in ")]":
                brackets -= 1
            elif before == ".":
                continue
            elif word == "import" and not stack and before != "@":
                kind = after in {"struct", "class", "enum", "func", "protocol", "typealias", "var", "let"}
                self.imports.add(words[at + 2] if kind else after)
            elif word in HIDDEN:
                # `private(set)` hides nothing.
                hidden = words[at + 1:at + 3] != ["(", "set"]
            elif word == "extension" and after[:1].isalpha():
                name = after
                place = at + 2
                while words[place:place + 1] == ["."]:
                    name = words[place + 1]
                    place += 2
                self.extends.add(name)
                pending, hidden = ("hidden" if hidden else "type", name), False
            elif word in DECLARING_TYPE and after[:1].isalpha() and not (word == "class" and after in {"func", "var", "let"}):
                self.declare(after, stack, hidden)
                self.generics(at + 2)
                if word not in {"typealias", "associatedtype"}:
                    pending = ("hidden" if hidden else "type", after)
                hidden = False
            elif word in {"func", "var", "let"}:
                if after[:1].isalpha() or after[:1] == "_":
                    self.declare_value(after, stack, hidden, brackets)
                    self.generics(at + 2)
                elif after == "(":
                    # A pattern: all of its names.
                    place = at + 2
                    while place < len(words) and words[place] != ")":
                        self.bound.add(words[place])
                        place += 1
                hidden = False
            elif word == "case" and stack and stack[-1][0] in {"type", "hidden"}:
                place, depth = at + 1, 0
                while place < len(words):
                    item = words[place]
                    if depth == 0 and IDENTIFIER.fullmatch(item) and words[place - 1] in {"case", ","}:
                        self.member(item, stack)
                    depth += item in "([" and 1 or 0
                    depth -= item in ")]" and 1 or 0
                    following = words[place + 1:place + 2]
                    if depth == 0 and item not in {"case", ",", "=", "-", "."} and following not in (
                            [","], ["("], ["="], ["."], ["-"]) and words[place] != "indirect":
                        break
                    place += 1
            elif after == ":" and IDENTIFIER.fullmatch(word):
                # A parameter, an argument's label, or a key: none is a mention of something elsewhere.
                self.bound_label(at)
            elif word == "for" or word == "in":
                if word == "for" and IDENTIFIER.fullmatch(after):
                    self.bound.add(after)

    def bound_label(self, at):
        # `name: Type` of a parameter binds the name; so does `label name: Type`.
        self.bound.add(self.tokens[at])

    def generics(self, at):
        """Binds the names in `<Element, Result: Sendable>`."""
        words = self.tokens
        if words[at:at + 1] != ["<"]:
            return
        while at < len(words) and words[at] not in "(>{":
            if words[at] in "<,":
                self.hidden.add(words[at + 1])
            at += 1

    def declare(self, name, stack, hidden):
        kinds = {kind for kind, _ in stack}
        if hidden or "code" in kinds or "hidden" in kinds:
            self.hidden.add(name)
        else:
            self.types.setdefault(name, set()).add(stack[-1][1] if stack else "")

    def member(self, name, stack):
        if any(kind != "type" for kind, _ in stack):
            self.hidden.add(name)
        else:
            self.members.setdefault(name, set()).add(stack[-1][1])

    def declare_value(self, name, stack, hidden, brackets):
        if hidden:
            self.hidden.add(name)
        elif any(kind == "code" for kind, _ in stack) or brackets:
            self.bound.add(name)
        elif stack:
            self.member(name, stack)
        else:
            self.globals.add(name)

    def mentions(self):
        """Names with whether a dot stands before them and what stands behind, each pair once."""
        words = self.tokens
        seen = set()
        for at, word in enumerate(words):
            if not (word[0].isalpha() or word[0] == "_"):
                continue
            before = words[at - 1] if at else ""
            after = words[at + 1] if at + 1 < len(words) else ""
            # `0..<count` has no dot before the name in this sense.
            dotted = before == "." and not (at > 1 and words[at - 2] == ".")
            if before in {"func", "var", "let", "struct", "class", "enum", "protocol", "actor", "typealias", "import"}:
                continue
            label = after == ":" and before in {"(", ","}
            seen.add((word, dotted, label))
        return seen


# MARK: The package

class Room:
    """A target: its files and what Package.swift says of it."""

    def __init__(self, target, root):
        self.name = target["name"]
        self.kind = target["type"]
        default = "Tests" if self.kind == "test" else "Sources"
        self.path = os.path.join(root, target.get("path") or os.path.join(default, self.name))
        excluded = [os.path.normpath(os.path.join(self.path, each)) for each in target.get("exclude", [])]
        self.dependencies = set()
        for dependency in target["dependencies"]:
            (_, value), = dependency.items()
            self.dependencies.add(value[0])
        self.files = []
        self.includes = set()
        self.headers = set()
        for folder, folders, names in os.walk(self.path):
            folders[:] = sorted(each for each in folders if os.path.join(folder, each) not in excluded)
            for name in sorted(names):
                path = os.path.join(folder, name)
                if path in excluded:
                    continue
                if name.endswith(".swift"):
                    file = SwiftFile(os.path.relpath(path, root), read(path))
                    file.folder = os.path.relpath(folder, self.path)
                    self.files.append(file)
                elif name.endswith((".c", ".h", ".modulemap")):
                    self.read_c(path, name)

    def read_c(self, path, name):
        text = read(path)
        included = set(re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M))
        if name.endswith(".modulemap"):
            self.headers |= set(re.findall(r'header\s+"([^"]+)"', text))
        elif self.kind == "system":
            # What its header includes is what it stands for.
            self.headers |= included | {name}
        else:
            self.includes |= included
            if name.endswith(".h"):
                self.headers.add(name)

    @property
    def imports(self):
        return {name: file.path for file in self.files for name in sorted(file.imports)}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def package(root):
    """The targets of the package, by name."""
    text = subprocess.run(
        [os.environ.get("SWIFT", "swift"), "package", "--package-path", root, "dump-package"], check=True,
        stdout=subprocess.PIPE).stdout
    rooms = [Room(target, root) for target in json.loads(text)["targets"]]
    return {room.name: room for room in rooms}


# MARK: Imports

def import_faults(rooms):
    faults = []
    modules = {room.name.replace("-", "_"): room for room in rooms.values()}
    for room in rooms.values():
        named = {name.replace("-", "_"): name for name in room.dependencies}
        for module, path in sorted(room.imports.items()):
            if module in PLATFORM and "Platform" in rooms and room.name != "Platform":
                faults.append(f"{path}: imports {module}; import Platform instead, which is the C library of any system")
            elif module not in TOOLCHAIN and module not in named:
                faults.append(f"{path}: imports {module}, which Package.swift does not name for {room.name}: add it there")
        for module, name in sorted(named.items()):
            other = modules.get(module)
            if module in room.imports or (other and other.kind == "executable"):
                continue
            if other and room.includes & other.headers:
                continue
            faults.append(
                f"Package.swift: {room.name} depends on {name}, but no file of it imports that: leave it out")
    return faults


# MARK: Folders

def uses(room, rooms):
    """Which folder of a target uses which other one: by pair, examples of uses."""
    types, functions, members = {}, {}, {}
    for file in room.files:
        for table, names in ((types, file.types), (functions, file.globals), (members, file.members)):
            for name in names:
                table.setdefault(name, {}).setdefault(file.folder, file)
    # Everything of a name that could be meant after a dot, in the whole product.
    declared = {}
    for other in rooms.values():
        for file in other.files:
            for name in set(file.types) | file.globals | set(file.members) | file.hidden:
                declared.setdefault(name, set()).add((other.name, file.folder))
    owners = {}
    for file in room.files:
        for table in (file.members, file.types):
            for name, of in table.items():
                owners.setdefault(name, set()).update(of)
    edges = {}

    def add(file, table, name):
        (folder, declaring), = table[name].items()
        if folder != file.folder:
            edges.setdefault((file.folder, folder), []).append((file.path, name, declaring.path))

    for file in room.files:
        own = file.hidden | set(file.types) | file.globals
        scopes = file.extends | set(file.types)
        for name, dotted, label in sorted(file.mentions()):
            if label or name in own:
                continue
            if len(types.get(name, ())) == 1 and name not in functions:
                # A nested one needs the name of its type, or stands inside that.
                if "" in owners[name] or ((dotted or owners[name] & scopes) and name not in STANDARD_TYPES):
                    add(file, types, name)
            elif not dotted and len(functions.get(name, ())) == 1 and name not in types:
                if name not in members and name not in file.bound:
                    add(file, functions, name)
            elif len(members.get(name, ())) == 1 and len(declared[name]) == 1:
                if name in STANDARD_MEMBERS or not re.search(r"[a-z0-9][A-Z]", name):
                    continue
                if dotted or (name not in file.bound and owners[name] & scopes):
                    add(file, members, name)
    return edges


def cycles(edges):
    """The sets of folders that reach each other (Tarjan's strongly connected components)."""
    graph = {}
    for start, end in edges:
        graph.setdefault(start, set()).add(end)
        graph.setdefault(end, set())
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in number:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], number[other])
        if low[node] == number[node]:
            place = stack.index(node)
            component = frozenset(stack[place:])
            del stack[place:]
            if len(component) > 1:
                found.append(component)

    for node in sorted(graph):
        if node not in number:
            visit(node)
    return found


def cycle_faults(rooms, known):
    faults = []
    for room in rooms.values():
        edges = uses(room, rooms)
        expected = [frozenset(each) for each in known.get(room.name, [])]
        left = set()
        for cycle in cycles(edges):
            held = [each for each in expected if cycle <= each]
            if held:
                left.update(held)
                continue
            lines = [f"{room.name}: the folders {', '.join(sorted(cycle))} use each other in a circle:"]
            for (start, end), examples in sorted(edges.items()):
                if start in cycle and end in cycle:
                    path, name, declaring = examples[0]
                    more = f" and {len(examples) - 1} more" if len(examples) > 1 else ""
                    lines.append(f"  {start} -> {end}: {path} uses {name} of {declaring}{more}")
            faults.append("\n".join(lines))
        for cycle in sorted(set(expected) - left, key=sorted):
            faults.append(
                f"scripts/rooms.py: {room.name} no longer has the cycle {', '.join(sorted(cycle))}: take it out of "
                "KNOWN_CYCLES")
    return faults


# MARK: The script's own test

PLANTED = {
    "Package.swift": """
        // swift-tools-version: 6.0
        import PackageDescription
        let package = Package(name: "planted", targets: [
            .target(name: "Low"), .target(name: "Unused"), .systemLibrary(name: "CThing"),
            .target(name: "Native", dependencies: ["CThing"]),
            .executableTarget(name: "tool"),
            .target(name: "High", dependencies: ["Low", "Unused", "tool"]),
            .target(name: "Top", dependencies: ["High", "Native"]),
        ])
        """,
    "Sources/Low/Low.swift": "public struct LowThing {}\n",
    "Sources/Unused/Unused.swift": "public struct Nothing {}\n",
    "Sources/CThing/module.modulemap": 'module CThing { header "thing.h" link "thing" }\n',
    "Sources/CThing/thing.h": "#include <png.h>\n",
    "Sources/Native/native.c": "#include <png.h>\n",
    "Sources/Native/include/native.h": "\n",
    "Sources/tool/main.swift": "print(1)\n",
    "Sources/Top/Top.swift": "import High\nimport Low\nimport Native\n",
    # By a type's name, in an interpolation; the way back is no use: a comment, a string and a label.
    "Sources/High/A/A.swift": 'import Low\nstruct Alpha {}\nfunc a() -> String { "\\(Beta.self)" }\n',
    "Sources/High/B/B.swift":
        '// Alpha /* in a comment */\nstruct Beta {}\nlet b = "Alpha"\nfunc call(Alpha: Int) {}\n'
        "struct Own { private struct Alpha {}; var x: Alpha? }\n",
    # By a function and by a member of an extension.
    "Sources/High/C/C.swift": "func cook() {}\nfunc serve(x: String) { _ = x.asHotAsCanBe }\n",
    "Sources/High/D/D.swift": "extension String { var asHotAsCanBe: Int { 1 } }\nfunc eat() { cook() }\n",
    # One way alone: names that mean several things, and one that is bound here.
    "Sources/High/E/E.swift": "struct Eta { var someValue = 1; enum Kind {} }\nfunc taste() {}\n",
    "Sources/High/F/F.swift":
        "struct Phi { var someValue = 1; enum Kind {} }\n"
        "func f(e: Eta, taste: () -> Void) { taste(); _ = e.someValue }\n",
    "Sources/High/E/E2.swift": "func k(p: String) { _ = p.someValue; let x: Kind? = nil }\n",
    # Of generic parameters and of nested types out of place.
    "Sources/High/J/J.swift": "struct Outer { struct Inner {}; struct Result {}; func m(_ z: Kappa) {} }\n",
    "Sources/High/K/K.swift": "struct Kappa {}\nfunc g<Outer, Inner>(o: Outer, i: Inner) {}\n",
    "Sources/High/K/K2.swift": "struct Holder { var inner: Inner; var result: Swift.Result<Int, any Error> }\n",
    # Through three folders.
    "Sources/High/G/G.swift": "struct Gamma { var h: Theta }\n",
    "Sources/High/H/H.swift": "struct Theta { var i: Iota? }\n",
    "Sources/High/I/I.swift": "enum Iota { case one(Gamma), two }\n",
}


def test():
    with tempfile.TemporaryDirectory() as root:
        for path, text in PLANTED.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write("\n".join(line[8:] for line in text.split("\n")[1:]) if path == "Package.swift" else text)
        rooms = package(root)
        expect(import_faults(rooms), [
            "Package.swift: High depends on Unused, but no file of it imports that: leave it out",
            "Sources/Top/Top.swift: imports Low, which Package.swift does not name for Top: add it there",
        ])
        edges = uses(rooms["High"], rooms)
        found = [sorted(cycle) for cycle in cycles(edges)]
        expect(found, [["C", "D"], ["G", "H", "I"]])
        expect(sorted(edge for edge in edges if edge[0] in "AEFBJK"),
               [("A", "B"), ("F", "E"), ("J", "K")])
        expect(cycle_faults(rooms, {"High": [{"C", "D", "E"}, {"G", "H", "I"}]}), [])
        expect(len(cycle_faults(rooms, {"High": [{"C", "D"}, {"A", "B"}]})), 2)
        platform = PLANTED["Sources/Low/Low.swift"] + "import Glibc\n"
        rooms["Low"].files = [SwiftFile("Sources/Low/Low.swift", platform)]
        rooms["Platform"] = rooms["Unused"]
        expect([fault for fault in import_faults(rooms) if "Glibc" in fault], [
            "Sources/Low/Low.swift: imports Glibc; import Platform instead, which is the C library of any system"
        ])
    print("rooms.py finds what was planted")


def expect(found, wanted):
    if found != wanted:
        sys.exit(f"rooms.py --test: expected {wanted}, found {found}")


def main(arguments):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if arguments == ["--test"]:
        return test()
    rooms = package(root)
    if arguments[:1] == ["--edges"] and len(arguments) == 2 and arguments[1] in rooms:
        for (start, end), examples in sorted(uses(rooms[arguments[1]], rooms).items()):
            print(f"{start} -> {end}: " + "; ".join(f"{os.path.basename(path)}: {name}" for path, name, _ in examples[:6]))
        return None
    if arguments:
        sys.exit(__doc__)
    faults = import_faults(rooms) + cycle_faults(rooms, KNOWN_CYCLES)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
