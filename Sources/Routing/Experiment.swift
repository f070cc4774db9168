package import Inference

/// A comparison of variants over the units of an application's traffic.
package struct Experiment: Sendable, Hashable {
    /// What is enrolled, and stays with its variant.
    package enum Unit: String, Sendable, Hashable, CaseIterable {
        case user, session, request
    }

    /// One arm. A prompt or model that it names takes the place of the request's.
    package struct Variant: Sendable, Hashable {
        package var name: String
        /// Relative to the other variants' weights.
        package var weight: Double
        /// A selector, such as `support-reply.warm@3.2.0`.
        package var prompt: String?
        /// A model of the gateway.
        package var model: String?

        package init(name: String, weight: Double, prompt: String? = nil, model: String? = nil) {
            self.name = name
            self.weight = weight
            self.prompt = prompt
            self.model = model
        }
    }

    package var id: String
    /// Counts from 1; results of different phases are never added up.
    package var phase: Int
    /// A new one shuffles the units anew.
    package var salt: String
    package var unit: Unit
    /// The share of units that take part, 0…1.
    package var coverage: Double
    /// UTC milliseconds; the end is exclusive.
    package var start: Int64?
    package var end: Int64?
    /// The prompt whose calls it applies to, without label.
    package var prompt: String?
    /// The model whose calls it applies to.
    package var model: String?
    package var variants: [Variant]

    package init(
        id: String, phase: Int = 1, salt: String, unit: Unit, coverage: Double = 1, start: Int64? = nil,
        end: Int64? = nil, prompt: String? = nil, model: String? = nil, variants: [Variant]
    ) {
        self.id = id
        self.phase = phase
        self.salt = salt
        self.unit = unit
        self.coverage = coverage
        self.start = start
        self.end = end
        self.prompt = prompt
        self.model = model
        self.variants = variants
    }
}

extension Experiment {
    /// Returns whether the experiment is about a call of `prompt` (name without label) to `model`, at `now`.
    ///
    /// `now` is in UTC milliseconds. An experiment that names neither prompt nor model applies to nothing.
    package func applies(toPrompt prompt: String?, model: String, at now: Int64) -> Bool {
        if let start, now < start { return false }
        if let end, now >= end { return false }
        if self.prompt == nil && self.model == nil { return false }
        return (self.prompt == nil || self.prompt == prompt) && (self.model == nil || self.model == model)
    }

    /// Returns the variant of `unit`, or nil when it does not take part.
    ///
    /// Without a unit there is no variant: chance for each request would quietly break the promise that a user
    /// always sees the same.
    package func variant(for unit: String?) -> VariantChoice? {
        guard let unit, !unit.isEmpty else { return nil }
        let place = Assignment.u(.variant, salt: salt, unit: unit)
        let ranges = BucketRange.ranges(weights: variants.map(\.weight), coverage: coverage)
        guard let index = ranges.firstIndex(where: { $0.contains(place) }) else { return nil }
        return VariantChoice(self, variants[index])
    }
}

/// The variant that serves a request, and what it changes.
package struct VariantChoice: Sendable, Hashable {
    package var reference: VariantReference
    /// The selector of the prompt to render in place of the request's.
    package var prompt: String?
    /// The model to route to in place of the request's.
    package var model: String?

    package init(_ experiment: Experiment, _ variant: Experiment.Variant) {
        reference = VariantReference(experiment: experiment.id, phase: experiment.phase, variant: variant.name)
        prompt = variant.prompt
        model = variant.model
    }
}
