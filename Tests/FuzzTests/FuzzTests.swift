import Foundation
import Testing

/// The fuzz targets with their seeds and some thousand mutations of them; `make fuzz` does the same for longer, guided.
@Suite struct FuzzTests {
    @Test(arguments: FuzzTarget.allCases)
    func everyMutationOfASeedKeepsThePromises(target: FuzzTarget) throws {
        let seeds = try FuzzTests.seeds(of: target)
        #expect(!seeds.isEmpty)
        for seed in seeds { target.feed(seed) }
        var mutator = Mutator(state: 1)
        let rounds = target == .configuration || target == .prompt ? 300 : 2_000
        for _ in 0..<rounds {
            guard var bytes = seeds.randomElement(using: &mutator) else { break }
            for _ in 0..<Int.random(in: 1...6, using: &mutator) { mutator.mutate(&bytes, with: seeds) }
            target.feed(bytes)
        }
    }

    private static func seeds(of target: FuzzTarget) throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Seeds/\(target.rawValue)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }
}

/// Small damages, in an order that can be repeated.
private struct Mutator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func mutate(_ bytes: inout [UInt8], with others: [[UInt8]]) {
        let place = Int.random(in: 0...bytes.count, using: &self)
        let length = min(bytes.count - place, Int.random(in: 0...16, using: &self))
        switch Int.random(in: 0..<5, using: &self) {
        case 0: bytes.insert(UInt8.random(in: .min ... .max, using: &self), at: place)
        case 1: bytes.removeSubrange(place..<place + length)
        case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 3:
            let other = others.randomElement(using: &self) ?? []
            let start = Int.random(in: 0...other.count, using: &self)
            bytes.insert(contentsOf: other[start...].prefix(32), at: place)
        default:
            let marks = Array("\r\n :{}[]\",-0\u{0}%#|>".utf8)
            if place < bytes.count { bytes[place] = marks.randomElement(using: &self) ?? 0 }
        }
    }
}
