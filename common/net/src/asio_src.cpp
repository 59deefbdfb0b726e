// The one compiled copy of Asio (BOOST_ASIO_SEPARATE_COMPILATION). It and its siblings lie in files of their own: of an
// archive the linker takes nothing that the program brings itself, as one with its own compiled Asio does.
#include <boost/asio/impl/src.hpp>
