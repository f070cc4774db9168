/// Tells the story as it goes, and keeps count of what did not hold.
final class DemoStage {
    private let context: Context
    private(set) var broken = 0
    private var chapter = 0

    init(_ context: Context) {
        self.context = context
    }

    func chapter(_ title: String) {
        chapter += 1
        context.output.line("\n" + context.bold("\(chapter). \(title)"))
        context.output.flush()
    }

    func say(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            context.output.line(line.isEmpty ? "" : "   " + line)
        }
        context.output.flush()
    }

    /// States what must be true, and marks whether it is.
    func claim(_ text: String, _ holds: Bool) {
        if !holds { broken += 1 }
        context.output.line(holds ? "   ✓ \(text)" : "   ✗ THIS DID NOT HOLD: \(text)")
        context.output.flush()
    }
}
