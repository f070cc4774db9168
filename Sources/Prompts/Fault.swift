/// What is wrong at one place of one file.
struct Fault: Error, Sendable, Equatable {
    var code: FaultCode
    var message: String
    var place: Place
    /// The code of the YAML reader, where the fault is one of its.
    var readerCode: String?

    init(_ code: FaultCode, _ message: String, at place: Place) {
        self.code = code
        self.message = message
        self.place = place
    }

    /// A file that is another's name.
    static let link = Fault(
        .link, "a symbolic link is not read from git; commit the file itself, or make a partial of it", at: .start)

    func diagnostic(in file: String) -> PromptDiagnostic {
        PromptDiagnostic(
            code.isWarning ? .warning : .error, readerCode ?? code.rawValue, message, file: file, line: place.line,
            column: place.column)
    }
}

/// A place in a file; both count from 1, columns in characters.
struct Place: Sendable, Hashable {
    var line: Int
    var column: Int

    static let start = Place(line: 1, column: 1)
}

/// The codes that documentation and suppressions refer to. E0… come from the YAML reader.
enum FaultCode: String, Sendable {
    case yaml = "E0"
    case template = "E100"
    case undeclared = "E101"
    case unsupported = "E102"
    case partialMissing = "E103"
    case partialDepth = "E104"
    case literalNeeded = "E105"
    case media = "E106"
    case notText = "E107"
    case limit = "E108"
    case frontMatter = "E110"
    case unknownKey = "E111"
    case version = "E112"
    case schema = "E113"
    case defaultValue = "E114"
    case tool = "E115"
    case config = "E116"
    case model = "E117"
    case label = "E120"
    case labelDigest = "E121"
    case versionKept = "E122"
    case majorNeeded = "E123"
    case fileName = "E130"
    case encoding = "E131"
    case lineEnding = "E132"
    case size = "E133"
    case link = "E134"
    case unreadable = "E135"
    case bundle = "E136"
    case optionalRead = "W201"
    case unused = "W202"
    case labelVersion = "W203"
    case shallow = "W204"
    case unversioned = "W205"
    case unread = "W206"
    case contextRead = "W207"
    case ineffective = "W208"
    case emptyRead = "W209"
    case foreignTag = "W210"

    var isWarning: Bool { rawValue.hasPrefix("W") }
}
