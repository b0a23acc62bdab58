/* The kernels of one family in one precision (see chains/chains.h). */

#include "common/time.h"
#include "words/increments.h"
#include "words/state.h"
#include "words/last_letters.h"
#include "words/signature.h"
#include "common/checkpoints.h"
#include "words/backward.h"
#include "chains/corrections.h"
#include "chains/last_letters.h"
#include "chains/signature.h"
#include "chains/backward.h"

TABLE_OF(chain_kernels) = {
    NAME(chain_signature_scratch), NAME(chain_signature), NAME(chain_product),  NAME(chain_step),
    NAME(chain_backward_scratch),  NAME(chain_backward),  NAME(chain_contract),
};
