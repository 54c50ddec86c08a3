// What becomes of a large submit: over real sockets, whose buffers it does not fit into.
#include "api/api_call.hpp"
#include "http/http_client.hpp"
#include "job/flow_story.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

namespace job_engine {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

constexpr std::size_t large = 20'000'000;
constexpr std::string_view refusal =
    "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno";

// Takes one connection, reads the head of a request, and does the rest as the test says.
class OneRequestServer {
public:
    explicit OneRequestServer(std::function<void(tcp::socket&)> after_head)
        : after_head_(std::move(after_head)), thread_([this] { serve(); }) {}
    OneRequestServer(const OneRequestServer&) = delete;
    OneRequestServer& operator=(const OneRequestServer&) = delete;
    ~OneRequestServer() { thread_.join(); }

    std::string member() const {
        return R"("base_url": "http://127.0.0.1:)" + std::to_string(acceptor_.local_endpoint().port()) + "\"";
    }

private:
    void serve() {
        auto peer = acceptor_.accept();
        std::string head;
        boost::asio::read_until(peer, boost::asio::dynamic_buffer(head), "\r\n\r\n");
        try {
            after_head_(peer);
        } catch (const boost::system::system_error&) { // NOLINT(bugprone-empty-catch): the client has gone
        }
    }

    std::function<void(tcp::socket&)> after_head_;
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

Exchanged submit_to(const OneRequestServer& server, std::size_t body_bytes,
                    std::chrono::milliseconds timeout = 30s) {
    boost::asio::io_context io;
    Resolver resolver;
    HttpClient client(io, resolver, 1, "tests/1");
    HttpRequest request;
    request.method = "POST";
    request.target = "/jobs";
    request.body.assign(body_bytes, 'x');
    request.timeout = timeout;
    auto place = std::make_shared<ConnectionPool::Place>();
    client.pool().request([] {}, *place);
    std::optional<Exchanged> end;
    ApiCall::start(std::make_shared<ApiCall>(
        io.get_executor(), client,
        testing::connection_with(server.member() + R"(, "allow_insecure_loopback": true)"),
        std::move(request), place, [&](const std::exception_ptr& defect, Exchanged exchanged) {
            EXPECT_EQ(defect, nullptr);
            end = std::move(exchanged);
        }));
    io.run();
    return std::move(end).value();
}

TEST(ApiCall, HearsARefusalThatComesBeforeAllIsSent) {
    const OneRequestServer server(
        [](tcp::socket& peer) { boost::asio::write(peer, boost::asio::buffer(refusal)); });
    const auto end = submit_to(server, large);
    ASSERT_TRUE(std::holds_alternative<HttpReply>(end)) << std::get<TransportFailure>(end).message;
    EXPECT_EQ(std::get<HttpReply>(end).status, 413);
    EXPECT_EQ(std::get<HttpReply>(end).body, "no");
}

TEST(ApiCall, KnowsThatWhatBrokeBeforeItsLastByteIsNoRequest) {
    const OneRequestServer server([](tcp::socket& peer) { peer.close(); });
    const auto end = submit_to(server, large);
    ASSERT_TRUE(std::holds_alternative<TransportFailure>(end));
    EXPECT_EQ(std::get<TransportFailure>(end).kind, Kind::broken);
    EXPECT_FALSE(std::get<TransportFailure>(end).may_have_arrived);
}

TEST(ApiCall, DoubtsWhatWasCutOffAmidAnAnswer) {
    const OneRequestServer server([](tcp::socket& peer) {
        boost::asio::write(peer, boost::asio::buffer(refusal.substr(0, refusal.size() - 1)));
    });
    const auto end = submit_to(server, large);
    ASSERT_TRUE(std::holds_alternative<TransportFailure>(end));
    EXPECT_TRUE(std::get<TransportFailure>(end).may_have_arrived);
}

TEST(ApiCall, DoubtsWhatWasSentWholeAndNotAnswered) {
    const OneRequestServer server([](tcp::socket& peer) { peer.close(); });
    const auto end = submit_to(server, 100);
    ASSERT_TRUE(std::holds_alternative<TransportFailure>(end));
    EXPECT_TRUE(std::get<TransportFailure>(end).may_have_arrived);
}

// A server that reads nothing for longer than a small request may take, and then all.
TEST(ApiCall, GivesALargeRequestTimeForItsSize) {
    const std::chrono::milliseconds timeout = 300ms;
    const OneRequestServer server([timeout](tcp::socket& peer) {
        std::this_thread::sleep_for(2 * timeout);
        std::string rest(large - 100'000, '\0'); // some came with the head
        boost::asio::read(peer, boost::asio::buffer(rest));
        boost::asio::write(peer, boost::asio::buffer(refusal));
    });
    const auto end = submit_to(server, large, timeout);
    EXPECT_TRUE(std::holds_alternative<HttpReply>(end)) << std::get<TransportFailure>(end).message;
}

} // namespace
} // namespace job_engine
