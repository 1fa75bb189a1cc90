/* Every operation in one precision; tier.h includes it twice. */
#include "lanes.h"
#include "functions.h"
#include "elementwise.h"
#include "reduction.h"
#include "product.h"
#include "optimizer.h"

#undef COEFFICIENTS
#undef EXPONENT_BITS
#undef EXPONENT_BIAS
#undef EXPONENTIAL_LEAST
#undef EXPONENTIAL_GREATEST
#undef ROUNDING
#undef LOG2_HIGH
#undef LOG2_LOW
#undef NORMAL_TAIL_GREATEST
#undef TERMS
#undef DENSITY_FACTOR
#undef BINARY
#undef UNARY
#undef FLAT
#undef READ
#undef WRITE
#undef TILE_VECTORS
#undef DOTS_ROWS
#undef DOTS_COLUMNS
