#include <parley/runtime.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace parley {

class Runtime::Impl {
 public:
  ~Impl() {
    context.stop();
    thread.join();
  }

  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread{[this] { context.run(); }};
};

Runtime::Runtime() : impl_(std::make_unique<Impl>()) {}
Runtime::~Runtime() = default;

boost::asio::any_io_executor Runtime::executor() const { return impl_->context.get_executor(); }

}  // namespace parley
