import Inference

/// What all days of a model come to, on both sides: the same sum on other days is a matter of days.
struct ReconciliationHistory {
    private var vendor: [Reconciliation.Key: Int64] = [:]
    private var booked: [Reconciliation.Key: Int64] = [:]
    /// Models that the ledger has called at all.
    private(set) var models: Set<String> = []
    private(set) var hasFees = false
    private let tolerance: Tolerance

    init(
        vendor: [Reconciliation.Key: VendorDay], booked: [Reconciliation.Key: BookedDay], tolerance: Tolerance
    ) {
        self.tolerance = tolerance
        for (key, day) in vendor {
            self.vendor[whole(key), default: 0] = (self.vendor[whole(key)] ?? 0).addingClamped(day.cost ?? 0)
            if day.isFee { hasFees = true }
        }
        for (key, day) in booked {
            self.booked[whole(key), default: 0] = (self.booked[whole(key)] ?? 0).addingClamped(day.cost)
            if let model = key.model { models.insert(model) }
        }
    }

    private func whole(_ key: Reconciliation.Key) -> Reconciliation.Key {
        Reconciliation.Key(day: "", model: key.model, currency: key.currency)
    }

    /// Whether the days together agree.
    func agrees(_ key: Reconciliation.Key) -> Bool {
        tolerance.covers(vendor[whole(key)] ?? 0, booked[whole(key)] ?? 0)
    }
}

/// Why a vendor's figure and the ledger's differ on a day.
struct ReconciliationCauses {
    let isWithin: Bool
    /// In the order in which they should be looked at.
    private(set) var found: [String] = []

    init(
        _ key: Reconciliation.Key, _ vendor: VendorDay, _ booked: BookedDay, _ history: ReconciliationHistory,
        _ tolerance: Tolerance
    ) {
        let tokensAgree = ReconciliationCauses.tokensAgree(vendor, booked, tolerance)
        let isTokensAlone = vendor.cost == nil && (vendor.input ?? vendor.output) != nil
        isWithin = isTokensAlone ? tokensAgree != false : tolerance.covers(vendor.cost ?? 0, booked.cost)
        guard !isWithin else { return }
        if let model = key.model, !history.models.contains(model), !vendor.isFee {
            found.append("calls past the gateway: the ledger has none of this model; if it has another name, use --map")
            return
        }
        if booked.presumed > 0 {
            found.append("presumed: \(Money.decimal(nano: booked.presumed)) of the ledger's is charged at the bound")
        }
        if booked.unpriced > 0 { found.append("unpriced: \(booked.unpriced) calls have no price, so no cost") }
        if booked.fallback > 0 {
            let names = booked.classes.sorted().joined(separator: ", ")
            found.append(
                "fallback prices: \(booked.fallback) calls have classes without a price of their own: \(names)")
        }
        addPricesAndTokens(vendor, booked, tokensAgree, isTokensAlone)
        if !isTokensAlone, history.agrees(key) {
            found.append("days: all days together agree; the vendor's days begin elsewhere, see --zone")
        }
        if vendor.isFee {
            found.append(
                "fees: the vendor bills this apart from tokens; the ledger has it with the calls, or not at all")
        } else if booked.pieces > 0 {
            found.append(
                "extras: \(booked.pieces) calls have what is billed by the piece; the vendor may list it apart")
        } else if history.hasFees, (vendor.cost ?? 0) < booked.cost {
            found.append("fees: the vendor lists some apart")
        }
        addOthers(vendor, booked, tokensAgree)
    }

    private mutating func addPricesAndTokens(
        _ vendor: VendorDay, _ booked: BookedDay, _ tokensAgree: Bool?, _ isTokensAlone: Bool
    ) {
        guard let tokensAgree else { return }
        if tokensAgree, !isTokensAlone {
            found.append("prices: the tokens agree, the amounts do not; compare the price book with the vendor's page")
        } else if !tokensAgree {
            let input = vendor.input.map { "input \(Figures.count($0)) and here \(Figures.count(booked.input))" }
            let output = vendor.output.map { "output \(Figures.count($0)) and here \(Figures.count(booked.output))" }
            found.append("tokens: the vendor has \([input, output].compactMap(\.self).joined(separator: ", "))")
        }
    }

    private mutating func addOthers(_ vendor: VendorDay, _ booked: BookedDay, _ tokensAgree: Bool?) {
        guard !vendor.isFee, tokensAgree != true else { return }
        let isMore = vendor.cost.map { $0 > booked.cost } ?? ((vendor.input ?? 0) > booked.input)
        if isMore {
            found.append("calls past the gateway: the vendor's account may be used by others")
        } else if booked.presumed == 0 {
            found.append("the vendor bills less: a discount, a credit, or a price in the book that is too high")
        }
    }

    /// Nil when the vendor names no tokens.
    private static func tokensAgree(_ vendor: VendorDay, _ booked: BookedDay, _ tolerance: Tolerance) -> Bool? {
        guard vendor.input != nil || vendor.output != nil else { return nil }
        func same(_ one: Int64?, _ other: Int64) -> Bool {
            guard let one else { return true }
            return tolerance.isShare(one, other)
        }
        return same(vendor.input, booked.input) && same(vendor.output, booked.output)
    }
}
