/* The number type of generated source that is compiled as C++: exact, and with a degree.
 *
 * A fraction of 128-bit integers in lowest terms; where one does not fit, `overflowed` is set and
 * nothing that is computed afterwards counts. Beside it the largest degree that the value can have
 * as a polynomial in the inputs, whose weights are given: sums take the maximum, products the sum,
 * and the constant 0 has degree -1.
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

struct Exact {
    Wide p, q, degree;
    Exact() : p(0), q(1), degree(-1) {}
    Exact(int value) : p(value), q(1), degree(value ? 0 : -1) {}
    static Exact of(Wide p, Wide q, Wide degree)
    {
        Exact result;
        const Wide g = q == 1 ? 1 : wide_gcd(p, q);
        if (q) {
            result.p = (q < 0 ? -p : p) / g;
            result.q = (q < 0 ? -q : q) / g;
        } else {
            overflowed = 1;
        }
        result.degree = degree;
        return result;
    }
    Exact operator-() const { return of(-p, q, degree); }
    Exact &operator+=(const Exact &other) { return *this = *this + other; }
    Exact &operator-=(const Exact &other) { return *this = *this - other; }
    friend Exact operator+(const Exact &a, const Exact &b)
    {
        Wide sum;
        if (__builtin_add_overflow(wide_times(a.p, b.q), wide_times(b.p, a.q), &sum))
            overflowed = 1;
        return of(sum, wide_times(a.q, b.q), a.degree > b.degree ? a.degree : b.degree);
    }
    friend Exact operator-(const Exact &a, const Exact &b) { return a + -b; }
    friend Exact operator*(const Exact &a, const Exact &b)
    {
        const Wide degree = a.degree < 0 || b.degree < 0 ? -1 : a.degree + b.degree;
        return of(wide_times(a.p, b.p), wide_times(a.q, b.q), degree);
    }
    friend Exact operator/(const Exact &a, const Exact &b)
    {
        return of(wide_times(a.p, b.q), wide_times(a.q, b.p), a.degree);
    }
};

#endif
