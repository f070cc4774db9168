/// The items of a Response while they are written, and the events that tell of it.
///
///     reasoning ─▶ message ─▶ call, call …      an item that another follows is done; calls may grow side by side
struct ResponseOutput: Sendable {
    private(set) var items: [ResponseItem] = []
    /// What tells of the items; nil for a whole answer, which has no events.
    var events: ResponseEvents?
    /// About how many bytes of memory the items take.
    private(set) var byteCount = 0

    /// What an item or part takes besides its text: many empty ones must not go uncounted.
    private static let bytesPerItem = 256

    private let envelope: ResponseEnvelope
    /// The reasoning or message that grows: always the last item.
    private var isGrowing = false
    /// The items of calls, by the upstream's index; nil from vendors that do not count.
    private var calls: [Int64?: Int] = [:]
    /// Calls whose name is still to come, by the upstream's index: clients learn it with the item itself, and never again.
    private var nameless: [Int64?: ChatCall] = [:]
    /// The upstream's index of the call that began last.
    private var lastIndex: Int64?
    private var callIDs: Set<[UInt8]> = []

    init(_ envelope: ResponseEnvelope, events: ResponseEvents?) {
        self.envelope = envelope
        self.events = events
    }

    /// Returns the events that came since the last call.
    mutating func takenEvents() -> [UInt8] { events?.taken() ?? [] }

    mutating func take(_ piece: ChatPiece) {
        switch piece {
        case .reasoning(let text): append(text, .summary)
        case .text(let text, let logprobs): append(text, .text, logprobs: logprobs)
        case .refusal(let text): append(text, .refusal)
        case .annotation(let annotation): annotate(annotation)
        case .call(let call): append(call)
        }
    }

    /// Ends every item that is open; an answer of nothing gets one empty text.
    mutating func close(_ state: ResponseState) {
        for index in nameless.keys.sorted(by: { ($0 ?? .min) < ($1 ?? .min) }) { giveUpName(ofCallAt: index) }
        if state == .completed, !items.contains(where: { $0.kind != .reasoning }) { grow(.message, .text) }
        for index in items.indices where items[index].status == .inProgress {
            let isCut = state != .completed && index == items.count - 1
            finish(index, isCut ? .incomplete : .completed)
        }
        isGrowing = false
    }

    private mutating func finish(_ index: Int, _ status: ResponseItem.Status) {
        endPart(of: index)
        items[index].status = status
        events?.done(items[index], at: index)
    }

    private mutating func endPart(of index: Int) {
        guard let part = items[index].parts.indices.last else { return }
        tell(items[index].parts[part].end(), of: index)
        events?.donePart(of: items[index], at: index)
    }

    /// Tells of a piece of the last part, unless there is nothing in it.
    private mutating func tell(_ text: ArraySlice<UInt8>, logprobs: ArraySlice<UInt8> = [], of index: Int) {
        guard !text.isEmpty || !logprobs.isEmpty else { return }
        events?.delta(text, logprobs: logprobs, of: items[index], at: index)
    }
}

// MARK: Text

extension ResponseOutput {
    private mutating func append(
        _ text: ArraySlice<UInt8>, _ kind: ResponsePart.Kind, logprobs: ArraySlice<UInt8> = []
    ) {
        grow(kind == .summary ? .reasoning : .message, kind)
        let (item, part) = (items.count - 1, items[items.count - 1].parts.count - 1)
        let told = items[item].parts[part].append(text)
        if !logprobs.isEmpty {
            if !items[item].parts[part].logprobs.isEmpty { items[item].parts[part].logprobs.append(UInt8(ascii: ",")) }
            items[item].parts[part].logprobs.append(contentsOf: logprobs)
        }
        byteCount += text.count + logprobs.count
        tell(told, logprobs: logprobs, of: item)
    }

    private mutating func annotate(_ annotation: [UInt8]) {
        grow(.message, .text)
        let (item, part) = (items.count - 1, items[items.count - 1].parts.count - 1)
        items[item].parts[part].annotations.append(annotation)
        byteCount += annotation.count
        events?.annotation(annotation, of: items[item], at: item)
    }

