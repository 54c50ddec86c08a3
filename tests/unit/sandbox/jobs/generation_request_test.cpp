#include "jobs/generation_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace sandbox {
namespace {

namespace json = boost::json;

json::object valid() {
    return {
        {"model", "Pixel M"},          {"prompt", "zoom in slowly"}, {"image", "https://example.com/a.jpg"},
        {"negative_prompt", "static"}, {"size", "Square HD (1:1)"},  {"prompt_optimizer", false}};
}

std::variant<GenerationRequest, ApiError> parse(const json::object& body) {
    return parse_generation_request(json::serialize(body));
}

std::string code_of(const std::variant<GenerationRequest, ApiError>& parsed) {
    const auto* const error = std::get_if<ApiError>(&parsed);
    return error ? error->code : "";
}

std::string code_with(std::string_view member, json::value value) {
    json::object body = valid();
    body[member] = std::move(value);
    return code_of(parse(body));
}

std::string code_without(std::string_view member) {
    json::object body = valid();
    body.erase(member);
    return code_of(parse(body));
}

TEST(GenerationRequest, TakesEveryField) {
    const auto parsed = parse(valid());
    ASSERT_EQ(code_of(parsed), "");
    const auto& request = std::get<GenerationRequest>(parsed);
    EXPECT_EQ(request.model, Model::pixel_m);
    EXPECT_EQ(request.prompt, "zoom in slowly");
    EXPECT_EQ(request.image, "https://example.com/a.jpg");
    EXPECT_EQ(request.negative_prompt, "static");
    EXPECT_EQ(request.size, "Square HD (1:1)");
    EXPECT_EQ(request.prompt_optimizer, false);
}

TEST(GenerationRequest, TakesNullsAndDefaults) {
    json::object body{
        {"prompt", "zoom in slowly"}, {"image", "http://127.0.0.1:1/a"}, {"negative_prompt", nullptr}};
    auto request = std::get<GenerationRequest>(parse(body));
    EXPECT_EQ(request.model, Model::pixel_m);
    EXPECT_EQ(request.size, "Landscape HD (16:9)");
    EXPECT_EQ(request.negative_prompt, std::nullopt);
    EXPECT_EQ(request.prompt_optimizer, true);
    body["prompt_optimizer"] = nullptr;
    body["something_else"] = 1;
    request = std::get<GenerationRequest>(parse(body));
    EXPECT_EQ(request.prompt_optimizer, std::nullopt);
}

TEST(GenerationRequest, HasNoSizeForPixelS) {
    json::object body = valid();
    body["model"] = "Pixel S";
    EXPECT_EQ(code_of(parse(body)), "invalid_input");
    body.erase("size");
    EXPECT_EQ(std::get<GenerationRequest>(parse(body)).size, "");
}

TEST(GenerationRequest, RefusesInvalidFields) {
    for (const char* const member : {"prompt", "image", "negative_prompt"})
        EXPECT_EQ(code_without(member), "invalid_input") << member;
    for (const char* const member :
         {"model", "prompt", "image", "negative_prompt", "size", "prompt_optimizer"})
        EXPECT_EQ(code_with(member, 5), "invalid_input") << member;
    EXPECT_EQ(code_with("model", "Pixel L"), "invalid_input");
    EXPECT_EQ(code_with("size", "square hd (1:1)"), "invalid_input");
    EXPECT_EQ(code_with("prompt", json::string(10'001, 'a')), "invalid_input");
}

TEST(GenerationRequest, NamesEveryViolation) {
    const auto parsed = parse({{"model", 1}, {"prompt", 2}});
    const auto& error = std::get<ApiError>(parsed);
    EXPECT_EQ(error.details.size(), 4U) << error.message;
    for (const char* const name : {"model", "prompt", "image", "negative_prompt"})
        EXPECT_NE(error.message.find(name), std::string::npos) << error.message;
}

TEST(GenerationRequest, RefusesBodiesThatAreNoJsonObject) {
    EXPECT_EQ(code_of(parse_generation_request("")), "invalid_json");
    EXPECT_EQ(code_of(parse_generation_request("{")), "invalid_json");
    EXPECT_EQ(code_of(parse_generation_request("{} x")), "invalid_json");
    EXPECT_EQ(code_of(parse_generation_request("{\"prompt\":\"\xFF\"}")), "invalid_json");
    EXPECT_EQ(code_of(parse_generation_request(std::string(100'000, '['))), "invalid_json");
    EXPECT_EQ(code_of(parse_generation_request("[]")), "invalid_input");
}

TEST(GenerationRequest, RefusesVaguePrompts) {
    for (const char* const prompt : {"", "   ", "zoom", "zoom in", "  zoom \t in\n"})
        EXPECT_EQ(code_with("prompt", prompt), "prompt_too_vague") << prompt;
    EXPECT_EQ(code_with("prompt", " zoom in slowly "), "");
}

TEST(GenerationRequest, CountsWordsOfOtherScripts) {
    EXPECT_EQ(count_words("\xE6\x85\xA2\xE6\x85\xA2\xE6\x94\xBE\xE5\xA4\xA7"), 4U); // four ideographs
    EXPECT_EQ(count_words("\xD0\xB0\xD0\xB1 \xD0\xB2"), 2U);                        // two Cyrillic words
    EXPECT_EQ(count_words("a\xC2\xA0"
                          "b\xE3\x80\x80"
                          "c"),
              3U); // wide spaces
}

TEST(GenerationRequest, RefusesImageUrlsThatCannotBeFetched) {
    for (const char* const url :
         {"", "photo.jpg", "/photo.jpg", "ftp://example.com/a.jpg", "file:///etc/passwd", "https://",
          "https:///a.jpg", "http:a.jpg", "https://exa mple.com/", "data:image/png,x", "gopher://example.com",
          "https://example.com/\r\nX: y"})
        EXPECT_EQ(code_with("image", url), "invalid_image_url") << url;
    EXPECT_EQ(code_with("image", json::string("https://example.com/" + std::string(8192, 'a'))),
              "invalid_image_url");
    EXPECT_EQ(code_with("image", "HTTP://[::1]:80/a?b=c#d"), "");
}

} // namespace
} // namespace sandbox
