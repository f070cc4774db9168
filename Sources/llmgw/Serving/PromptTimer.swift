import Admin
import Gateway
import NetIO

/// Looks at the repository of prompts every `prompts.sync_every`, as the configuration has it then. Lives on the main loop.
final class PromptTimer {
    /// How long it waits to look at the configuration again while no look at a repository is wanted.
    private static let idle = Duration.seconds(5)

    private let gateway: LLMGateway
    private let reloader: Reloader
    private let reactor: Reactor
    private var timer: TimerID?
    private var isEnded = false

    init(_ gateway: LLMGateway, reloader: Reloader, reactor: Reactor) {
        self.gateway = gateway
        self.reloader = reloader
        self.reactor = reactor
        wait()
    }

    func end() {
        isEnded = true
        if let timer { reactor.cancel(timer) }
    }

    private func wait() {
        guard !isEnded else { return }
        let settings = gateway.generations.current.configuration.prompts
        let isWanted = settings.repository != nil && settings.syncEvery > .zero
        timer = reactor.schedule(after: isWanted ? settings.syncEvery : PromptTimer.idle) { [weak self] in
            guard let self else { return }
            if isWanted { self.look() } else { self.wait() }
        }
    }

    private func look() {
        reactor.spawn {
            _ = await self.reloader.syncPrompts(by: "timer", isForced: false)
            self.wait()
        }
    }
}
