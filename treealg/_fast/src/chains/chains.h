/* Kernels of words of chains along paths with a correction: arguments and functions. */
#ifndef TREEALG_CHAINS_H
#define TREEALG_CHAINS_H

#include "common/arguments.h"

/* Words (see treealg.tables.WeightedWords) whose letters are chains of up to `longest` labels, or
 * channels that weigh up to `longest`, by composition; number 0 is the empty word. Without a
 * correction and with channels of weight 1 the words of labels have kernels of their own, which need
 * the dimension and degree only. */
typedef struct {
    Py_ssize_t dimension, degree, longest, count; /* count: of compositions */
    const int64_t *start;       /* first word of each composition, and the number of words */
    const int32_t *weight;      /* of each composition */
    const int32_t *child;       /* [composition][longest + 1]: followed by a letter of weight k */
    const int64_t *cut_ptr;     /* the cuts of composition i are cut_ptr[i]:cut_ptr[i + 1], */
    const int32_t *cut_left, *cut_right; /* the compositions of the two parts */
    const int64_t *letter_start; /* letters of weight k are letter_start[k]:letter_start[k + 1] */
    const int32_t *letter_column; /* column of the correction; -1 for no correction */
    const int32_t *channel_letter; /* the letter that each channel is, -1 for none; NULL if channels
                                    * are the letters of weight 1, in their order */
    Py_ssize_t time_word; /* the word that the last channel is, or -1 */
} word_program;

/* In one precision on one instruction set; sizes are in bytes of scratch for one group of lanes. */
typedef struct {
    /* As those of the same names of word_kernels, for words of chains. */
    size_t (*signature_scratch)(const word_program *program);
    void (*signature)(const word_program *program, const path_view *path,
                      const correction_view *correction, int used, const Py_ssize_t *row,
                      const Py_ssize_t *begin, const Py_ssize_t *end, void *signature,
                      void *scratch, interrupt *stop);
    void (*product)(const word_program *program, void *signature, const void *next);
    void (*step)(const word_program *program, const path_view *path,
                 const correction_view *correction, int used, const Py_ssize_t *row,
                 const Py_ssize_t *segment, void *signature, void *scratch);
    size_t (*backward_scratch)(const word_program *program, Py_ssize_t segments);
    /* The derivatives in the steps, as in word_kernels, with words of weight below the degree in
     * `before`, to the rows of `out`, and those in the corrections to the rows of `out_correction`,
     * (segments, columns) each. */
    void (*backward)(const word_program *program, const path_view *path,
                     const correction_view *correction, int used, const Py_ssize_t *row,
                     const Py_ssize_t *begin, const Py_ssize_t *end, const void *before,
                     void *cotangent, const matrix_view *out, const matrix_view *out_correction,
                     Py_ssize_t columns, void *scratch, interrupt *stop);
    void (*contract)(const word_program *program, void *cotangent, const void *piece);
} chain_kernels;

#endif
