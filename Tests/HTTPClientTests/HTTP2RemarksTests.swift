import Testing

@testable import HTTPClient

@Suite struct HTTP2RemarksTests {
    @Test(arguments: [
        (["Using Stream ID: 1 (easy handle 0x55d0)\n", "recveived GOAWAY, error=0, last_stream=0\n"], true),
        (["[HTTP/2] [5] OPENED stream for https://x/v1\n", "received GOAWAY, error=0, last_stream=3\n"], true),
        (["[HTTP/2] [5] OPENED stream for https://x/v1\n", "received GOAWAY, error=0, last_stream=5\n"], false),
        (["Using Stream ID: 3 (easy handle 0x55d0)\n", "recveived GOAWAY, error=0, last_stream=2147483647\n"], false),
        (
            [
                "Using Stream ID: 3 (easy handle 0x55d0)\n", "recveived GOAWAY, error=0, last_stream=2147483647\n",
                "recveived GOAWAY, error=0, last_stream=1\n",
            ], true
        ),
        (["recveived GOAWAY, error=0, last_stream=0\n"], false),
        (["Using Stream ID: 3 (easy handle 0x55d0)\n", "Connection #0 left intact\n", ""], false),
        (["Using Stream ID: x\n", "received GOAWAY, error=0, last_stream=\n"], false),
    ])
    func tellsWhetherAGoodbyeLeftTheRequestOut(lines: [String], isUnprocessed: Bool) {
        var remarks = HTTP2Remarks()
        for line in lines { Array(line.utf8).withUnsafeBytes { remarks.note($0) } }
        #expect(remarks.isUnprocessed == isUnprocessed)
    }
}
