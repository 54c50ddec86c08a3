// Single mistakes in what a description sends: the ones that cost.
#include "mistakes.hpp"
#include "scripted_api.hpp"
#include "undocumented_apis.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using test_support::describe;
using test_support::NodeHost;
using test_support::RunSpec;

// Every model and size, and what may be null both ways.
std::vector<json::object> varied_inputs() {
    std::vector<json::object> inputs;
    const auto add = [&](json::object more) {
        json::object input{{"prompt", "The camera pans"}, {"image", "https://images.example/photo.jpg"}};
        input.insert(more.begin(), more.end());
        inputs.push_back(std::move(input));
    };
    for (const auto* size :
         {"Landscape HD (16:9)", "Landscape FullHD (16:9)", "Square HD (1:1)", "Square FullHD (1:1)",
          "Portrait HD (3:4)", "Portrait FullHD (3:4)", "Portrait HD (9:16)", "Portrait FullHD (9:16)",
          "Landscape HD (4:3)", "Landscape FullHD (4:3)"})
        add({{"model", "Pixel M"},
             {"size", size},
             {"negative_prompt", "blurry"},
             {"prompt_optimizer", true}});
    add({{"model", "Pixel S"}, {"negative_prompt", nullptr}, {"prompt_optimizer", nullptr}});
    return inputs;
}

class Sender {
public:
    explicit Sender(const DescribedApi& api)
        : right_(api.document()), service_(api, {}), spec_(service_.spec()) {
        right_.erase("examples");
        spec_.run_key = "the same in all";
        for (const auto& input : inputs_)
            right_submits_.push_back(submit_of(right_, input).value());
    }

    bool is_refused(json::object description) {
        auto spec = with(std::move(description));
        spec.validate_only = true;
        const auto result = host_.run(spec);
        if (result.succeeded())
            return false;
        EXPECT_EQ(error_member(result, "code"), "invalid_connection") << describe(result);
        spec.validate_only = false;
        EXPECT_EQ(error_member(host_.run(spec), "code"), "invalid_connection");
        return true;
    }

    // The first input with which something else is sent.
    std::optional<std::size_t> changed_input(const json::object& description) {
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            if (const auto submit = submit_of(description, inputs_[i]);
                !submit || *submit != right_submits_[i])
                return i;
        return std::nullopt;
    }

    // The right description's own request for this input, as somebody would copy it from the documentation.
    json::object example_of(std::size_t input) const {
        const auto& submit = right_submits_.at(input);
        const auto url = std::string(submit.at("url").as_string());
        const auto body = std::regex_replace(json::serialize(submit.at("body")),
                                             std::regex("\"wfn-[0-9a-f]{32}\""), "\"{{run.marker}}\"");
        const json::value right(right_);
        boost::system::error_code error;
        json::object headers;
        for (const auto* place : {"/headers", "/submit/headers"})
            if (const auto* own = right.find_pointer(place, error))
                for (const auto& header : own->as_object())
                    headers[header.key()] = header.value();
        if (const auto* idempotency = right.find_pointer("/idempotency/header", error))
            headers[idempotency->as_string()] = "{{run.key}}";
        if (const auto* key = right_.if_contains("authorization"))
            headers[key->at("header").as_string()] = key->at("value");
        json::object example{{"title", "what is sent"}, {"input", inputs_.at(input)}};
        if (const auto* variables = spec_.connection.if_contains("variables"))
            example["variables"] = *variables;
        example["request"] = {{"method", submit.at("method")},
                              {"path", url.substr(url.find('/', url.find("://") + 3))},
                              {"headers", std::move(headers)},
                              {"body", json::parse(body)}};
        return example;
    }

    const json::object& right() const { return right_; }
    std::size_t connections() { return service_.server().connections_accepted(); }

private:
    RunSpec with(json::object description) const {
        auto spec = spec_;
        spec.connection["api_binding"] = std::move(description);
        return spec;
    }

    // nullopt: the dry run is refused.
    std::optional<json::object> submit_of(const json::object& description, const json::object& input) {
        auto spec = with(description);
        spec.input = input;
        spec.dry_run = true;
        const auto result = host_.run(spec);
        if (!result.succeeded())
            return std::nullopt;
        return json::parse(result.output_json).at("requests").at(0).as_object();
    }

    json::object right_;
    PlayedService service_;
    RunSpec spec_;
    NodeHost host_;
    const std::vector<json::object> inputs_ = varied_inputs();
    std::vector<json::object> right_submits_;
};

json::object with_example(json::object description, json::object example) {
    description["examples"] = json::array{std::move(example)};
    return description;
}

// Of these the service would be told something else, or nothing, and nobody here can know.
bool is_masked(const Mistake& mistake) {
    return mistake.kind == "another value of a header" || mistake.kind == "another scheme of the key";
}

bool is_of_a_look(const Mistake& mistake) {
    return mistake.kind == "a path without the id" || mistake.kind.starts_with("a look ");
}

TEST(MistakenDescription, ThatSendsSomethingElseIsRefusedOrFoundByAnExample) {
    std::map<std::string, std::size_t> refused;
    std::map<std::string, std::size_t> found;
    std::map<std::string, std::size_t> without_effect;
    for (const auto& api : all_apis()) {
        Sender sender(api);
        for (const auto& mistake : mistakes_in_sending(api)) {
            SCOPED_TRACE(std::string(api.document().at("name").as_string()) + ": " + mistake.kind + ": "
                         + mistake.what);
            if (sender.is_refused(mistake.description)) {
                ++refused[mistake.kind];
                continue;
            }
            EXPECT_FALSE(is_of_a_look(mistake));
            const auto input = is_masked(mistake) ? std::optional<std::size_t>(0)
                                                  : sender.changed_input(mistake.description);
            if (!input) {
                ++without_effect[mistake.kind];
                continue;
            }
            ++found[mistake.kind];
            const auto example = sender.example_of(*input);
            EXPECT_FALSE(sender.is_refused(with_example(sender.right(), example)));
            EXPECT_TRUE(sender.is_refused(with_example(mistake.description, example)));
        }
        EXPECT_EQ(sender.connections(), 0U);
    }
    for (const auto& [name, counts] : {std::pair("refused before anything is sent", &refused),
                                       std::pair("found only by an example of the request", &found),
                                       std::pair("without effect", &without_effect)}) {
        std::cout << name << ":\n";
        for (const auto& [kind, times] : *counts)
            std::cout << "  " << times << "  " << kind << '\n';
    }
    for (const auto* kind :
         {"a placeholder is misspelt", "a placeholder is not closed", "a path without the id",
          "a look that cancels", "a value in a table is misspelt", "another method"})
        EXPECT_GE(refused[kind], 1U) << kind;
    EXPECT_GE(found.size(), 5U);
}

} // namespace
} // namespace node_tests
