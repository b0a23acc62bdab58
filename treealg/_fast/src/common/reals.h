/* Numbers that are real: what kernels compute with unless they are compiled over duals.h. */

#define NUMBER REAL
#define vec real_vec
#define splat constant
#define transpose NAME(transpose_reals)

/* Of one lane. */
INLINE NUMBER NAME(get)(const vec *x, int lane) { return ((const REAL *)x)[lane]; }
#define get NAME(get)

INLINE void NAME(put)(vec *x, int lane, NUMBER value) { ((REAL *)x)[lane] = value; }
#define put NAME(put)

/* LANES numbers side by side in memory, of whatever address. */
INLINE vec NAME(load_lanes)(const char *at) { return *(const real_uvec *)at; }
#define load_lanes NAME(load_lanes)

INLINE void NAME(store_lanes)(char *at, vec x) { *(real_uvec *)at = x; }
#define store_lanes NAME(store_lanes)

/* The value of a number, without a tangent. */
INLINE REAL NAME(value)(NUMBER x) { return x; }
