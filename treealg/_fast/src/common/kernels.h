/* All kernels: one table of functions per kind of numbers and instruction set. */
#ifndef TREEALG_KERNELS_H
#define TREEALG_KERNELS_H

#include "algebra/algebra.h"
#include "chains/chains.h"
#include "pairs/pairs.h"
#include "straight/straight.h"
#include "trees/trees.h"
#include "words/words.h"

/* One kind of numbers on one instruction set, which has so many lanes. */
typedef struct {
    int lanes;
    const word_kernels *words;
    const chain_kernels *chains;
    const algebra_kernels *algebra;
    const tree_kernels *trees;
    const pair_kernels *pairs;
    const straight_kernels *straight; /* one for each of their tables, or NULL */
} kernel_table;

typedef struct {
    const char *name;
    const kernel_table *f32, *f64, *d32, *d64; /* real numbers, and dual ones */
} instruction_set;

/* The fastest instruction set of this processor, or the one called `name`; NULL if it has none
 * of that name. */
const instruction_set *treealg_instruction_set(const char *name);

#endif
