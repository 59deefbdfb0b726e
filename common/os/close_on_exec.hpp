#pragma once

namespace parley::os {

/// Programs that this process starts from now on do not get the descriptor. Otherwise a connection that is
/// closed here stays open for its peer until the last of them ends. Harmless for a descriptor that is none.
void set_close_on_exec(int descriptor);

}  // namespace parley::os
