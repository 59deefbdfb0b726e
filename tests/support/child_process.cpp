#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace parley::support {
namespace {

constexpr int kPatienceMs = 10'000;

std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(descriptor, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command, Input input) {
  int in[2] = {-1, -1}, out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  if (input == Input::pipe && pipe2(in, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input == Input::pipe) posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  // Sockets of the test would stay open for their peers until this program ends.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (input == Input::pipe) close(in[0]);
  close(out[1]);
  close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
  if (failed != 0) throw std::runtime_error("cannot start " + command[0]);
}

ChildProcess::~ChildProcess() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close_input();
  close(out_);
  close(err_);
}

void ChildProcess::close_input() {
  if (in_ >= 0) close(in_);
  in_ = -1;
}

std::optional<std::string> ChildProcess::read_line(int descriptor, std::string& buffered) {
  for (;;) {
    if (const auto end = buffered.find('\n'); end != buffered.npos) {
      auto line = buffered.substr(0, end);
      buffered.erase(0, end + 1);
      return line;
    }
    pollfd ready{descriptor, POLLIN, 0};
    if (poll(&ready, 1, kPatienceMs) != 1) return std::nullopt;
    char buffer[1024];
    const ssize_t count = read(descriptor, buffer, sizeof buffer);
    if (count <= 0) return std::nullopt;
    buffered.append(buffer, static_cast<std::size_t>(count));
  }
}

void ChildProcess::signal(int number) { kill(pid_, number); }

std::optional<int> ChildProcess::exit_code() {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > give_up) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the interval of looking, not of the test
  }
  reaped_ = true;
  if (!WIFEXITED(status)) return std::nullopt;
  return WEXITSTATUS(status);
}

std::string ChildProcess::rest_of_output() { return std::move(buffered_) + read_all(out_); }

std::string ChildProcess::error_output() { return std::move(buffered_error_) + read_all(err_); }

}  // namespace parley::support
