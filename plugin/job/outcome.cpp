#include "job/outcome.hpp"

#include <algorithm>
#include <utility>

namespace job_engine {
namespace {

Outcome ended(Outcome::Kind kind, Error error, std::optional<Checkpoint> checkpoint) {
    Outcome outcome;
    outcome.kind = kind;
    outcome.error = std::move(error);
    outcome.checkpoint = std::move(checkpoint);
    return outcome;
}

} // namespace

Outcome failed(Error error, std::optional<Checkpoint> checkpoint) {
    return ended(Outcome::Kind::failed, std::move(error), std::move(checkpoint));
}

Outcome cancelled(Error error, std::optional<Checkpoint> checkpoint) {
    return ended(Outcome::Kind::cancelled, std::move(error), std::move(checkpoint));
}

Outcome suspended(std::optional<Checkpoint> checkpoint, Millis resume_after) {
    auto outcome = ended(Outcome::Kind::suspended, {}, std::move(checkpoint));
    outcome.resume_after = std::max(resume_after, Millis(0));
    return outcome;
}

} // namespace job_engine
