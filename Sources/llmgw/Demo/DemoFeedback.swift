import Inference
import Ledger

/// What users said of each variant.
enum DemoFeedback {
    /// `short: 30 of 40 helped (75.0 %)`, by the name of the variant.
    static func rates(_ reader: LedgerReader) throws(LedgerError) -> [String] {
        var counts: [String: (helped: Int64, all: Int64)] = [:]
        for row in try reader.feedback(metric: "helpful") {
            guard let variant = row.attributedTo.last?.identity.variant?.variant else { continue }
            counts[variant, default: (0, 0)].all += 1
            if row.feedback.number == 1 { counts[variant, default: (0, 0)].helped += 1 }
        }
        return counts.sorted { $0.key < $1.key }.map { variant, count in
            let tenths = count.helped * 1_000 / max(1, count.all)
            return "\(variant): \(count.helped) of \(count.all) helped (\(tenths / 10).\(tenths % 10) %)"
        }
    }
}
