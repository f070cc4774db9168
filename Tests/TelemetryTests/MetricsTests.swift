import Telemetry
import Testing

@Suite struct MetricsTests {
    @Test func writesPrometheusText() {
        let metrics = Metrics()
        let requests = metrics.counter(
            "llmgw_requests_total", help: "Requests\nby \\ outcome", labels: ["application", "status"])
        requests.with("support-bot", "200").increment()
        requests.with("support-bot", "200").increment(by: 2)
        requests.with("a\"b\\c\nd", "500").increment()
        metrics.counter("llmgw_cost_total", help: "Cost", labels: ["currency"], decimals: 9).with("USD").increment(
            by: 648_900)
        metrics.gauge("llmgw_in_flight", help: "Now").with().set(-3)
        let latency = metrics.histogram("llmgw_seconds", help: "Time", bounds: [100_000, 5_000])
        for value in [5_000, 5_001, 2_000_000] as [Int64] { latency.with().observe(value) }
        #expect(
            metrics.exposition() == """
                # HELP llmgw_requests_total Requests\\nby \\\\ outcome
                # TYPE llmgw_requests_total counter
                llmgw_requests_total{application="a\\"b\\\\c\\nd",status="500"} 1
                llmgw_requests_total{application="support-bot",status="200"} 3
                # HELP llmgw_cost_total Cost
                # TYPE llmgw_cost_total counter
                llmgw_cost_total{currency="USD"} 0.000648900
                # HELP llmgw_in_flight Now
                # TYPE llmgw_in_flight gauge
                llmgw_in_flight -3
                # HELP llmgw_seconds Time
                # TYPE llmgw_seconds histogram
                llmgw_seconds_bucket{le="0.005000"} 1
                llmgw_seconds_bucket{le="0.100000"} 2
                llmgw_seconds_bucket{le="+Inf"} 3
                llmgw_seconds_sum 2.010001
                llmgw_seconds_count 3

                """)
    }

    @Test func inventedLabelsAreCountedTogether() {
        let metrics = Metrics()
        let family = metrics.counter("requests_total", help: "h", labels: ["model"], limit: 10)
        for index in 0..<1_000 { family.with("model-\(index)").increment() }
        let lines = metrics.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 11)
        #expect(lines.contains("requests_total{model=\"other\"} 990"))
    }

    @Test func wrongNumbersOfLabelsAreMadeToFit() {
        let metrics = Metrics()
        let family = metrics.counter("requests_total", help: "h", labels: ["a", "b"])
        family.with("x").increment()
        family.with("x", "").increment()
        family.with("x", "", "surplus").increment()
        #expect(metrics.exposition().hasSuffix("requests_total{a=\"x\",b=\"\"} 3\n"))
    }

    @Test func registeringTwiceGivesTheSameFamily() {
        let metrics = Metrics()
        metrics.counter("c", help: "h").with().increment()
        #expect(metrics.counter("c", help: "h").with().value == 1)
    }

    @Test func countersNeverFallAndNoIncrementIsLost() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<10_000 { counter.increment() } }
            }
        }
        counter.increment(by: -5)
        #expect(counter.value == 40_000)
    }
}
