/* Values and tangents side by side, as kernels over dual numbers read them (see common/duals.h), and
 * apart again. Compilers make vectors of these loops. */
#ifndef TREEALG_SIDE_BY_SIDE_H
#define TREEALG_SIDE_BY_SIDE_H

#include <stddef.h>

#define SIDE_BY_SIDE(real, suffix)                                                                \
    static void treealg_join_##suffix(const real *restrict values, const real *restrict tangents, \
                                      real *restrict out, Py_ssize_t count) {                      \
        if (!tangents)                                                                             \
            for (Py_ssize_t i = 0; i < count; ++i) {                                               \
                out[2 * i] = values[i];                                                            \
                out[2 * i + 1] = 0;                                                                \
            }                                                                                      \
        else                                                                                       \
            for (Py_ssize_t i = 0; i < count; ++i) {                                               \
                out[2 * i] = values[i];                                                            \
                out[2 * i + 1] = tangents[i];                                                      \
            }                                                                                      \
    }                                                                                              \
    static void treealg_tangents_##suffix(const real *restrict duals, real *restrict out,         \
                                          Py_ssize_t count) {                                      \
        for (Py_ssize_t i = 0; i < count; ++i) out[i] = duals[2 * i + 1];                          \
    }

SIDE_BY_SIDE(double, f64)
SIDE_BY_SIDE(float, f32)
#undef SIDE_BY_SIDE

#endif