    /// Sees to it that the last item is of this kind and its last part of that one.
    private mutating func grow(_ kind: ResponseItem.Kind, _ part: ResponsePart.Kind) {
        if !isGrowing || items.last?.kind != kind {
            endGrowth()
            open(ResponseItem(kind: kind, id: envelope.id(kind == .message ? "msg" : "rs", items.count)))
            isGrowing = true
        }
        let index = items.count - 1
        guard items[index].parts.last?.kind != part else { return }
        endPart(of: index)
        items[index].parts.append(ResponsePart(kind: part))
        byteCount += ResponseOutput.bytesPerItem
        events?.addedPart(of: items[index], at: index)
    }

    private mutating func endGrowth() {
        guard isGrowing else { return }
        isGrowing = false
        finish(items.count - 1, .completed)
    }

    private mutating func open(_ item: ResponseItem) {
        items.append(item)
        byteCount += ResponseOutput.bytesPerItem
        events?.added(item, at: items.count - 1)
    }
}

// MARK: Calls

extension ResponseOutput {
    private mutating func append(_ call: ChatCall) {
        byteCount += call.arguments.count
        let index = call.index ?? lastIndex
        if let isContinued = nameless[index]?.isContinued(by: call) {
            if isContinued { return complete(with: call, at: index) }
            giveUpName(ofCallAt: index)
        }
        if let item = known(call, at: index) { return append(call.arguments, toCall: item) }
        lastIndex = call.index
        guard call.name != nil else { return wait(call) }
        append(call.arguments, toCall: begin(call))
    }

    private mutating func append(_ arguments: ArraySlice<UInt8>, toCall item: Int) {
        guard !arguments.isEmpty else { return }
        tell(items[item].parts[0].append(arguments), of: item)
    }

    /// The call that a piece continues. Some vendors count every call as 0, or not at all: a new id is a new call.
    private func known(_ call: ChatCall, at index: Int64?) -> Int? {
        guard let item = calls[index] else { return nil }
        let known = items[item].upstreamID
        if let id = call.id { return known.elementsEqual(id) || known.isEmpty && call.index != nil ? item : nil }
        return call.index == nil && call.name != nil ? nil : item
    }

    private mutating func wait(_ call: ChatCall) {
        byteCount += ResponseOutput.bytesPerItem
        nameless[call.index] = call
    }

    /// Adds a piece to a call whose name is still to come, and tells of the call when the piece has it.
    private mutating func complete(with piece: ChatCall, at index: Int64?) {
        guard piece.name != nil, var call = nameless.removeValue(forKey: index) else {
            if let id = piece.id { nameless[index]?.id = id }  // the same, or the first
            nameless[index]?.arguments.append(contentsOf: piece.arguments)
            return
        }
        call.id = call.id ?? piece.id
        call.name = piece.name
        call.arguments.append(contentsOf: piece.arguments)
        append(call.arguments, toCall: begin(call))
    }

    /// Tells of a call that never got its name.
    private mutating func giveUpName(ofCallAt index: Int64?) {
        guard let call = nameless.removeValue(forKey: index) else { return }
        append(call.arguments, toCall: begin(call))
    }

    private mutating func begin(_ call: ChatCall) -> Int {
        endGrowth()
        let index = items.count
        let name = call.name.map(Array.init) ?? Array("\"\"".utf8)
        let isCustom = envelope.isCustom(name)
        var item = ResponseItem(
            kind: isCustom ? .customCall : .functionCall, id: envelope.id(isCustom ? "ctc" : "fc", index))
        item.name = name
        item.upstreamID = call.id.map(Array.init) ?? []
        // Clients tell calls apart by their ids: one that came before is none.
        let isNew = call.id != nil && callIDs.insert(item.upstreamID).inserted
        item.callID = isNew ? item.upstreamID : Array("\"\(envelope.id("call", index))\"".utf8)
        item.parts = [ResponsePart(kind: .arguments)]
        byteCount += item.name.count + item.callID.count
        open(item)
        calls[call.index] = index
        return index
    }
}
