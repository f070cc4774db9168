import Admin
import CivilTime
import Gateway
import Ledger
import Reports

/// What the commands that look at the books need: where they are, and the configuration if it was read.
struct LedgerLocation {
    let path: String
    let configuration: Configuration?

    /// `--db`, else the path in the configuration.
    init(_ arguments: Arguments, _ context: Context) throws(Failure) {
        if let path = arguments.text("db") {
            self.path = path
            configuration = nil
            return
        }
        let configuration = try LedgerLocation.configuration(arguments, context)
        self.configuration = configuration
        path = configuration.ledger.path
    }

    /// The ledger of a configuration that was read.
    init(_ configuration: Configuration) {
        self.configuration = configuration
        path = configuration.ledger.path
    }

    /// Reads the configuration; its mistakes are told, warnings are `check`'s business.
    static func configuration(_ arguments: Arguments, _ context: Context) throws(Failure) -> Configuration {
        let path = context.configurationPath(arguments)
        let today = CivilDate(daysSince1970: Int(Clock.utcMilliseconds() / 86_400_000)).description
        let load = Configuration.load(path: path, environment: context.environment, today: today)
        if let configuration = load.configuration { return configuration }
        for finding in load.diagnostics where finding.severity == .error {
            context.errors.line(finding.description)
        }
        context.errors.flush()
        throw .usage("\(path) cannot be read; name another with --config")
    }

    /// Nil while no gateway has made the ledger.
    func existingReader() throws(Failure) -> LedgerReader? {
        do throws(LedgerError) {
            return try LedgerReader.open(path)
        } catch {
            guard error.kind == .missing else { throw Failure(.failure, error.message) }
            return nil
        }
    }

    /// Refuses a filter's name that neither the configuration nor the ledger knows.
    func check(_ name: String?, _ key: CostKey, option: String, _ reader: LedgerReader) throws {
        do {
            try FilterNames(configuration, reader).check(name, key, parameter: option)
        } catch let error as ReportError {
            throw Failure.usage("--\(error.description)")
        }
    }

    func reader() throws(Failure) -> LedgerReader {
        do throws(LedgerError) {
            return try LedgerReader.open(path)
        } catch {
            throw Failure(.failure, error.message)
        }
    }
}
