#include "check/schema_check.hpp"

#include <gtest/gtest.h>

namespace cli::check {
namespace {

TEST(SchemaCheck, SaysWhatIsNoSchema) {
    EXPECT_EQ(fault_of_schema("{"), "is not JSON");
    EXPECT_EQ(fault_of_schema("[]"), "is not a JSON object");
    EXPECT_NE(fault_of_schema(R"({"type":"strng"})").find("strng"), std::string::npos);
    EXPECT_NE(violation(R"({"type":"strng"})", "{}").find("strng"), std::string::npos);
    EXPECT_NE(fault_of_schema(R"({"properties":{"a":{"$ref":"other.json#/a"}}})"), "");
}

TEST(SchemaCheck, FindsAReferenceThatLeadsOnlyToItself) {
    for (const char* schema : {
             R"({"$ref":"#"})",
             R"({"$ref":"#/"})",
             R"({"properties":{"a":{"$ref":"#/properties/a"}}})",
             R"({"properties":{"a b":{"$ref":"#/properties/a%20b"}}})",
             R"({"properties":{"a":{"$ref":"#/properties/b"},"b":{"$ref":"#/properties/a"}}})",
             R"({"allOf":[{"type":"object"},{"$ref":"#"}]})",
             R"({"properties":{"a":{"not":{"$ref":"#/properties/a"}}}})",
             R"({"dependencies":{"a":{"$ref":"#"}}})",
         }) {
        EXPECT_NE(fault_of_schema(schema).find("leads only to itself"), std::string::npos) << schema;
        EXPECT_NE(violation(schema, "{}").find("leads only to itself"), std::string::npos) << schema;
    }
}

TEST(SchemaCheck, TakesAReferenceThatLeadsSomewhere) {
    const char* tree = R"({"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}},)"
                       R"("name":{"$ref":"#/definitions/name"}},)"
                       R"("definitions":{"name":{"$ref":"#/definitions/text"},"text":{"type":"string"}}})";
    EXPECT_EQ(fault_of_schema(tree), "");
    EXPECT_EQ(violation(tree, R"({"name":"a","children":[{"name":"b"}]})"), "");
    EXPECT_NE(violation(tree, R"({"name":"a","children":[{"name":1}]})"), "");
}

} // namespace
} // namespace cli::check
