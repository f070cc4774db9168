import Foundation
import Inference
import Testing

@testable import Gateway

@Suite struct ShippedConfigurationTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test func passesWithoutAnyVariableAndWithoutAWarning() throws {
        let load = Configuration.load(path: "\(Self.root)/config/gateway.yaml", environment: [:], today: "2026-11-21")
        #expect(load.diagnostics.map(\.description) == [])
        let configuration = try #require(load.configuration)
        #expect(configuration.prices.all.count > 100)
        #expect(configuration.metrics.count == 6)
        #expect(configuration.experiments.map(\.id) == ["larger-model"])
        #expect(configuration.generation.count == 12)
        #expect(configuration.admin.token == nil)
    }
}
