#include "words/words.h"

#define FAMILY words
#define FAMILY_KERNELS "words/kernels.h"
#include "common/variant.h"
