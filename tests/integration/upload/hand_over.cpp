#include "hand_over.hpp"

#include "module/definitions.hpp"
#include "module/module_type.hpp"

#include <boost/asio/strand.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <utility>

namespace upload_tests {

using namespace job_engine;

std::shared_ptr<const Connection> connection_of(boost::json::object members) {
    static const Definitions definitions(module_type());
    members["api_key"] = api_key;
    members["allow_insecure_loopback"] = true;
    const auto& node = *definitions.nodes.front();
    const auto connection = read_connection(boost::json::serialize(members), definitions.connection,
                                            node.binding_rules, node.built_in_binding);
    if (!connection)
        throw std::invalid_argument(connection.error().message);
    return *connection;
}

FileToUpload jpeg_of(std::size_t bytes) {
    std::string content = "\xFF\xD8\xFF\xE0";
    while (content.size() < bytes)
        content += static_cast<char>(content.size() * 31 % 251);
    content.resize(bytes);
    return {std::make_shared<const std::string>(std::move(content)), "photo.jpg", "image/jpeg"};
}

std::string Outcome::text() const {
    return succeeded() ? value() : error().message;
}

Outcome
hand_over(const std::shared_ptr<const Connection>& connection, FileToUpload file,
          const std::function<void(std::shared_ptr<HttpExchange>, boost::asio::io_context&)>& on_start) {
    boost::asio::io_context io;
    Resolver resolver;
    FileHandOver files(io, resolver, "tests/1");
    Outcome out;
    int ends = 0;
    const auto began = std::chrono::steady_clock::now();
    HandOverOrder order{std::move(file), "run-1", std::string(64, 'a'), connection,
                        [&](std::string line) { out.trace.push_back(std::move(line)); }};
    const auto exchange = files.hand_over(boost::asio::make_strand(io), std::move(order),
                                          [&](const std::exception_ptr& defect, HandOverOutcome end) {
                                              EXPECT_EQ(defect, nullptr);
                                              out.end = std::move(end);
                                              ++ends;
                                          });
    EXPECT_EQ(ends, 0) << "told from inside hand_over";
    if (on_start)
        on_start(exchange, io);
    io.run();
    EXPECT_EQ(ends, 1);
    out.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    return out;
}

} // namespace upload_tests
