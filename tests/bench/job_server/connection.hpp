#pragma once

#include "job_api.hpp"
#include "traffic.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace job_server {

using PlainStream = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<PlainStream>;

// One client's connection, until it closes it.
template <class Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
public:
    Connection(Stream stream, JobApi& api, Traffic& traffic)
        : stream_(std::move(stream)), api_(api), traffic_(traffic), input_(2048) {
        traffic_.note_opened();
    }
    ~Connection() { traffic_.note_closed(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void start() {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            stream_.async_handshake(
                boost::asio::ssl::stream_base::server,
                [self = this->shared_from_this()](boost::system::error_code ec) { self->on_handshake(ec); });
        } else {
            read();
        }
    }

private:
    void on_handshake(boost::system::error_code ec) {
        if (ec) {
            traffic_.note_failed_handshake();
            return;
        }
        if constexpr (std::is_same_v<Stream, TlsStream>)
            traffic_.note_handshake(SSL_session_reused(stream_.native_handle()) == 1);
        read();
    }

    void read() {
        if (held_ == input_.size())
            input_.resize(2 * input_.size());
        stream_.async_read_some(
            boost::asio::buffer(input_.data() + held_, input_.size() - held_),
            [self = this->shared_from_this()](boost::system::error_code ec, std::size_t n) {
                if (!ec)
                    self->on_read(n);
            });
    }

    void on_read(std::size_t count) {
        held_ += count;
        std::size_t used = 0;
        HttpRequest request;
        for (bool keep_alive = true; keep_alive && used < held_;) {
            const auto parsed = parse_request(std::string_view(input_.data() + used, held_ - used), request);
            if (parsed == Parsed::malformed)
                return;
            if (parsed == Parsed::more_needed)
                break;
            traffic_.note_request();
            api_.answer(request, output_);
            used += request.length;
            keep_alive = request.keep_alive;
            closes_ = !keep_alive;
        }
        held_ -= used;
        std::memmove(input_.data(), input_.data() + used, held_);
        if (output_.empty())
            read();
        else
            write();
    }

    void write() {
        std::size_t sent = 0;
        if constexpr (std::is_same_v<Stream, PlainStream>) {
            // A reply nearly always fits into the socket's buffer: no operation to start, none to complete.
            boost::system::error_code ec;
            sent = stream_.write_some(boost::asio::buffer(output_), ec);
            if (sent == output_.size())
                return on_written();
        }
        boost::asio::async_write(
            stream_, boost::asio::buffer(output_.data() + sent, output_.size() - sent),
            [self = this->shared_from_this()](boost::system::error_code ec, std::size_t) {
                if (!ec)
                    self->on_written();
            });
    }

    void on_written() {
        output_.clear();
        if (!closes_)
            read();
    }

    Stream stream_;
    JobApi& api_;
    Traffic& traffic_;
    std::vector<char> input_;
    std::size_t held_ = 0;
    std::string output_;
    bool closes_ = false;
};

} // namespace job_server
