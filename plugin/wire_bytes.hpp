#pragma once

#include "secret.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>

#include <vector>

namespace pixelml {

// A request with credentials in it, and its bytes: both wiped when they go.
using WipingFields = boost::beast::http::basic_fields<WipingAllocator<char>>;
using WireBytes = std::vector<char, WipingAllocator<char>>;

template <class Body>
WireBytes wire_bytes(boost::beast::http::request<Body, WipingFields>& request) {
    boost::beast::http::request_serializer<Body, WipingFields> serializer(request);
    WireBytes bytes;
    boost::system::error_code never; // text in memory cannot fail
    while (!serializer.is_done() && !never)
        serializer.next(never, [&](boost::system::error_code&, const auto& buffers) {
            for (const boost::asio::const_buffer piece : boost::beast::buffers_range_ref(buffers)) {
                const auto* begin = static_cast<const char*>(piece.data());
                bytes.insert(bytes.end(), begin, begin + piece.size());
            }
            serializer.consume(boost::asio::buffer_size(buffers));
        });
    return bytes;
}

} // namespace pixelml
