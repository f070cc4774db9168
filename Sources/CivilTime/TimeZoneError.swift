/// Why there are no rules for a zone.
package enum TimeZoneError: Error, Equatable, Sendable {
    /// Not a name that a zone could have.
    case invalidName(String)
    case unknown(String)
    /// The system has no zones at all.
    case databaseMissing(directory: String)
    /// The file is none, or says what can't be.
    case damaged(path: String, reason: String)
}

extension TimeZoneError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' is no name of a time zone; names look like Europe/Berlin or UTC"
        case .unknown(let name):
            "no time zone is named '\(name)'; names look like Europe/Berlin, with capitals"
        case .databaseMissing(let directory):
            "no time zones in \(directory); install the package tzdata, or use UTC"
        case .damaged(let path, let reason):
            "\(path): \(reason); reinstall the package tzdata"
        }
    }
}
