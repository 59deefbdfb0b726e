#pragma once

namespace parley::net {

/// Which half of a protocol one end of a connection speaks.
enum class Side { client, server };

}  // namespace parley::net
