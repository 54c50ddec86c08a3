// Replies that are wrong as HTTP, or at its edge.
#include "hostile_case.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

namespace faults {
namespace {

using End = HostileCase::End;
using Then = Reply::Then;

constexpr std::size_t large_body = std::size_t{300} << 20;

Reply raw(std::string bytes, Then then = Then::keep_open) {
    Reply reply;
    reply.raw = std::move(bytes);
    reply.then = then;
    return reply;
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

std::string length_of(const std::string& body) {
    return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

// For one place: what most of the replies below are made of.
struct Parts {
    explicit Parts(Where where)
        : body(good_body(where)), line("HTTP/1.1 " + std::to_string(good_status(where)) + " OK\r\n"),
          good(line + length_of(body) + "\r\n" + body), chunked(line + "Transfer-Encoding: chunked\r\n\r\n") {
        char size[17];
        std::snprintf(size, sizeof size, "%zx", body.size());
        chunk = std::string(size) + "\r\n" + body + "\r\n";
    }

    std::string with(const std::string& headers) const {
        return line + headers + length_of(body) + "\r\n" + body;
    }

    std::string body;
    std::string line;
    std::string good;
    std::string chunked;
    std::string chunk;
};

class Adder {
public:
    Adder(HostileCases& cases, Where where) : cases_(cases), where_(where) {}
    void operator()(const std::string& name, End end, std::string bytes, Then then = Then::close) {
        cases_.push_back({std::string(name_of(where_)) + ": " + name, where_, raw(std::move(bytes), then),
                          end, false, false});
    }

private:
    HostileCases& cases_;
    Where where_;
};

void add_lengths(const Parts& parts, Adder& add) {
    const auto& line = parts.line;
    const auto& body = parts.body;
    const auto with_length = [&](const std::string& length) {
        return line + "Content-Length: " + length + "\r\n\r\n" + body;
    };
    add("two different Content-Lengths", End::error,
        line + length_of(body) + "Content-Length: 5\r\n\r\n" + body);
    add("two equal Content-Lengths", End::either, line + length_of(body) + length_of(body) + "\r\n" + body);
    add("Content-Length in a list", End::either, with_length("7, 7"));
    for (const auto* length :
         {"-5", "abc", "0x10", "99999999999999999999", "18446744073709551615", "", "1 2"})
        add("Content-Length \"" + std::string(length) + "\"", End::error, with_length(length));
    add("Content-Length too long, then the end", End::error, with_length(std::to_string(body.size() + 1)));
    add("Content-Length too long, then nothing", End::error, with_length(std::to_string(body.size() + 1)),
        Then::fall_silent);
    add("Content-Length too short", End::error, with_length(std::to_string(body.size() - 1)));
    add("Content-Length 0", End::error, with_length("0"));
    add("no length, ended by the connection", End::either, line + "\r\n" + body);
    add("no length, reset", End::error, line + "\r\n" + body.substr(0, body.size() / 2), Then::reset);
    add("no length, and no end", End::error, line + "\r\n" + body, Then::fall_silent);
}

void add_chunks(const Parts& parts, Adder& add) {
    const auto& head = parts.chunked;
    add("chunked", End::video, head + parts.chunk + "0\r\n\r\n");
    add("chunked with an extension", End::either,
        head + parts.chunk.substr(0, parts.chunk.find('\r')) + ";a=b"
            + parts.chunk.substr(parts.chunk.find('\r')) + "0\r\n\r\n");
    add("chunked, extension of 100 KB", End::either,
        head + "1;" + std::string(100'000, 'x') + "\r\n{\r\n0\r\n\r\n");
    add("chunked, a trailer of 100 KB", End::either,
        head + parts.chunk + "0\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
    for (const auto* size :
         {"zz", "-1", "FFFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF", "7fffffffffffffff", "", " "})
        add("chunk size \"" + std::string(size) + "\"", End::error,
            head + size + "\r\n" + parts.body + "\r\n0\r\n\r\n");
    add("chunk longer than said", End::error, head + "1\r\n" + parts.body + "\r\n0\r\n\r\n");
    add("chunk that never comes", End::error, head + "ff\r\n", Then::fall_silent);
    add("no last chunk, then the end", End::error, head + parts.chunk);
    add("no last chunk, then nothing", End::error, head + parts.chunk, Then::fall_silent);
    add("chunked and a Content-Length", End::either,
        parts.line + length_of(parts.body) + "Transfer-Encoding: chunked\r\n\r\n" + parts.chunk
            + "0\r\n\r\n");
    add("chunked twice", End::either,
        parts.line + "Transfer-Encoding: chunked, chunked\r\n\r\n" + parts.chunk + "0\r\n\r\n");
    add("Transfer-Encoding gzip, chunked", End::either,
        parts.line + "Transfer-Encoding: gzip, chunked\r\n\r\n" + parts.chunk + "0\r\n\r\n");
    add("Transfer-Encoding nonsense", End::either, parts.with("Transfer-Encoding: nonsense\r\n"));
    add("endless tiny chunks", End::error, head + repeated("1\r\n \r\n", 200'000));
}

void add_headers(const Parts& parts, Adder& add) {
    add("a header of 17 KiB", End::error, parts.with("X-Long: " + std::string(17'000, 'x') + "\r\n"));
    add("a header of 4 MiB", End::error, parts.with("X-Long: " + std::string(4 << 20, 'x') + "\r\n"));
    add("5 000 headers", End::error, parts.with(repeated("X-Some: thing\r\n", 5'000)));
    add("500 headers", End::either, parts.with(repeated("X-Some: thing\r\n", 500)));
    add("a header without an end", End::error, parts.line + "X-Long: x", Then::fall_silent);
    add("a status line of 100 KB", End::error,
        "HTTP/1.1 200 " + std::string(100'000, 'x') + "\r\n" + length_of(parts.body) + "\r\n" + parts.body);
    for (const auto* header : {"NoColon",
                               "Space : before",
                               ": no name",
                               " folded: first",
                               "X: a\r\n b",
                               "X: \x01",
                               "X: \xff\xfe",
                               "X\xff: y",
                               "X-Request-Id: \xc3\x28",
                               "Location: \xff",
                               "Location: ",
                               "Location: http://",
                               "Location: \t",
                               "Retry-After: \xff",
                               "Retry-After: -1",
                               "Connection: close, keep-alive",
                               "Connection: \x7f",
                               "Upgrade: h2c",
                               "Keep-Alive: timeout=-1",
                               "Set-Cookie: a=b",
                               "Content-Type: text/html",
                               "Content-Type: application/json; charset=utf-16",
                               "Content-Encoding: identity"})
        add("header \"" + std::string(header) + "\"", End::either, parts.with(std::string(header) + "\r\n"));
    add("a NUL in a header", End::either, parts.with(std::string("X: a\0b\r\n", 8)));
    add("a NUL in a name", End::either, parts.with(std::string("X\0Y: b\r\n", 8)));
    add("gzip not asked for", End::error, parts.with("Content-Encoding: gzip\r\n"));
    add("br not asked for", End::error, parts.with("Content-Encoding: br\r\n"));
    add("lines end with LF alone", End::either,
        "HTTP/1.1 200 OK\nContent-Length: " + std::to_string(parts.body.size()) + "\n\n" + parts.body);
}

void add_first_lines(const Parts& parts, Adder& add) {
    const auto rest = "\r\n" + length_of(parts.body) + "\r\n" + parts.body;
    for (const auto* line :
         {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 abc OK", "HTTP/1.1 -200 OK", "HTTP/1.1 000 OK",
          "HTTP/1.1 600 OK", "HTTP/1.1 999 OK", "HTTP/1.1", "HTTP/9 200 OK", "HTTP/2.0 200 OK",
          "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1200 OK", "GET / HTTP/1.1", "SSH-2.0-OpenSSH_9.2",
          "\x16\x03\x03", "{\"id\": \"job-1\"}", "", " "})
        add("first line \"" + std::string(line) + "\"", *line == '\0' ? End::either : End::error,
            line + rest);
    add("first line without a reason", End::either, "HTTP/1.1 200" + rest);
    add("HTTP/1.0", End::video, "HTTP/1.0 200 OK" + rest);
    add("HTTP/1.0 without a length", End::video, "HTTP/1.0 200 OK\r\n\r\n" + parts.body);
    add("HTTP/1.2", End::either, "HTTP/1.2 200 OK" + rest);
    add("NULs first", End::error, std::string(64, '\0') + parts.good);
    add("only NULs", End::error, std::string(20'000, '\0'));
    add("noise", End::error, repeated("\x93\xa7\x01\xfe\x7f", 4'000));
}

void add_interim_replies(const Parts& parts, Adder& add) {
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    add("three interim replies", End::video, repeated(go_on, 3) + parts.good);
    add("early hints", End::video, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + parts.good);
    add("1 000 interim replies", End::either, repeated(go_on, 1'000) + parts.good);
    add("100 000 interim replies", End::error, repeated(go_on, 100'000));
    add("interim replies, then nothing", End::error, repeated(go_on, 2), Then::fall_silent);
    add("an interim reply with a body", End::error,
        "HTTP/1.1 100 Continue\r\n" + length_of(parts.body) + "\r\n");
    add("switching protocols", End::error, "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n");
    add("two replies to one request", End::either, parts.good + parts.good, Then::keep_open);
    add("noise after the reply", End::either, parts.good + "\x93\xa7 noise", Then::keep_open);
}

void add_silence(const Parts& parts, Where where, HostileCases& cases, Adder& add) {
    add("closed without a byte", End::error, "", Then::close);
    add("reset without a byte", End::error, "", Then::reset);
    add("never answered", End::error, "", Then::fall_silent);
    for (const bool whole : {true, false}) {
        auto reply = raw(whole ? parts.good : parts.chunked + parts.chunk + "0\r\n\r\n");
        reply.drip_bytes = 1;
        reply.drip_interval = std::chrono::seconds(1); // minutes in all
        cases.push_back(
            {std::string(name_of(where)) + (whole ? ": one byte a second" : ": one byte a second, chunked"),
             where, reply, End::error, false, false});
    }
}

} // namespace

void add_framing(HostileCases& cases) {
    for (const auto where : {Where::submit, Where::poll, Where::cancel}) {
        const Parts parts(where);
        Adder add(cases, where);
        add_lengths(parts, add);
        add_chunks(parts, add);
        add_headers(parts, add);
        add_first_lines(parts, add);
        add_interim_replies(parts, add);
        add_silence(parts, where, cases, add);
    }
}

void add_cuts(HostileCases& cases) {
    for (const auto where : {Where::submit, Where::poll}) {
        const Parts parts(where);
        Adder add(cases, where);
        for (std::size_t length = 1; length < parts.good.size(); ++length)
            add("cut after byte " + std::to_string(length), End::error, parts.good.substr(0, length),
                length % 2 == 0 ? Then::close : Then::reset);
    }
}

void add_large_bodies(HostileCases& cases) {
    for (const auto where : {Where::submit, Where::poll, Where::cancel}) {
        const Parts parts(where);
        const struct {
            const char* name;
            std::string head;
        } kinds[] = {
            {"with a length", parts.line + "Content-Length: " + std::to_string(large_body) + "\r\n\r\n"},
            {"in chunks", parts.chunked},
            {"until the end", parts.line + "\r\n"},
            {"of one header", parts.line + "X: "},
            {"of one trailer", parts.chunked + "0\r\nX: "},
            {"of one chunk's extension", parts.chunked + "1;"}};
        for (const auto& [name, head] : kinds) {
            auto reply = raw(head, Then::close);
            reply.filler = large_body;
            reply.filler_in_chunks = head == parts.chunked;
            cases.push_back(
                {std::string(name_of(where)) + ": 300 MB " + name, where, reply, End::error, false, true});
        }
    }
}

} // namespace faults
