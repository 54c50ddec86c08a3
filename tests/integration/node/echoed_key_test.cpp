// A service that repeats the key at any place of its replies, in any way of writing it: nothing of it leaves
// the module.
#include "scripted_api.hpp"
#include "undocumented_apis.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test_support::checkpoint_of;
using test_support::LiveRun;
using test_support::NodeHost;

// Characters that JSON, URLs and some services write in other ways, around letters that are nowhere else.
constexpr std::string_view echoed_key = R"(kq/7f&3a"Zx\vQwjRXmK+tE~ts)";
constexpr std::string_view telling_part = "vQwjRXmK";
constexpr std::string_view marker = "@key@";

std::string each_character(std::string_view text, const std::function<std::string(unsigned char)>& written) {
    std::string out;
    for (const char c : text)
        out += written(static_cast<unsigned char>(c));
    return out;
}

std::string hexadecimal(std::string_view before, unsigned char c,
                        std::string_view digits = "0123456789abcdef") {
    return std::string(before) + digits[c >> 4U] + digits[c & 15U];
}

bool is_plain(unsigned char c) {
    return std::isalnum(c) != 0;
}

std::string base64(std::string_view text, bool of_urls = false) {
    const std::string digits = std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
                               + (of_urls ? "-_" : "+/");
    std::string out;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6)
            out += digits[(bits >> static_cast<unsigned>(count - 6)) & 63U];
    }
    if (count > 0)
        out += digits[(bits << static_cast<unsigned>(6 - count)) & 63U];
    return out;
}

std::string json_text(std::string_view text) {
    const auto quoted = json::serialize(json::value(text));
    return quoted.substr(1, quoted.size() - 2);
}

// The key as it may stand within a text of JSON.
std::vector<std::string> forms_of_key() {
    return {
        json_text(echoed_key),
        each_character(echoed_key,
                       [](unsigned char c) {
                           return (c == '/' || c == '"' || c == '\\' ? "\\" : "")
                                  + std::string(1, static_cast<char>(c));
                       }),
        each_character(echoed_key, [](unsigned char c) { return hexadecimal("\\u00", c); }),
        each_character(echoed_key,
                       [](unsigned char c) {
                           return is_plain(c) ? std::string(1, static_cast<char>(c))
                                              : hexadecimal("\\u00", c, "0123456789ABCDEF");
                       }),
        json_text(json_text(echoed_key)),
        json_text(each_character(echoed_key, [](unsigned char c) { return hexadecimal("\\u00", c); })),
        each_character(echoed_key,
                       [](unsigned char c) {
                           return is_plain(c) ? std::string(1, static_cast<char>(c)) : hexadecimal("%", c);
                       }),
        each_character(echoed_key, [](unsigned char c) { return hexadecimal("%", c, "0123456789ABCDEF"); }),
        base64(echoed_key),
        base64("Bearer " + std::string(echoed_key)),
        base64("user:" + std::string(echoed_key), true)};
}

// Undoes what may be undone of a text, some levels deep.
std::string plain_form(std::string text) {
    for (int level = 0; level < 4; ++level) {
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const auto code_at = [&](std::size_t begin, std::size_t digits) -> int {
                unsigned code = 0;
                const auto* first = text.data() + std::min(begin, text.size());
                const auto* last = text.data() + std::min(begin + digits, text.size());
                const auto parsed = std::from_chars(first, last, code, 16);
                return parsed.ptr == first + digits && code < 0x80 ? static_cast<int>(code) : -1;
            };
            int code = -1;
            if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == 'u'
                && (code = code_at(at + 2, 4)) >= 0) {
                out += static_cast<char>(code);
                at += 6;
            } else if (text[at] == '%' && (code = code_at(at + 1, 2)) >= 0) {
                out += static_cast<char>(code);
                at += 3;
            } else if (text[at] == '\\' && at + 1 < text.size()) {
                out += text[at + 1];
                at += 2;
            } else {
                out += text[at++];
            }
        }
        text = std::move(out);
    }
    return text;
}

// What is left of the key in it; empty: nothing.
std::string key_in(const std::string& text) {
    const auto plain = plain_form(text);
    if (plain.find(telling_part) != std::string::npos)
        return std::string(telling_part);
    // Wherever it begins among the groups of base64.
    for (std::size_t shift = 0; shift < 3; ++shift)
        for (const bool of_urls : {false, true}) {
            const auto inner =
                base64(std::string(shift, ' ') + std::string(telling_part), of_urls).substr(2, 8);
            if (text.find(inner) != std::string::npos)
                return inner;
        }
    return {};
}

// Each text within, alone, and a member of each object.
void add_variants(json::value& part, const std::function<void()>& take) {
    if (auto* text = part.if_string()) {
        const auto before = *text;
        *text = marker;
        take();
        *text = "It is " + std::string(marker) + ".";
        take();
        *text = before;
    } else if (auto* object = part.if_object()) {
        for (auto& member : *object)
            add_variants(member.value(), take);
        object->emplace(marker, true);
        take();
        object->erase(marker);
    } else if (auto* array = part.if_array()) {
        for (auto& element : *array)
            add_variants(element, take);
    }
}

struct Echo {
    std::string kind; // of request
    json::object reply;
};

