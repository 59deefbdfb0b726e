// The one compiled copy of Boost.JSON, of whose parser json_parse.cpp needs the parts that are no templates.
// It lies in a file of its own for the reason that asio_src.cpp does.
#include <boost/json/src.hpp>
