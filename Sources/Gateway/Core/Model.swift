/// A name that applications use, made ready to be called.
package struct Model: Sendable {
    package let name: String
    package let settings: ModelSettings
    /// In order of preference.
    package let targets: [Target]
}
