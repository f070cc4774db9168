import Glibc
import Reports

/// How far a run is, on one line that is written over; silent where standard error is no terminal.
final class EvaluationProgress {
    private let output: Output
    private let isShown: Bool
    private var done = 0
    private var errors = 0
    private var total = 0
    private var title = ""

    init(_ context: Context) {
        output = context.errors
        isShown = isatty(2) == 1 && context.environment["TERM"] != "dumb"
    }

    func begin(_ title: String) {
        (self.title, done, errors, total) = (title, 0, 0, 0)
    }

    func add(_ count: Int) {
        total += count
        draw()
    }

    func finished(isError: Bool) {
        done += 1
        if isError { errors += 1 }
        draw()
    }

    /// Takes the line away.
    func end() {
        guard isShown else { return }
        output.write("\r\u{1B}[K")
        output.flush()
    }

    private func draw() {
        guard isShown else { return }
        let filled = total == 0 ? 0 : done * 24 / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        let trouble = errors == 0 ? "" : ", \(errors) errors"
        let text = "\(bar) \(done)/\(total)\(trouble)  \(title)"
        // A line that is longer than the terminal's cannot be written over.
        output.write("\r\u{1B}[K\(TextWidth.cut(text, to: EvaluationProgress.columns - 1))")
        output.flush()
    }

    private static var columns: Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
    }
}
