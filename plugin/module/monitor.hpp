#pragma once

#include <condition_variable>
#include <mutex>

namespace job_engine {

// What guards a run's end, and tells of it. A session has a few for all of its runs, because one for each
// would take as much room as a tenth of a waiting run. So nobody holds the locks of two runs at once. Each
// run keeps its own alive: a static one would be waited for at exit(), where a thread of the host still waits
// for a run.
struct Monitor {
    std::mutex mutex;
    std::condition_variable ended;
};

} // namespace job_engine
