#ifndef PHASEGRID_COPENBLAS_SHIM_H
#define PHASEGRID_COPENBLAS_SHIM_H

/* OpenBLAS's own header by its full name: the system's <cblas.h> may be another library's. */
#include <openblas-pthread/cblas.h>

#endif
