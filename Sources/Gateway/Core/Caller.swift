import Inference

/// An application that has shown a valid key, under the generation that its request runs with.
final class Caller: Sendable {
    let application: ApplicationSettings
    /// The id of the key.
    let key: String
    /// What the key is called; its id when it has no name.
    let keyName: String
    let generation: Generation

    init(application: ApplicationSettings, key: String, keyName: String, generation: Generation) {
        self.application = application
        self.key = key
        self.keyName = keyName
        self.generation = generation
    }
}

/// What the gate found out from a request's head: which route it takes, and who asks.
final class GateFinding: Sendable {
    let route: Route
    /// Nil where anybody may ask.
    let caller: Caller?
    /// Of the keys among which the caller's was found.
    let keysEdition: UInt64

    init(route: Route, caller: Caller?, keysEdition: UInt64) {
        self.route = route
        self.caller = caller
        self.keysEdition = keysEdition
    }
}
