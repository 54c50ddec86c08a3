#pragma once

#include "process.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

// What `runs --json` has to say, with further options.
inline std::vector<boost::json::value> runs(const std::string& journal, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"runs", "-J", journal, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome listed = workflow_node(arguments);
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    std::vector<boost::json::value> all;
    for (const std::string& line : lines_of(listed.out))
        all.push_back(boost::json::parse(line));
    return all;
}

// Asks until that many runs are in the state. False after longer than any test should take.
inline bool wait_for_runs(const std::string& journal, const std::string& state, std::size_t count) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < give_up) {
        const Outcome listed = workflow_node({"runs", "-J", journal, "--json", "--state", state});
        if (lines_of(listed.out).size() >= count) // fails while there is no journal yet
            return true;
    }
    return false;
}
