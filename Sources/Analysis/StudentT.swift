import Glibc

/// Student's t distribution.
package enum StudentT {
    /// The chance of a value of at most `t`.
    ///
    /// - Parameter freedom: degrees of freedom, above 0.
    package static func distribution(_ t: Double, freedom: Double) -> Double {
        guard t.isFinite else { return t > 0 ? 1 : 0 }
        let tail = incompleteBeta(freedom / (freedom + t * t), a: freedom / 2, b: 0.5) / 2
        return t >= 0 ? 1 - tail : tail
    }

    /// The value that a share `probability` of the distribution lies below; 0 < probability < 1.
    package static func quantile(_ probability: Double, freedom: Double) -> Double {
        var (low, high) = (-1e6, 1e6)
        // Each step halves the range: 100 of them reach the last bit.
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if distribution(middle, freedom: freedom) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function, by its continued fraction (NIST's handbook, 8.17.22).
    static func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast below this point; above it the mirrored function does.
        guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, a: b, b: a) }
        let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a
        return front * fraction(x, a, b)
    }

    /// Evaluates the continued fraction from the front, as Lentz does.
    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func safe(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var numerator = 1.0
        var denominator = 1 / safe(1 - (a + b) * x / (a + 1))
        var result = denominator
        for step in 1...300 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            for term in [even, odd] {
                denominator = 1 / safe(1 + term * denominator)
                numerator = safe(1 + term / numerator)
                result *= denominator * numerator
            }
            if abs(denominator * numerator - 1) < 1e-15 { break }
        }
        return result
    }
}
