#include "fuzz_target.hpp"
#include "http/retry_after.hpp"

using namespace job_engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const std::int64_t now :
         {std::int64_t{0}, std::int64_t{1'700'000'000}, std::int64_t{4'102'444'800}}) {
        const auto pause = parse_retry_after(fuzz::text_of(data, size), now);
        fuzz::require(!pause || (*pause >= Millis(0) && *pause <= std::chrono::hours(24)));
    }
    return 0;
}
