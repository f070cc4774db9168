import Inference

/// What a caller is told once the batch is durable.
enum Answer {
    case admit(AdmitJob, AdmitResult)
    case extend(ExtendJob, ExtendResult)
    case settle(SettleJob, Result<SettleResult, LedgerError>)
    case write(WriteJob, @Sendable () -> Void)

    func deliver() {
        switch self {
        case .admit(let job, let result): job.answer(result)
        case .extend(let job, let result): job.answer(result)
        case .settle(let job, let result): job.answer(result)
        case .write(_, let done): done()
        }
    }
}
