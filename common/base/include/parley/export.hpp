#pragma once

/// Marks what the shared library exports. Everything else of the SDK is hidden: programs and plugins that
/// link the static libraries export nothing of it. Programs that use the shared library define PARLEY_SHARED
/// (the package does).
#if defined(_WIN32) && defined(PARLEY_BUILDING_SHARED)
#define PARLEY_API __declspec(dllexport)
#elif defined(_WIN32) && defined(PARLEY_SHARED)
#define PARLEY_API __declspec(dllimport)
#elif defined(PARLEY_BUILDING_SHARED)
#define PARLEY_API __attribute__((visibility("default")))
#else
#define PARLEY_API
#endif
