#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace durable {

// The input with its members sorted and without spaces, so that two texts of one input are equal; a text that
// is not JSON is returned unchanged.
std::string canonical_input(std::string_view input_json);

// A unique name: "run-0123456789abcdef".
std::string new_run_key();

// Names the lines of a batch by their content: "<batch>:<16 digits of the node and the input>-<n>", n being 1
// for the first of equal lines. So a line is recognized wherever it is in the file; a line that was changed
// is another run.
//
// Older versions named a line by its number: "<batch>:<line>:<the same digits>". Equal lines are then counted
// in the order of those numbers.
class BatchKeys {
public:
    explicit BatchKeys(std::string batch) : batch_(std::move(batch)) {}

    // Adds a run of the batch that is in the journal. All must be added before the first next_key.
    void known(std::string_view run_key);
    // The key of the file's next line.
    std::string next_key(std::string_view action, std::string_view input_json);

private:
    std::string batch_;
    std::map<std::uint64_t, std::vector<std::int64_t>> numbered_; // digits -> the lines in old keys, sorted
    std::unordered_map<std::uint64_t, std::int64_t> seen_;        // digits -> number of such lines so far
};

} // namespace durable
