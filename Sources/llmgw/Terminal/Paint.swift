import Prompts
import Text

/// Colours of a terminal, as git uses them; nothing where the output is no terminal or NO_COLOR is set.
struct Paint {
    enum Colour: String {
        case bold = "1"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    private let isOn: Bool

    init(_ context: Context) {
        isOn = context.usesColour
    }

    func text(_ text: String, _ colour: Colour) -> String {
        isOn ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[m" : text
    }

    /// The lines of a diff.
    ///
    /// On a terminal, what a terminal would obey is escaped: a file must not repaint the screen of whoever
    /// reviews it.
    func diff(_ lines: [TextDiff.Line]) -> String {
        lines.map { line in
            guard isOn else { return line.text + "\n" }
            let text = Paint.printable(line.text)
            return switch line.kind {
            case .head: self.text(text, .bold) + "\n"
            case .place: self.text(text, .cyan) + "\n"
            case .removed: self.text(text, .red) + "\n"
            case .added: self.text(text, .green) + "\n"
            case .same, .note: text + "\n"
            }
        }.joined()
    }

    static func printable(_ text: String) -> String {
        VisibleText.of(text, keepsTabs: true)
    }
}
