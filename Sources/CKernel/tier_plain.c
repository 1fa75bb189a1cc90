/* The operations for any processor: the tests' oracle, and what an old machine has. */
#define KERNEL_CALLS_FMA 1
#define KERNEL_TABLE kernel_table_plain
#include "Templates/tier.h"
