/// Texts that people wrote, made safe to be shown: a terminal or a viewer obeys some characters in place of showing them.
///
/// A name that holds one could move the cursor, turn the direction of what follows so that amounts read differently, end
/// the line, or hide a part of itself.
package enum VisibleText {
    /// Returns the text with each such character as `\u{202E}`.
    ///
    /// - Parameter keepsTabs: for the lines of files.
    package static func of(_ text: String, keepsTabs: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if !isObeyed(scalar) || keepsTabs && scalar == "\t" {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return shown
    }

    /// Whether the character is obeyed or unseen: controls, ends of lines and paragraphs, marks of direction, what has no
    /// width. The joiners of emoji and of Indic and Arabic words are texts' own.
    package static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0x200C, 0x200D: return false
        // Fillers that look like nothing and are letters to Unicode.
        case 0x115F, 0x1160, 0x3164, 0xFFA0: return true
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
