/* The kernels of one family in one precision (see words/words.h). */

#include "common/time.h"
#include "words/increments.h"
#include "words/state.h"
#include "words/last_letters.h"
#include "words/signature.h"
#include "common/checkpoints.h"
#include "words/backward.h"
#include "words/step.h"

TABLE_OF(word_kernels) = {
    NAME(word_signature_scratch), NAME(word_signature),
    NAME(word_product),           NAME(word_step),
    NAME(word_increment),         NAME(word_backward_scratch),
    NAME(word_backward),          NAME(word_contract),
    NAME(steps_to_points),        NAME(set_time),
};
