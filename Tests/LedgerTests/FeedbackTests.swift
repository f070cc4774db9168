import Inference
import Ledger
import Testing

@Suite struct FeedbackTests {
    private func ledger(_ folder: Folder, _ ids: [RequestID], session: String? = nil) async throws -> LedgerWriter {
        let ledger = try LedgerWriter.open(folder.ledger)
        for id in ids {
            var call = hold(id, 50, lines: [])
            call.identity.variant = VariantReference(experiment: "tone", phase: 1, variant: "warm")
            _ = await ledger.admit(call)
            try await ledger.settle(end(id, 10), closing: closing(id, session: session))
        }
        return ledger
    }

    private func judgement(
        _ id: String, _ target: FeedbackTarget, application: String = "bot", body: UInt8 = 1, idempotency: String? = nil
    ) -> NewFeedback {
        var feedback = NewFeedback(
            id: id, application: application, key: "key_1", target: target, metric: "resolved", at: noon + 1_000,
            receivedAt: noon + 1_000, bodyHash: [body])
        feedback.number = 1
        feedback.idempotencyID = idempotency
        return feedback
    }

    @Test func aJudgementCarriesWhatItIsAbout() async throws {
        let folder = try Folder()
        let id = newID()
        let ledger = try await ledger(folder, [id])
        guard case .created(let row) = try await ledger.addFeedback(judgement("fb_1", .request(id))) else {
            Issue.record("the judgement was not stored")
            return
        }
        await ledger.close()
        let stored = try LedgerReader.open(folder.ledger).feedback(experiment: "tone")

        #expect(row.attributedTo.map(\.identity.variant?.variant) == ["warm"] && !row.late)
        #expect(stored.map(\.feedback.id) == ["fb_1"] && stored.map(\.attributedTo) == [row.attributedTo])
    }

    @Test func aSessionCreditsEachOfItsCalls() async throws {
        let folder = try Folder()
        let ids = [newID(), newID()]
        let ledger = try await ledger(folder, ids, session: "s1")
        _ = try await ledger.addFeedback(judgement("fb_1", .session("s1")))
        await ledger.close()
        let rows = try LedgerReader.open(folder.ledger).feedback(application: "bot", metric: "resolved")
        #expect(rows.first?.attributedTo.map(\.request) == ids)
    }

    @Test func theSameBodyIsStoredOnceAndAnotherIsAConflict() async throws {
        let folder = try Folder()
        let id = newID()
        let ledger = try await ledger(folder, [id])
        _ = try await ledger.addFeedback(judgement("fb_1", .request(id), idempotency: "k"))
        let same = try await ledger.addFeedback(judgement("fb_2", .request(id), idempotency: "k"))
        let other = try await ledger.addFeedback(judgement("fb_3", .request(id), body: 2, idempotency: "k"))
        await ledger.close()

        guard case .existing(let first) = same, case .conflict = other else {
            Issue.record("\(same), \(other)")
            return
        }
        #expect(first.feedback.id == "fb_1")
    }

    @Test func anotherApplicationsRequestIsNotFound() async throws {
        let folder = try Folder()
        let id = newID()
        let ledger = try await ledger(folder, [id])
        let foreign = try await ledger.addFeedback(judgement("fb_1", .request(id), application: "shop"))
        let unknown = try await ledger.addFeedback(judgement("fb_2", .request(newID())))
        await ledger.close()
        for result in [foreign, unknown] {
            if case .notFound = result { continue }
            Issue.record("\(result)")
        }
    }

    @Test func aLaterJudgementSupersedesAndALateOneIsMarked() async throws {
        let folder = try Folder()
        let id = newID()
        let ledger = try await ledger(folder, [id])
        _ = try await ledger.addFeedback(judgement("fb_1", .request(id)))
        var late = judgement("fb_2", .request(id), body: 2)
        late.windowMs = 999
        _ = try await ledger.addFeedback(late)
        var tooOld = judgement("fb_3", .request(id), body: 3)
        tooOld.acceptedForMs = 999
        let refused = try await ledger.addFeedback(tooOld)
        await ledger.close()
        let rows = try LedgerReader.open(folder.ledger).feedback()

        #expect(rows.map(\.supersededBy) == ["fb_2", nil] && rows.map(\.late) == [false, true])
        if case .notFound = refused {} else { Issue.record("\(refused)") }
    }
}
