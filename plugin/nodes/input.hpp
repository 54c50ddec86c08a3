#pragma once

#include "api/error.hpp"
#include "json/validator.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pixelml {

// The node's inputs, validated and with the schema's defaults.
struct Input {
    std::string model;
    std::string prompt;
    std::string image;
    std::optional<std::string> negative_prompt; // nullopt: null
    std::optional<std::string> size;            // nullopt: not for this model, so not sent
    std::optional<bool> prompt_optimizer;       // nullopt: null
};

struct CheckedInput {
    Input input;
    std::vector<Warning> warnings;
};

// Reads input_json. Fails as Invalid Input with every violation, or as Invalid Image URL. The image's URL
// comes out as browsers send it: its ends trimmed, what a URL may not hold percent-encoded.
Result<CheckedInput> read_input(std::string_view input_json, const Schema& schema, bool allow_loopback_http);

// What values_by_name knows.
inline constexpr std::array<std::string_view, 6> input_names{"model",           "prompt", "image",
                                                             "negative_prompt", "size",   "prompt_optimizer"};

// The inputs by name, as a binding's template refers to them; what is not sent is absent.
boost::json::object values_by_name(const Input& input, const boost::json::storage_ptr& storage = {});

} // namespace pixelml
