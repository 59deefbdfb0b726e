// gtk_loop [--self-test] URL TOKEN: a window with what is said in the channel "lobby" and a line to write in.
// GLib's loop watches the pump's descriptor. With --self-test it sends a message, and ends when it shows it.
#include <glib-unix.h>
#include <gtk/gtk.h>

#include <iostream>
#include <parley/parley.hpp>

namespace {

class ChatWindow {
 public:
  ChatWindow(const char* url, const char* token, bool self_test)
      : self_test_(self_test), client_(runtime_, options(url, token)) {
    build_window();
    watch_ = g_unix_fd_add(pump_.fd(), G_IO_IN, on_ready, this);
    if (self_test_) g_timeout_add_seconds(30, on_time_is_up, this);
    events_ = client_.on_event([this](const parley::Event& event) { on_event(event); });
    client_.async_connect([this](const parley::Result<void>& connected) {
      if (!connected) return show("not connected: " + connected.error().to_string());
      client_.async_join_channel("lobby", [this](const parley::Result<parley::Channel>& joined) {
        if (joined || joined.error().code != parley::Errc::not_found) return enter(joined);
        client_.async_create_group_channel("lobby", [this](const auto& created) { enter(created); });
      });
    });
  }
  ~ChatWindow() { g_source_remove(watch_); }
  ChatWindow(const ChatWindow&) = delete;

  bool shows_its_own_message() const { return shown_; }

 private:
  // The functions that GTK calls.
  static gboolean on_ready(gint, GIOCondition, gpointer self) {
    static_cast<ChatWindow*>(self)->pump_.poll();
    return G_SOURCE_CONTINUE;
  }
  static gboolean on_time_is_up(gpointer) {
    gtk_main_quit();
    return G_SOURCE_REMOVE;
  }
  static void on_enter(GtkEntry* entry, gpointer self) {
    static_cast<ChatWindow*>(self)->send(gtk_entry_get_text(entry));
    gtk_entry_set_text(entry, "");
  }

  parley::ClientOptions options(const char* url, const char* token) {
    parley::ClientOptions options;
    options.endpoint = parley::Endpoint::service(url);
    options.tokens = parley::fixed_token(token);  // a real program: parley::token_endpoint({...})
    options.callbacks = pump_.executor();
    return options;
  }

  void build_window() {
    GtkWidget* window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_title(GTK_WINDOW(window), "lobby");
    gtk_window_set_default_size(GTK_WINDOW(window), 400, 300);
    g_signal_connect(window, "destroy", G_CALLBACK(gtk_main_quit), nullptr);
    GtkWidget* column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    gtk_container_add(GTK_CONTAINER(window), column);
    GtkWidget* text = gtk_text_view_new();
    gtk_text_view_set_editable(GTK_TEXT_VIEW(text), FALSE);
    messages_ = gtk_text_view_get_buffer(GTK_TEXT_VIEW(text));
    gtk_box_pack_start(GTK_BOX(column), text, TRUE, TRUE, 0);
    GtkWidget* entry = gtk_entry_new();
    g_signal_connect(entry, "activate", G_CALLBACK(on_enter), this);
    gtk_box_pack_start(GTK_BOX(column), entry, FALSE, FALSE, 0);
    gtk_widget_show_all(window);
  }

  void show(const std::string& line) {
    GtkTextIter end;
    gtk_text_buffer_get_end_iter(messages_, &end);
    gtk_text_buffer_insert(messages_, &end, (line + "\n").c_str(), -1);
  }

  void enter(const parley::Result<parley::Channel>& channel) {
    if (!channel) return show("no lobby: " + channel.error().to_string());
    channel_ = *channel;
    if (self_test_) send("hello from GTK");
  }

  void send(const std::string& text) {
    if (!channel_) return;
    channel_->async_send_message(text, [this](const parley::Result<parley::Message>& sent) {
      if (!sent) show("not sent: " + sent.error().to_string());
    });
  }

  void on_event(const parley::Event& event) {
    const auto* added = std::get_if<parley::MessageAdded>(&event);
    if (!added) return;
    show(added->message.author + ": " + added->message.text);
    shown_ = shown_ || added->message.author == client_.identity();
    if (self_test_ && shown_) g_timeout_add(500, on_time_is_up, this);  // somebody may want to see it
  }

  const bool self_test_;
  parley::Runtime runtime_;
  parley::EventPump pump_;
  parley::Client client_;
  parley::Subscription events_;
  std::optional<parley::Channel> channel_;
  GtkTextBuffer* messages_ = nullptr;
  guint watch_ = 0;
  bool shown_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  gtk_init(&argc, &argv);
  const bool self_test = argc == 4 && std::string(argv[1]) == "--self-test";
  if (argc != 3 && !self_test) {
    std::cerr << "usage: gtk_loop [--self-test] URL TOKEN" << std::endl;
    return 2;
  }
  const ChatWindow window(argv[argc - 2], argv[argc - 1], self_test);
  gtk_main();
  return self_test && !window.shows_its_own_message() ? 1 : 0;
}
