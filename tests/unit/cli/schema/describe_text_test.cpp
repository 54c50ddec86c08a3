#include "schema/describe_text.hpp"
#include "schema/schema_view.hpp"
#include "text/json_text.hpp"
#include "text/text_layout.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace cli {
namespace {

TEST(DescribeText, TellsPeopleEverything) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    const std::string text = describe_text(module, module.find("slow_echo").value(), Terminal{});
    for (const char* part : {"Slow echo", "slow_echo 1.0.0", "resumes from a checkpoint",
                             "ECHO_SERVICE_API_KEY", "api_key                  string, required, secret",
                             "integer, default 1000", "text          string, required", "one of  \"soft\"",
                             "boolean or null", "Processing Timeout (processing_timeout)", "Allow more time"})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    EXPECT_EQ(text.find('\033'), std::string::npos);
}

TEST(DescribeText, FitsTheTerminal) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    for (const std::size_t columns : {60u, 80u, 200u}) {
        Terminal terminal;
        terminal.columns = columns;
        std::istringstream lines(describe_text(module, module.find("slow_echo").value(), terminal));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(display_width(line), columns) << line;
    }
}

TEST(DescribeText, TellsProgramsEverything) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    const boost::json::value all = parse_or_null(describe_json(module, module.find("slow_echo").value()));
    ASSERT_TRUE(all.is_object());
    EXPECT_EQ(all.at("action_id"), "slow_echo");
    EXPECT_EQ(all.at("connection").at("category"), "echo-service");
    EXPECT_EQ(all.at("input_schema").at("properties").at("milliseconds").at("default"), 1000);
    EXPECT_EQ(all.at("errors").as_array().size(), 6u);
    EXPECT_TRUE(parse_or_null(describe_json(module, module.find("echo").value())).at("connection").is_null());
}

TEST(SchemaView, ReadsAnyShape) {
    EXPECT_TRUE(schema_properties("no schema").empty());
    EXPECT_TRUE(schema_properties("[]").empty());
    EXPECT_TRUE(schema_properties(R"({"properties":[]})").empty());
    const auto properties = schema_properties(
        R"({"required":"x","properties":{"a":true,"b":{"type":["string","null"]},"c":{"enum":[1,"x",null]}}})");
    ASSERT_EQ(properties.size(), 3u);
    EXPECT_TRUE(properties[0].types.empty());
    EXPECT_EQ(properties[1].types, (std::vector<std::string>{"string", "null"}));
    EXPECT_EQ(properties[2].types, (std::vector<std::string>{"integer", "string", "null"}));
}

TEST(SchemaView, ReadsChoicesWithAndWithoutTitles) {
    const auto properties = schema_properties(R"({"properties":{"a":{"enum":["x","y"]},"b":{"type":"string",
        "oneOf":[{"const":"x","title":"The X"},{"const":"y"},{"type":"null"},true]}}})");
    ASSERT_EQ(properties.size(), 2u);
    EXPECT_EQ(properties[0].choices, properties[1].choices);
    EXPECT_EQ(properties[0].choice_titles, (std::vector<std::string>{"", ""}));
    EXPECT_EQ(properties[1].choice_titles, (std::vector<std::string>{"The X", ""}));
}

} // namespace
} // namespace cli
