#include "fuzz_target.hpp"
#include "job/checkpoint.hpp"

using namespace job_engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto checkpoint = read_checkpoint(fuzz::text_of(data, size));
    if (!checkpoint) {
        fuzz::require(checkpoint.error().code == ErrorCode::invalid_input);
        return 0;
    }
    const auto again = read_checkpoint(to_text(*checkpoint));
    fuzz::require(again && *again == *checkpoint);
    fuzz::require(checkpoint->state != Checkpoint::State::submitted || !checkpoint->job.id.empty());
    return 0;
}
