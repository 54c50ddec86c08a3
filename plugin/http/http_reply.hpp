#pragma once

#include "http/http_message.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace job_engine {

constexpr std::uint32_t http_header_limit = 16 * 1024;
constexpr std::uint64_t http_body_limit = std::uint64_t{1024} * 1024;

// What a connection reads ahead at most. Beast's header limit leaves out chunk extensions and trailers, of
// which it needs all in the buffer; and a trailer beyond 64 KiB makes it throw.
constexpr std::size_t http_buffer_limit = std::size_t{32} * 1024;

enum class Until { header, more, end };

// Feeds the parser from the buffer until it has the header, something more, or the whole message.
// need_more: the buffer holds no more of it. What follows the message stays in the buffer.
boost::system::error_code feed(boost::beast::http::basic_parser<false>& parser,
                               boost::beast::flat_buffer& buffer, Until until);

// A reply of the API as its bytes come in: no interim reply, within the limits.
class HttpReplyParser {
public:
    HttpReplyParser();

    boost::beast::http::basic_parser<false>& parser() { return *parser_; }

    // After a complete message: whether it was an interim reply, and the next one is to be read.
    bool skip_interim();
    // After the final message: why it cannot be used, a clause about it; nullopt: it can.
    std::optional<std::string> fault() const;
    // Whether the connection may be used again.
    bool keep_alive() const { return parser_->keep_alive(); }
    // Ends the use of the parser. now_utc: Unix seconds, for a Retry-After that is a date.
    // request_id_headers: where the request's id is looked for before the usual places. for_trace: with the
    // members that only a trace shows.
    HttpReply take(std::int64_t now_utc, const std::vector<std::string>& request_id_headers = {},
                   bool for_trace = false);

private:
    using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

    void begin();

    std::optional<Parser> parser_;
    int interim_replies_ = 0;
};

// What a failed read of a reply says about it, a clause; nullopt: it is about the connection.
std::optional<std::string> reply_fault(const boost::system::error_code& error);

} // namespace job_engine
