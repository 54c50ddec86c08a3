#include "module/run_request.hpp"
#include "module/session_accounts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

// Where the follower is, counted from the request that was there.
template <class Follower>
std::ptrdiff_t place_of_follower(Accounts& accounts, std::size_t min_bytes) {
    auto request = RunRequest::copy_of(request_with("{}"), 0, accounts, min_bytes);
    const auto place = reinterpret_cast<std::uintptr_t>(request.get());
    const auto follower = ReusableMemory::make_shared_in<Follower>(RunRequest::memory_of(std::move(request)));
    return static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(follower.get()) - place);
}

TEST_F(RunRequestTest, GivesItsMemoryToWhatFollows) {
    using Follower = std::array<char, 500>;
    const auto place = place_of_follower<Follower>(accounts, ReusableMemory::bytes_for<Follower>);
    EXPECT_GE(place, 0);
    EXPECT_LE(place, 4 * static_cast<std::ptrdiff_t>(sizeof(void*)));
}

TEST_F(RunRequestTest, WhatDoesNotFitGetsMemoryOfItsOwn) {
    auto request = RunRequest::copy_of(request_with("{}"), 0, accounts, 0);
    const auto follower =
        ReusableMemory::make_shared_in<std::array<char, 5000>>(RunRequest::memory_of(std::move(request)));
    follower->fill('x'); // which the address sanitizer would see outside of it
    EXPECT_EQ(follower->back(), 'x');
}

} // namespace
} // namespace job_engine
