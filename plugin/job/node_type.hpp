#pragma once

#include "api/error.hpp"
#include "json/validator.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// What the schema of a node's inputs cannot say.
struct InputRule {
    enum class Kind { not_blank, media_url, only_for };
    Kind kind;
    std::string_view input;
    std::string_view other{}; // only_for: the input that decides, and its value
    std::string_view value{};
};

// A text of more than white space.
constexpr InputRule not_blank(std::string_view input) {
    return {InputRule::Kind::not_blank, input};
}

// The address of a file that the API fetches. It is checked before anything is paid, and taken as
// browsers take it: its ends trimmed, what a URL may not hold percent-encoded.
constexpr InputRule media_url(std::string_view input) {
    return {InputRule::Kind::media_url, input};
}

// Only sent where the other input has this value; elsewhere it is dropped, with a warning where it was given.
constexpr InputRule only_for(std::string_view input, std::string_view other, std::string_view value) {
    return {InputRule::Kind::only_for, input, other, value};
}

// A node as data: all that tells it from another node of the engine. What it points to lives as long as the
// module.
struct NodeType {
    const char* action_id;
    const char* title;
    const char* description;
    const char* categories_json;
    const char* icon_svg;
    const char* input_schema; // its properties in the order in which forms show them
    const char* output_schema;
    const char* api_binding;          // of the API that is called where the connection describes none
    std::span<const InputRule> rules; // in the order in which they are applied
    std::span<const std::string_view> job_kind; // the inputs that tell how long a job takes
    std::string_view media_output;              // the member of the output that is the URL of what was made
    std::string_view product; // what is made, for people and as the binding's reply has it: "video"
    const ErrorTable* errors;
    std::string_view
        connection_media_check{};           // the connection's flag for the check of the media input, if any
    std::string_view binding_media_limit{}; // the binding's member for the most bytes of it
    // The digest of a run's inputs begins with the action id, or equal inputs of two nodes would be one run.
    // Not for a node whose runs have been paid for without it: a checkpoint of such a run must be known
    // again.
    bool digest_without_action_id = false;
    const char* ui = nullptr; // these four as node.h describes them; nullptr: none
    const char* examples = nullptr;
    const char* price = nullptr;
    const char* translations = nullptr;
};

// The input with a rule media_url; empty: none.
constexpr std::string_view media_input(const NodeType& type) noexcept {
    for (const auto& rule : type.rules)
        if (rule.kind == InputRule::Kind::media_url)
            return rule.input;
    return {};
}

// A node's type with its schemas compiled. Immutable.
struct Node {
    explicit Node(const NodeType& node_type);

    const NodeType& type;
    const Schema input;
    const Schema output;
    const std::vector<std::string> input_names; // in the schema's order
};

} // namespace job_engine
