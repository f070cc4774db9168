import Glibc

/// The target that the environment's `FUZZ_TARGET` names.
private let target = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

/// libFuzzer calls this with every input that it invents.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let target else {
        print("FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue))")
        exit(2)
    }
    target.feed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
