// qt_loop [--self-test] URL TOKEN: a window with what is said in the channel "lobby" and a line to write in.
// Work is posted to Qt's loop. With --self-test it sends a message, and ends when it shows it.
#include <QApplication>
#include <QLineEdit>
#include <QMetaObject>
#include <QPlainTextEdit>
#include <QTimer>
#include <QVBoxLayout>
#include <iostream>
#include <parley/parley.hpp>

namespace {

class ChatWindow : public QWidget {
 public:
  ChatWindow(const char* url, const char* token, bool self_test)
      : self_test_(self_test), client_(runtime_, options(url, token)) {
    build_window();
    if (self_test_) QTimer::singleShot(30'000, this, [] { QApplication::exit(1); });
    events_ = client_.on_event([this](const parley::Event& event) { on_event(event); });
    client_.async_connect([this](const parley::Result<void>& connected) {
      if (!connected) return show_line("not connected: " + connected.error().to_string());
      client_.async_join_channel("lobby", [this](const parley::Result<parley::Channel>& joined) {
        if (joined || joined.error().code != parley::Errc::not_found) return enter(joined);
        client_.async_create_group_channel("lobby", [this](const auto& created) { enter(created); });
      });
    });
  }

 private:
  static parley::ClientOptions options(const char* url, const char* token) {
    parley::ClientOptions options;
    options.endpoint = parley::Endpoint::service(url);
    options.tokens = parley::fixed_token(token);  // a real program: parley::token_endpoint({...})
    // Queued: post() may also be called by the loop's own thread, and must not run the work itself.
    options.post = [](std::function<void()> work) {
      QMetaObject::invokeMethod(qApp, std::move(work), Qt::QueuedConnection);
    };
    return options;
  }

  void build_window() {
    setWindowTitle("lobby");
    resize(400, 300);
    auto* column = new QVBoxLayout(this);
    messages_ = new QPlainTextEdit(this);
    messages_->setReadOnly(true);
    column->addWidget(messages_);
    auto* entry = new QLineEdit(this);
    column->addWidget(entry);
    connect(entry, &QLineEdit::returnPressed, this, [this, entry] {
      send(entry->text().toStdString());
      entry->clear();
    });
  }

  void show_line(const std::string& line) { messages_->appendPlainText(QString::fromStdString(line)); }

  void enter(const parley::Result<parley::Channel>& channel) {
    if (!channel) return show_line("no lobby: " + channel.error().to_string());
    channel_ = *channel;
    if (self_test_) send("hello from Qt");
  }

  void send(const std::string& text) {
    if (!channel_) return;
    channel_->async_send_message(text, [this](const parley::Result<parley::Message>& sent) {
      if (!sent) show_line("not sent: " + sent.error().to_string());
    });
  }

  void on_event(const parley::Event& event) {
    const auto* added = std::get_if<parley::MessageAdded>(&event);
    if (!added) return;
    show_line(added->message.author + ": " + added->message.text);
    const bool own = added->message.author == client_.identity();
    if (self_test_ && own) QTimer::singleShot(500, this, &QApplication::quit);  // somebody may want to see it
  }

  const bool self_test_;
  QPlainTextEdit* messages_ = nullptr;
  parley::Runtime runtime_;
  parley::Client client_;
  parley::Subscription events_;
  std::optional<parley::Channel> channel_;
};

}  // namespace

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  const bool self_test = argc == 4 && std::string(argv[1]) == "--self-test";
  if (argc != 3 && !self_test) {
    std::cerr << "usage: qt_loop [--self-test] URL TOKEN" << std::endl;
    return 2;
  }
  ChatWindow window(argv[argc - 2], argv[argc - 1], self_test);
  window.show();
  return QApplication::exec();
}
