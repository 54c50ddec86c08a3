#pragma once

#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace job_engine {

// The bytes of an HTTP/1.1 request as they are sent; wiped, because credentials may be among them.
using RequestText = std::vector<char, WipingAllocator<char>>;

// Writes a request, header by header. Throws std::invalid_argument for a text that would end its line: what
// comes here has been checked where it came from.
class RequestWriter {
public:
    // A parameter that is put behind the target's query; both percent-encoded. No name: none.
    struct Parameter {
        std::string_view name;
        std::string_view value;
    };

    // host: the authority, for the Host header.
    RequestWriter(std::string_view method, std::string_view target, std::string_view host,
                  Parameter parameter = {});

    void header(std::string_view name, std::string_view value);
    // Ends the header, with a Content-Length where there is a body, or where the method makes one expected.
    RequestText finish(std::string_view body = {}) &&;
    // The same for a body of so many bytes that is sent behind it.
    RequestText finish_before(std::uint64_t body_bytes) &&;

private:
    void end_header(std::uint64_t body_bytes, std::size_t room);
    void append_line(std::initializer_list<std::string_view> parts);

    RequestText text_;
    bool expects_body_;
};

} // namespace job_engine
