#pragma once

#include "base/time.hpp"
#include "job/checkpoint.hpp"
#include "job/kept_file.hpp"
#include "job/outcome.hpp"

#include <optional>
#include <string>
#include <variant>

namespace job_engine {

// What to do next. Whatever was begun before and is not Continue's is given up.
struct Continue {}; // go on with what is under way
struct CheckMedia {
    std::string url;
};                     // wait for on_media_checked
struct AcquireSlot {}; // wait for on_slot
struct HandOverFile {
    std::string input;
    std::string name;
    HexDigest key;                // tells the runs apart, also those of one file
    std::optional<KeptFile> kept; // of an earlier submit
    bool may_exist = false;       // the job, by that one
};                                // wait for on_file
struct SaveCheckpoint {
    Checkpoint checkpoint;
};              // hand to the host, wait for on_checkpoint
struct Send {}; // JobFlow::request() as soon as there is a connection; wait for on_reply or on_failure
struct AbortRequest {}; // end the request; on_failure(aborted) follows
struct Wait {};         // nothing but wake_at
struct Finish {
    Outcome outcome;
};
using Action = std::variant<Continue, CheckMedia, AcquireSlot, HandOverFile, SaveCheckpoint, Send,
                            AbortRequest, Wait, Finish>;

struct Step {
    Action action;
    TimePoint wake_at = TimePoint::max(); // when to call on_timer; it replaces every earlier one
};

} // namespace job_engine
