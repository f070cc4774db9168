import Inference

/// What a row holds of usage beside its columns: what is billed by the piece, and written images.
extension Usage {
    private static let imageOutputName = "image_output"

    var storedExtras: String? {
        guard imageOutput > 0 else { return extras == nil ? nil : UsageExtras.text(extras) }
        var all = extras ?? [:]
        all[Usage.imageOutputName] = imageOutput
        return UsageExtras.text(all)
    }

    mutating func readExtras(_ text: String?) {
        guard let text, var all = UsageExtras.read(text) else { return }
        imageOutput = max(0, all.removeValue(forKey: Usage.imageOutputName) ?? 0)
        extras = all.isEmpty ? nil : all
    }
}
