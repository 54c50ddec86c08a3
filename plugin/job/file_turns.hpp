#pragma once

#include "base/fair_semaphore.hpp"

#include <cstddef>

namespace job_engine {

// Files in memory at once, of all runs of a session: what a large image is in base64 and in a request, so
// many times, is what ten thousand runs with files need at most.
inline constexpr std::size_t max_files_at_once = 8;
// Of those, of one service: one that hangs does not keep the files of the others waiting.
inline constexpr std::size_t max_files_of_service = 4;

// Of two semaphores, which must live as long as the turns that were asked for. The service's comes first: who
// waits for that takes nothing from another service.
struct FileTurns {
    FairSemaphore& of_service;
    FairSemaphore& of_session;
};

// The right to hold a file's bytes.
struct FileTurn {
    FairSemaphore::Permit of_service;
    FairSemaphore::Permit of_session;
};

} // namespace job_engine
