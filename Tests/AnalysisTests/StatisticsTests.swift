import Analysis
import Testing

/// Figures of other implementations: scipy 1.17.1 and statsmodels 0.15.0.
@Suite struct StatisticsTests {
    @Test(arguments: [
        // proportion_confint(k, n, method='wilson')
        (95, 100, 0.8882495307680808, 0.9784563208456319),
        (0, 10, 0.0, 0.27753279986288926),
        (10, 10, 0.7224672001371106, 1.0),
        (37, 40, 0.8013576647568946, 0.9741639742254119),
        (1, 2, 0.09453120573423068, 0.9054687942657693),
    ])
    func wilsonsInterval(passed: Int, all: Int, lower: Double, upper: Double) {
        let interval = Proportion.wilson(share: Double(passed) / Double(all), trials: Double(all))
        #expect(abs(interval.lower - lower) < 1e-12)
        #expect(abs(interval.upper - upper) < 1e-12)
    }

    @Test func nothingTriedSaysNothing() {
        #expect(Proportion.wilson(share: 0, trials: 0) == Interval(lower: 0, upper: 1))
        #expect(McNemar(improved: 0, worsened: 0).oneSided == 1)
        #expect(PairedMean(differences: [0.5]) == nil)
        #expect(Agreement().kappa == nil)
    }

    @Test(arguments: [
        // mcnemar(exact=True), binom.sf(c - 1, b + c, 0.5)
        (3, 11, 0.057373046875, 0.0286865234375),
        (0, 5, 0.0625, 0.03125),
        (7, 7, 1.0, 0.604736328125),
        (40, 61, 0.046044066929342785, 0.023022033464671392),
        (0, 1, 1.0, 0.5),
        (500, 600, 0.0028195449914364284, 0.0014097724957182142),
    ])
    func mcNemarsExactTest(improved: Int, worsened: Int, twoSided: Double, oneSided: Double) {
        let test = McNemar(improved: improved, worsened: worsened)
        #expect(abs(test.twoSided - twoSided) < 1e-11)
        #expect(abs(test.oneSided - oneSided) < 1e-11)
    }

    @Test(arguments: [
        // t.cdf
        (-1.5, 9.0, 0.08392532802853753), (2.3, 4, 0.9585304814438088), (0, 3, 0.5), (-12, 1, 0.026464676059589878),
        (1.96, 1000, 0.9748634075221256), (0.3, 2, 0.6037571695799112),
    ])
    func studentsDistribution(t: Double, freedom: Double, probability: Double) {
        #expect(abs(StudentT.distribution(t, freedom: freedom) - probability) < 1e-12)
    }

    @Test(arguments: [
        // t.ppf
        (0.975, 9.0, 2.262157162798205), (0.95, 1, 6.313751514675037), (0.8, 39, 0.8509350199201249),
        (0.99, 200, 2.345137082259468),
    ])
    func studentsQuantiles(probability: Double, freedom: Double, t: Double) {
        #expect(abs(StudentT.quantile(probability, freedom: freedom) - t) < 1e-9)
    }

    @Test func meanDifferencesOfCasesThatRanThreeTimes() throws {
        // ttest_1samp(d, 0, alternative='less'), its confidence interval, sem, (ppf(0.95) + ppf(0.8)) * sem
        let third = 1.0 / 3
        let mean = try #require(PairedMean(differences: [0, -third, 0, third, -2 * third, 0, -third, 0, 0, -third]))
        #expect(abs(mean.mean + 0.13333333333333333) < 1e-12)
        #expect(abs(mean.error - 0.08888888888888889) < 1e-12)
        #expect(abs(mean.oneSided - 0.08392532802853753) < 1e-12)
        #expect(abs(mean.interval().lower + 0.3344139700265071) < 1e-9)
        #expect(abs(mean.interval().upper - 0.06774730335984044) < 1e-9)
        #expect(abs(mean.detectableDrop(alpha: 0.05) - 0.2414681593192686) < 1e-9)
    }

    @Test func everyCaseAlikeNeedsNoScatter() throws {
        #expect(try #require(PairedMean(differences: [-1, -1])).oneSided == 0)
        #expect(try #require(PairedMean(differences: [0, 0])).oneSided == 1)
    }

    @Test(arguments: [
        // brentq over binom.sf(k - 1, n, d) - 0.8, k the fewest that the test notices
        (40, 0.05, 0.16232759284758205), (200, 0.05, 0.03337646650387599), (12, 0.05, 0.49684794425078194),
        (40, 0.01, 0.2181165373946695),
    ])
    func theSmallestDropThatCanBeSeen(cases: Int, alpha: Double, drop: Double) throws {
        #expect(abs(try #require(Power.detectableDrop(cases: cases, alpha: alpha)) - drop) < 1e-9)
    }

    @Test func fourCasesCannotShowAnything() {
        #expect(Power.detectableDrop(cases: 4, alpha: 0.05) == nil)
    }

    @Test func aCorrectedShareAndItsError() throws {
        let corrected = try #require(
            RoganGladen(passed: 0.82, of: 400, specificity: (0.88, 100), sensitivity: (0.93, 100)))
        #expect(abs(corrected.share - 0.8641975) < 1e-7)
        #expect(abs(corrected.error - 0.0365120) < 1e-7)
    }

    @Test func aJudgeLikeACoinCorrectsNothing() {
        #expect(RoganGladen(passed: 0.8, of: 400, specificity: (0.4, 100), sensitivity: (0.6, 100)) == nil)
    }

    @Test(arguments: [
        // statsmodels.stats.inter_rater.cohens_kappa
        (45, 15, 15, 25, 0.13043478260869554), (93, 88, 12, 7, 0.81),
    ])
    func cohensKappa(bothPass: Int, bothFail: Int, judgeAlone: Int, peopleAlone: Int, kappa: Double) throws {
        let agreement = Agreement(
            bothPass: bothPass, bothFail: bothFail, judgeAlone: judgeAlone, peopleAlone: peopleAlone)
        #expect(abs(try #require(agreement.kappa) - kappa) < 1e-12)
    }

    @Test func sensitivityIsOfGoodAnswersAndSpecificityOfBadOnes() {
        var agreement = Agreement()
        for _ in 0..<9 { agreement.add(judge: true, people: true) }
        agreement.add(judge: false, people: true)
        for _ in 0..<3 { agreement.add(judge: false, people: false) }
        agreement.add(judge: true, people: false)
        #expect(agreement.sensitivity == 0.9)
        #expect(agreement.specificity == 0.75)
    }
}
