/// How a judge's verdicts and people's labels of the same answers go together.
package struct Agreement: Sendable, Equatable {
    package var bothPass = 0
    package var bothFail = 0
    /// The judge passes what people fail.
    package var judgeAlone = 0
    /// The judge fails what people pass.
    package var peopleAlone = 0

    package init() {}

    package init(bothPass: Int, bothFail: Int, judgeAlone: Int, peopleAlone: Int) {
        self.bothPass = bothPass
        self.bothFail = bothFail
        self.judgeAlone = judgeAlone
        self.peopleAlone = peopleAlone
    }

    package mutating func add(judge: Bool, people: Bool) {
        switch (judge, people) {
        case (true, true): bothPass += 1
        case (false, false): bothFail += 1
        case (true, false): judgeAlone += 1
        case (false, true): peopleAlone += 1
        }
    }

    package var count: Int { positives + negatives }
    /// Answers that people pass.
    package var positives: Int { bothPass + peopleAlone }
    /// Answers that people fail.
    package var negatives: Int { bothFail + judgeAlone }

    /// The share of good answers that the judge passes; nil without good answers.
    package var sensitivity: Double? { positives == 0 ? nil : Double(bothPass) / Double(positives) }
    /// The share of bad answers that the judge fails; nil without bad answers.
    package var specificity: Double? { negatives == 0 ? nil : Double(bothFail) / Double(negatives) }

    /// Cohen's kappa: agreement beyond chance, 1 at most; nil when chance alone explains all of it.
    package var kappa: Double? {
        guard count > 0 else { return nil }
        let all = Double(count)
        let observed = Double(bothPass + bothFail) / all
        let judgePasses = Double(bothPass + judgeAlone) / all
        let peoplePass = Double(positives) / all
        let expected = judgePasses * peoplePass + (1 - judgePasses) * (1 - peoplePass)
        return expected < 1 ? (observed - expected) / (1 - expected) : nil
    }
}
