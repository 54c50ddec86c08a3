#pragma once

#include "job/flow_story.hpp"
#include "module/accounts.hpp"

#include <memory>
#include <string>

namespace job_engine::testing {

// The accounts of a session that is none.
struct SessionAccounts {
    boost::asio::io_context io;
    Accounts accounts{io, std::shared_ptr<const Definitions>(std::shared_ptr<const void>(), &definitions()),
                      "unit-tests", [](const auto& /*service*/) {}};
};

} // namespace job_engine::testing
