#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace durable {

// The longest run key, in bytes, as node.h says.
inline constexpr std::size_t max_run_key = 512;

// The input with its members sorted and without spaces, so that two texts of one input are equal; a text
// that is not JSON as it is.
std::string canonical_input(std::string_view input_json);

// A name that no other run has: "run-0123456789abcdef".
std::string new_run_key();

// Names the lines of a batch by what they ask for: "<batch>:<16 digits of the node and the input>-<n>", n
// being 1 for the first of equal lines. So a line is known again wherever in the file it is by then; one that
// was changed is another run.
//
// Older versions named a line by its number: "<batch>:<line>:<the same digits>". The first of equal lines is
// then the one with the lowest number, and so on.
class BatchKeys {
public:
    explicit BatchKeys(std::string batch) : batch_(std::move(batch)) {}

    // A run of the batch that is in the journal. All of them come before the first next_key.
    void known(std::string_view run_key);
    // The name of the file's next line.
    std::string next_key(std::string_view action, std::string_view input_json);

private:
    std::string batch_;
    std::map<std::uint64_t, std::vector<std::int64_t>> numbered_; // digits -> the lines in old keys, sorted
    std::unordered_map<std::uint64_t, std::int64_t> seen_;        // digits -> how many such lines have come
};

// The job that the checkpoint goes on with, so that going on from it submits nothing: its member "job_id",
// unless a "state" says that the job is not, or no longer, the run's. A checkpoint is the module's own
// business otherwise, and any other text in it may be anything, also a job's id. nullopt: it may lead to a
// submit.
std::optional<std::string> job_of_checkpoint(std::string_view checkpoint_json);

} // namespace durable
