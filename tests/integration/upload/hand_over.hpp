#pragma once

#include "api/connection.hpp"
#include "upload/file_hand_over.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace upload_tests {

inline constexpr const char* api_key = "key-7f3a-of-these-tests";

// A connection to a server on this machine, read as a host's is.
std::shared_ptr<const job_engine::Connection> connection_of(boost::json::object members);

job_engine::FileToUpload jpeg_of(std::size_t bytes);

struct Outcome {
    job_engine::HandOverOutcome end;
    std::vector<std::string> trace;
    std::chrono::milliseconds took{0};

    bool succeeded() const { return std::holds_alternative<job_engine::HandedOver>(end); }
    const std::string& value() const { return std::get<job_engine::HandedOver>(end).value; }
    const job_engine::Error& error() const { return std::get<job_engine::Error>(end); }
    std::string text() const; // for messages of tests: the value or the error's message
};

// Hands the file over and waits for the end. on_start: is given what ends it early.
Outcome
hand_over(const std::shared_ptr<const job_engine::Connection>& connection, job_engine::FileToUpload file,
          const std::function<void(std::shared_ptr<job_engine::HttpExchange>, boost::asio::io_context&)>&
              on_start = {});

} // namespace upload_tests
