// What Transport needs of libssh.
#include <libssh/libssh.h>
