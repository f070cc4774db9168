import CLinux
import CivilTime
import Gateway
import Glibc
import HTTPClient
import Ledger
import Threads

/// The clock, the programs and the libraries that the gateway uses.
struct ProcessExam {
    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    var findings: [Diagnosis] { [descriptors, clock] + git }

    /// What this user may open; the gateway's own may be another, as `LimitNOFILE` of systemd says.
    private var descriptors: Diagnosis {
        do throws(Failure) {
            let plan = try DescriptorPlan.raised(
                for: configuration.limits, loops: configuration.threads ?? Processors.count)
            guard let shortage = configuration.findings(of: plan).first else {
                return .fine("descriptors", plan.summary)
            }
            let remedy = "allow \(plan.wanted), or lower limits.max_connections"
            return shortage.severity == .warning
                ? .warning("descriptors", shortage.message, remedy)
                : .fine("descriptors", "\(plan.summary); limits.max_connections would need \(plan.wanted)")
        } catch {
            return .fault(
                "descriptors", error.message, "raise the limit: ulimit -n, LimitNOFILE of systemd, --ulimit of Docker")
        }
    }

    /// Budgets follow the calendar: a clock that is wrong puts charges into the wrong day.
    private var clock: Diagnosis {
        let now = Timestamp.format(Clock.utcMilliseconds())
        switch llmgw_clock_is_synchronised() {
        case 1: return .fine("clock", "\(now), kept right by the system")
        case 0:
            return .warning(
                "clock", "\(now); nobody keeps it right, as far as the kernel knows",
                "install a time service such as chrony; in a container, look at its host")
        default: return .fine("clock", "\(now); the kernel does not say who keeps it right")
        }
    }

    private var git: [Diagnosis] {
        guard let repository = configuration.prompts.repository else { return [] }
        let folders = (Glibc.getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        guard !folders.contains(where: { access("\($0)/git", X_OK) == 0 }) else {
            return [.fine("git", "is there, for the prompts of \(repository)")]
        }
        return [.fault("git", "is not on the PATH, and prompts.repository needs it", "install git")]
    }

    static var libraries: Diagnosis {
        .fine("versions", "llmgw \(Help.version), SQLite \(LedgerReader.sqliteVersion), \(UpstreamClient.libraries)")
    }
}
