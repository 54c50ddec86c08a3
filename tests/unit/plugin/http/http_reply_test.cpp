#include "http/http_reply.hpp"

#include <boost/beast/http/error.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace job_engine {
namespace {

namespace http = boost::beast::http;

void append(boost::beast::flat_buffer& buffer, std::string_view text) {
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(text.size()), boost::asio::buffer(text)));
}

const std::string reply_text = "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\nX-Request-Id: r-1\r\n"
                               "Retry-After: 7\r\nLocation: /v1/jobs/1\r\n\r\nhello";

TEST(HttpReply, IsReadWhereverItsBytesAreCut) {
    for (std::size_t piece = 1; piece <= reply_text.size(); ++piece) {
        HttpReplyParser parser;
        boost::beast::flat_buffer buffer;
        boost::system::error_code error = http::error::need_more;
        for (std::size_t at = 0; at < reply_text.size(); at += piece) {
            ASSERT_EQ(error, http::error::need_more) << piece;
            append(buffer, std::string_view(reply_text).substr(at, piece));
            error = feed(parser.parser(), buffer, Until::end);
        }
        ASSERT_FALSE(error) << piece << error.message();
        EXPECT_FALSE(parser.skip_interim());
        EXPECT_FALSE(parser.fault());
        EXPECT_TRUE(parser.keep_alive());
        const auto reply = parser.take(0);
        EXPECT_EQ(reply.status, 202);
        EXPECT_EQ(reply.body, "hello");
        EXPECT_EQ(reply.request_id, "r-1");
        EXPECT_EQ(reply.location, "/v1/jobs/1");
        EXPECT_EQ(reply.retry_after, std::chrono::seconds(7));
    }
}

// Failed an assertion of Beast's in builds that have assertions.
TEST(HttpReply, AChunkedOneIsReadWhereverItsBytesAreCut) {
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto* body : {"0\r\n\r\n", "0\r\nX: y\r\n\r\n", "2\r\nhi\r\n0\r\n\r\n"}) {
        const auto text = chunked + body;
        for (std::size_t piece = 1; piece <= text.size(); ++piece) {
            HttpReplyParser parser;
            boost::beast::flat_buffer buffer;
            boost::system::error_code error = http::error::need_more;
            for (std::size_t at = 0; at < text.size(); at += piece) {
                append(buffer, std::string_view(text).substr(at, piece));
                error = feed(parser.parser(), buffer, Until::end);
            }
            ASSERT_FALSE(error) << body << piece << error.message();
            EXPECT_EQ(parser.take(0).body, std::string_view(body).starts_with("2") ? "hi" : "");
        }
    }
}

TEST(HttpReply, WhatFollowsItStaysInTheBuffer) {
    HttpReplyParser parser;
    boost::beast::flat_buffer buffer;
    append(buffer, reply_text + "HTTP/1.1 200");
    EXPECT_FALSE(feed(parser.parser(), buffer, Until::end));
    EXPECT_EQ(buffer.size(), std::string_view("HTTP/1.1 200").size());
}

TEST(HttpReply, TheHeaderIsEnoughWhereItIsAskedFor) {
    HttpReplyParser parser;
    boost::beast::flat_buffer buffer;
    append(buffer, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
    EXPECT_FALSE(feed(parser.parser(), buffer, Until::header));
    EXPECT_EQ(buffer.size(), 3U);
    EXPECT_FALSE(feed(parser.parser(), buffer, Until::more));
    EXPECT_EQ(buffer.size(), 0U);
    EXPECT_EQ(feed(parser.parser(), buffer, Until::more), http::error::need_more);
}

TEST(HttpReply, InterimRepliesAreSkippedUpToALimit) {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    for (const int count : {1, 8, 9}) {
        HttpReplyParser parser;
        boost::beast::flat_buffer buffer;
        for (int i = 0; i < count; ++i)
            append(buffer, interim);
        append(buffer, reply_text);
        do
            ASSERT_FALSE(feed(parser.parser(), buffer, Until::end));
        while (parser.skip_interim());
        EXPECT_EQ(parser.fault().has_value(), count > 8) << count;
    }
}

TEST(HttpReply, ACompressedOneCannotBeUsed) {
    HttpReplyParser parser;
    boost::beast::flat_buffer buffer;
    append(buffer, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
    EXPECT_FALSE(feed(parser.parser(), buffer, Until::end));
    EXPECT_EQ(parser.fault(), "its body is compressed, which was not asked for");
}

TEST(HttpReply, FaultsAreToldFromABrokenConnection) {
    EXPECT_TRUE(reply_fault(http::error::body_limit));
    EXPECT_TRUE(reply_fault(http::error::header_limit));
    EXPECT_TRUE(reply_fault(http::error::bad_chunk));
    EXPECT_FALSE(reply_fault(http::error::end_of_stream));
    EXPECT_FALSE(reply_fault(http::error::partial_message));
    EXPECT_FALSE(reply_fault(make_error_code(boost::system::errc::connection_reset)));
    EXPECT_FALSE(reply_fault({}));
}

} // namespace
} // namespace job_engine
