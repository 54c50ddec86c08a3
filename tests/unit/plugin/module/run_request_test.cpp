#include "module/run_request.hpp"
#include "module/session_accounts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace job_engine {
namespace {

class RunRequestTest : public ::testing::Test, protected testing::SessionAccounts {};

wfn_request request_with(const char* input) {
    wfn_request request{};
    request.struct_size = sizeof request;
    request.input_json = input;
    return request;
}

TEST_F(RunRequestTest, OutlivesTheTextsOfTheHost) {
    std::string input = R"({"prompt": "x"})";
    std::string checkpoint = R"({"version": 1})";
    std::string traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    auto request = request_with(input.c_str());
    request.checkpoint_json = checkpoint.c_str();
    request.traceparent = traceparent.c_str();
    request.connection_json = R"({"api_key": "k"})";
    const auto copy = RunRequest::copy_of(request, 0, accounts, 0);
    for (auto* text : {&input, &checkpoint, &traceparent})
        std::fill(text->begin(), text->end(), '?');
    EXPECT_EQ(copy->input_json, R"({"prompt": "x"})");
    EXPECT_EQ(copy->checkpoint_json, R"({"version": 1})");
    EXPECT_EQ(copy->traceparent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    EXPECT_EQ(copy->account, accounts.of(0, R"({"api_key": "k"})"));
}

TEST_F(RunRequestTest, LeavesOutATraceParentThatCouldNotStandInAHeader) {
    auto request = request_with("{}");
    request.traceparent = "00-\r\nX-Evil: 1";
    EXPECT_EQ(RunRequest::copy_of(request, 0, accounts, 0)->traceparent, "");
}

TEST_F(RunRequestTest, GivesItsMemoryToWhatFollows) {
    using Follower = std::array<char, 500>;
    auto request = RunRequest::copy_of(request_with("{}"), 0, accounts, 1000);
    const void* const place = request.get();
    auto memory = RunRequest::memory_of(std::move(request));
    EXPECT_EQ(memory.bytes, 1000U);
    const auto follower = std::allocate_shared<Follower>(ReusingAllocator<Follower>(memory));
    const auto distance = reinterpret_cast<const char*>(follower.get()) - static_cast<const char*>(place);
    EXPECT_GE(distance, 0);
    EXPECT_LE(distance, 500);
    EXPECT_EQ(memory.block, nullptr);
}

TEST_F(RunRequestTest, WhatDoesNotFitGetsMemoryOfItsOwn) {
    auto memory = RunRequest::memory_of(RunRequest::copy_of(request_with("{}"), 0, accounts, 0));
    const auto follower =
        std::allocate_shared<std::array<char, 5000>>(ReusingAllocator<std::array<char, 5000>>(memory));
    follower->fill('x');
    EXPECT_NE(memory.block, nullptr);
}

} // namespace
} // namespace job_engine
