/// Names of service tiers, and what becomes of the one that a request asks for.
public enum ServiceTier {
    /// What vendors call the tier whose prices are the standard ones.
    public static let standard: Set<String> = ["default", "standard", "standard_only", "on_demand", "auto", ""]

    public static func isStandard(_ name: String) -> Bool { standard.contains(name) }

    /// The tiers beside the standard one that may serve a request, as the vendor reports them; nil: whatever there is.
    ///
    /// - Parameters:
    ///   - sent: the request's own `service_tier`.
    ///   - automatic: those that the vendor may choose by itself when the request leaves it to the vendor.
    public static func reachable(from sent: String?, automatic: Set<String>?) -> Set<String>? {
        guard let sent, sent != "auto", !sent.isEmpty else { return automatic }
        return isStandard(sent) ? [] : [reported(sent)]
    }

    /// `fast` is reported as `priority` by the vendor that takes it in a request.
    static func reported(_ sent: String) -> String { sent == "fast" ? "priority" : sent }
}
