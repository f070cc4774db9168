import Glibc

/// The binomial distribution, summed in logarithms so that many trials neither overflow nor vanish.
enum Binomial {
    /// The chance of `least` or more successes in `trials`, each with the chance `share`.
    static func tail(atLeast least: Int, of trials: Int, share: Double) -> Double {
        guard least > 0 else { return 1 }
        guard least <= trials, share > 0 else { return 0 }
        guard share < 1 else { return 1 }
        let (yes, no) = (log(share), log1p(-share))
        var sum = 0.0
        for count in least...trials {
            sum += exp(logChoose(trials, count) + Double(count) * yes + Double(trials - count) * no)
        }
        return min(1, sum)
    }

    private static func logChoose(_ all: Int, _ some: Int) -> Double {
        logGamma(Double(all) + 1) - logGamma(Double(some) + 1) - logGamma(Double(all - some) + 1)
    }
}

/// The logarithm of the gamma function, for arguments above 0.
func logGamma(_ value: Double) -> Double {
    // Not `lgamma`: that writes its sign into a variable that all threads share.
    var sign: CInt = 0
    return lgamma_r(value, &sign)
}