// All that a service may say, with the key somewhere in it.
std::vector<Echo> echoes_of(const DescribedApi& api) {
    std::vector<Echo> echoes;
    for (const auto* kind : {"submit", "poll", "result", "cancel"})
        for (auto& reply : api.replies_to(kind)) {
            if (auto* body = reply.if_contains("body"))
                add_variants(*body, [&] { echoes.push_back({kind, reply}); });
            for (const auto* header : {"Location", "X-Request-Id", "Content-Type", "Retry-After"}) {
                auto with_header = reply;
                with_header["headers"] = json::object{{header, "/jobs/" + std::string(marker)}};
                echoes.push_back({kind, std::move(with_header)});
            }
        }
    return echoes;
}

std::string in_chunks(const Reply& reply) {
    std::string raw = "HTTP/1.1 " + std::to_string(reply.status) + " Said\r\nTransfer-Encoding: chunked\r\n";
    for (const auto& [name, value] : reply.headers)
        raw += name + ": " + value + "\r\n";
    raw += "\r\n";
    for (std::size_t at = 0; at < reply.body.size(); at += 5) {
        const auto piece = reply.body.substr(at, 5);
        raw += std::to_string(piece.size()) + "\r\n" + piece + "\r\n";
    }
    return raw + "0\r\n\r\n";
}

// Puts the key, in this form, where the marker stands.
PlayedService::Rewrite key_instead_of_marker(const std::string& form, bool chunked) {
    return [form, chunked](Reply& reply) {
        bool is_there = false;
        const auto replace = [&](std::string& text) {
            for (auto at = text.find(marker); at != std::string::npos;
                 at = text.find(marker, at + form.size())) {
                text.replace(at, marker.size(), form);
                is_there = true;
            }
        };
        replace(reply.body);
        for (auto& header : reply.headers)
            replace(header.second);
        if (is_there && chunked)
            reply.raw = in_chunks(reply);
    };
}

class EchoedKey : public testing::TestWithParam<std::size_t> {
protected:
    struct Echoed {
        Echo echo;
        std::string form;
        std::unique_ptr<PlayedService> service;
        std::unique_ptr<LiveRun> run;
    };

    const DescribedApi api = all_apis().at(GetParam());

    Play play_of(const Echo& echo) const {
        Play play{{"submit", {api.job_made()}}, {"poll", {api.poll_that_says("running")}}};
        if (echo.kind == "result") {
            play["poll"] = {api.poll_that_says("success")};
            play["result"] = {};
        }
        play[echo.kind] = {echo.reply};
        return play;
    }

    void expect_no_key(const std::string& text, const char* where, const Echoed& echoed) const {
        const auto found = key_in(text);
        EXPECT_EQ(found, "") << where << " holds it, as the " << echoed.echo.kind << " gave it in the form "
                             << echoed.form << " in " << json::serialize(echoed.echo.reply) << ": " << text;
    }

    void look_at(const Echoed& echoed) const {
        const auto result = echoed.run->result();
        const auto heard = echoed.run->heard();
        for (const auto& checkpoint : heard.checkpoints)
            expect_no_key(checkpoint, "a checkpoint", echoed);
        for (const auto& progress : heard.progress)
            expect_no_key(progress.message + ' ' + progress.job_id, "the progress", echoed);
        if (result.error)
            expect_no_key(result.error->json, "the error", echoed);
        // The URL of the video is what was paid for: it stays whole, with a warning.
        if (result.warnings_json.find("secret_in_video_url") == std::string::npos)
            expect_no_key(result.output_json, "the output", echoed);
        expect_no_key(result.warnings_json, "a warning", echoed);
        expect_no_key(checkpoint_of(result), "the last checkpoint", echoed);
    }
};

TEST_P(EchoedKey, LeavesTheModuleInNoForm) {
    constexpr std::size_t at_once = 128;
    const auto forms = forms_of_key();
    const auto echoes = echoes_of(api);
    ASSERT_GT(echoes.size(), 20U);
    for (std::size_t first = 0; first < echoes.size(); first += at_once) {
        NodeHost host({}, wfn::LogLevel::trace);
        std::vector<Echoed> all;
        for (auto nth = first; nth < std::min(first + at_once, echoes.size()); ++nth) {
            Echoed echoed{echoes[nth], forms[nth % forms.size()], {}, {}};
            echoed.service = std::make_unique<PlayedService>(
                api, play_of(echoed.echo), std::string(), key_instead_of_marker(echoed.form, nth % 4 == 0));
            auto spec = echoed.service->spec();
            spec.connection["api_key"] = echoed_key;
            spec.timeout = 1500ms;
            spec.cancel_job_at_deadline = echoed.echo.kind == "cancel";
            echoed.run = host.start(spec);
            all.push_back(std::move(echoed));
        }
        for (const auto& echoed : all)
            look_at(echoed);
        const auto log = host.log();
        EXPECT_FALSE(log.empty());
        for (const auto& line : log)
            EXPECT_EQ(key_in(line.text), "") << line.text;
    }
}

INSTANTIATE_TEST_SUITE_P(Api, EchoedKey, testing::Range<std::size_t>(0, all_apis().size()));

} // namespace
} // namespace node_tests
