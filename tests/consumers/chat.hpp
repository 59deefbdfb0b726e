#pragma once

/// Connects to the service at `url`, makes a channel, sends and hears a message, and closes: every layer of
/// the SDK runs. Returns 0, or prints what failed.
int chat(const char* url, const char* token);
