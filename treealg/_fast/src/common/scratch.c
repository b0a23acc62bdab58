/* Scratch memory that is kept for the next call.
 *
 * What a call frees the system takes back, and clears page by page when the next call wants it again,
 * which takes longer than many calls compute. So a few blocks are kept, each of which goes from hand to
 * hand by an atomic exchange: without locks, and so also in a process that forks.
 */

#include "common/support.h"

#define KEPT_BLOCKS 4
#define KEPT_BYTES ((size_t)1 << 20) /* of a block that is kept, at most */

/* What stands just before aligned memory. */
typedef struct {
    char *block;
    size_t size;
} header;

static void *kept[KEPT_BLOCKS];

static header *header_of(void *scratch) { return (header *)scratch - 1; }

static void *new_scratch(size_t size) {
    char *const block = malloc(size + ALIGNMENT + sizeof(header));
    if (!block) return NULL;
    void *const aligned = (void *)(((uintptr_t)block + sizeof(header) + ALIGNMENT - 1)
                                   & ~(uintptr_t)(ALIGNMENT - 1));
    *header_of(aligned) = (header){block, size};
    return aligned;
}

void *treealg_take_scratch(size_t size) {
    void *small = NULL; /* makes room for a larger one, unless there is one */
    for (int i = 0; i < KEPT_BLOCKS && size <= KEPT_BYTES; ++i) {
        if (!__atomic_load_n(&kept[i], __ATOMIC_RELAXED)) continue;
        void *const found = __atomic_exchange_n(&kept[i], NULL, __ATOMIC_ACQUIRE);
        const int is_large = found && header_of(found)->size >= size;
        treealg_give_scratch(small);
        if (is_large) return found;
        small = found;
    }
    if (small) free(header_of(small)->block);
    return new_scratch(size);
}

void treealg_give_scratch(void *scratch) {
    if (!scratch) return;
    for (int i = 0; i < KEPT_BLOCKS && header_of(scratch)->size <= KEPT_BYTES; ++i) {
        void *none = NULL;
        if (__atomic_compare_exchange_n(&kept[i], &none, scratch, 0, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return;
    }
    free(header_of(scratch)->block);
}
