/* Memory that the C library keeps although nothing is in it. */
#include <malloc.h>

#include "include/CKernel.h"

void kernel_return_memory(int64_t least) {
  struct mallinfo2 state = mallinfo2();
  if (state.fordblks >= (size_t)least) malloc_trim(0);
}
