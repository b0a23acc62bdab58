/* Number types for generated source that is compiled as C++: exact rationals, and degree bounds.
 *
 * Rational: a fraction of 128-bit integers in lowest terms; what does not fit sets `overflowed`
 * and nothing computed afterwards counts. Degree: the largest possible degree of a polynomial in
 * variables with weights, -1 for the constant 0; sums take the maximum, products the sum.
 */
#ifndef TREEALG_EXACT_H
#define TREEALG_EXACT_H

typedef __int128 Wide;

static int overflowed = 0;

static inline Wide wide_gcd(Wide a, Wide b)
{
    if (a < 0)
        a = -a;
    if (b < 0)
        b = -b;
    while (b) {
        const Wide r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static inline Wide wide_times(Wide a, Wide b)
{
    Wide result;
    if (__builtin_mul_overflow(a, b, &result))
        overflowed = 1;
    return result;
}

struct Rational {
    Wide p, q;
    Rational() : p(0), q(1) {}
    Rational(long long value) : p(value), q(1) {}
    Rational(int value) : p(value), q(1) {}
    static Rational of(Wide p, Wide q)
    {
        Rational result;
        const Wide g = wide_gcd(p, q);
        if (g) {
            result.p = (q < 0 ? -p : p) / g;
            result.q = (q < 0 ? -q : q) / g;
        } else {
            overflowed = 1;
        }
        return result;
    }
    Rational operator-() const { return of(-p, q); }
    Rational &operator+=(const Rational &other) { return *this = *this + other; }
    Rational &operator-=(const Rational &other) { return *this = *this - other; }
    friend Rational operator+(const Rational &a, const Rational &b)
    {
        Wide sum;
        if (__builtin_add_overflow(wide_times(a.p, b.q), wide_times(b.p, a.q), &sum))
            overflowed = 1;
        return of(sum, wide_times(a.q, b.q));
    }
    friend Rational operator-(const Rational &a, const Rational &b) { return a + -b; }
    friend Rational operator*(const Rational &a, const Rational &b)
    {
        return of(wide_times(a.p, b.p), wide_times(a.q, b.q));
    }
    friend Rational operator/(const Rational &a, const Rational &b)
    {
        return of(wide_times(a.p, b.q), wide_times(a.q, b.p));
    }
};

struct Degree {
    long long p, q;
    Degree() : p(-1), q(1) {}
    Degree(int value) : p(value ? 0 : -1), q(1) {}
    static Degree of(long long p)
    {
        Degree result;
        result.p = p;
        return result;
    }
    Degree operator-() const { return *this; }
    Degree &operator+=(const Degree &other) { return *this = *this + other; }
    Degree &operator-=(const Degree &other) { return *this = *this + other; }
    friend Degree operator+(const Degree &a, const Degree &b) { return of(a.p > b.p ? a.p : b.p); }
    friend Degree operator-(const Degree &a, const Degree &b) { return a + b; }
    friend Degree operator*(const Degree &a, const Degree &b)
    {
        return of(a.p < 0 || b.p < 0 ? -1 : a.p + b.p);
    }
    friend Degree operator/(const Degree &a, const Degree &) { return a; }
};

#endif
