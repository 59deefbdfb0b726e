#pragma once

/// Another user of Asio in the same program, compiled its own way: timers, posted work and a thread. Returns
/// how many timers fired: 100.
int run_other_asio();
