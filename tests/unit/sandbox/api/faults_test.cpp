#include "api/faults.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sandbox {
namespace {

Faults faults_from(std::string_view text) {
    Faults faults;
    faults.replace(std::get<FaultRules>(parse_fault_rules(text)));
    return faults;
}

// One character per request: the fault's first letter, or a dot.
std::string pattern(Faults& faults, Operation operation, int requests) {
    std::string text;
    for (int i = 0; i < requests; ++i) {
        const auto fault = faults.next(operation);
        text += fault ? fault_name(fault->kind)[0] : '.';
    }
    return text;
}

TEST(Faults, ApplyToTheirOperationOnly) {
    Faults faults = faults_from(R"({"on":"poll","fault":"slow"})");
    EXPECT_EQ(pattern(faults, Operation::submit, 2), "..");
    EXPECT_EQ(pattern(faults, Operation::cancel, 2), "..");
    EXPECT_EQ(pattern(faults, Operation::poll, 2), "ss");
    EXPECT_EQ(faults.applied(), 2U);
}

TEST(Faults, CountTimesSkipAndEvery) {
    Faults faults = faults_from(R"({"on":"submit","fault":"hold","times":2,"skip":1,"every":3})");
    EXPECT_EQ(pattern(faults, Operation::submit, 10), ".h..h.....");
}

TEST(Faults, TakeTheFirstRuleThatFiresWhileAllCount) {
    Faults faults = faults_from(R"([{"on":"submit","fault":"drop_after","times":2},
                                    {"on":"submit","fault":"bad_gateway","skip":2,"times":2},
                                    {"on":"submit","fault":"hold","skip":4,"times":2}])");
    EXPECT_EQ(pattern(faults, Operation::submit, 8), "ddbbhh..");
}

TEST(Faults, HaveRepeatableChance) {
    const char* const text = R"({"on":"poll","fault":"slow","probability":0.5,"seed":7})";
    Faults first = faults_from(text);
    Faults second = faults_from(text);
    const std::string seen = pattern(first, Operation::poll, 200);
    EXPECT_EQ(seen, pattern(second, Operation::poll, 200));
    const auto applied = first.applied();
    EXPECT_GT(applied, 50U);
    EXPECT_LT(applied, 150U);
    Faults never = faults_from(R"({"on":"poll","fault":"slow","probability":0})");
    EXPECT_EQ(pattern(never, Operation::poll, 20), std::string(20, '.'));
}

TEST(Faults, CarryTheirDelayAndRetryAfter) {
    Faults faults = faults_from(
        R"({"rules":[{"on":"cancel","fault":"unavailable","retry_after_seconds":9,"delay_ms":250}]})");
    const auto fault = faults.next(Operation::cancel);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->kind, FaultKind::unavailable);
    EXPECT_EQ(fault->retry_after.count(), 9);
    EXPECT_EQ(fault->delay.count(), 250);
}

TEST(Faults, ShowWhatTheySawAndDid) {
    Faults faults = faults_from(R"({"on":"submit","fault":"slow","skip":1})");
    pattern(faults, Operation::submit, 3);
    const auto json = faults.to_json();
    EXPECT_EQ(json.at("rules").at(0).at("seen").as_uint64(), 3U);
    EXPECT_EQ(json.at("rules").at(0).at("applied").as_uint64(), 2U);
    EXPECT_TRUE(json.at("rules").at(0).at("times").is_null());
    faults.replace({});
    EXPECT_FALSE(faults.next(Operation::submit));
    EXPECT_EQ(faults.applied(), 2U);
}

TEST(Faults, RefuseWhatIsNoRule) {
    for (const char* const text :
         {"", "nonsense", "1", R"(["slow"])", "{}", R"({"on":"submit"})", R"({"fault":"slow"})",
          R"({"on":"everything","fault":"slow"})", R"({"on":"submit","fault":"explode"})",
          R"({"on":"submit","fault":"slow","times":-1})", R"({"on":"submit","fault":"slow","times":1.5})",
          R"({"on":"submit","fault":"slow","every":0})", R"({"on":"submit","fault":"slow","probability":2})",
          R"({"on":"submit","fault":"slow","delay_ms":99999999})",
          R"({"on":"submit","fault":"slow","tmies":1})", R"({"rules":{"rules":[]}})"})
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_fault_rules(text))) << text;
    EXPECT_TRUE(std::get<FaultRules>(parse_fault_rules("[]")).empty());
}

} // namespace
} // namespace sandbox
