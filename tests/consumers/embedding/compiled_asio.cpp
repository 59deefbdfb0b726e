// The other user of Asio brings a compiled copy of its own.
#include <boost/asio/impl/src.hpp>
