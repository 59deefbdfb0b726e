#include "common/os/close_on_exec.hpp"

#include <fcntl.h>

namespace parley::os {

void set_close_on_exec(int descriptor) { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

}  // namespace parley::os
