// Downloads against servers that misbehave, with limits that are short.
#include "download/download.hpp"
#include "process.hpp"
#include "video_service.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

namespace {

using cli::Access;
using cli::DownloadProgress;
using cli::Downloads;
using cli::DownloadSettings;
using cli::FileProblem;
using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;
using namespace std::chrono_literals;

const std::string film = mp4_of(100000);

class Download : public testing::Test {
protected:
    Download() {
        settings.rules.kind = cli::MediaKind::video;
        settings.rules.largest = 1000000;
        settings.rules.pauses = {1ms, 1ms};
        settings.http.slow_for = std::chrono::seconds(1);
        cli::prepare_http();
    }

    // The problem's code; "" for none.
    std::string fetch(const std::string& url) {
        const auto found = downloads.fetch(url, file(), access, settings, progress);
        problem = found.value_or(FileProblem());
        const bool is_alone = directory.names().size() == (found ? 0u : 1u);
        EXPECT_TRUE(is_alone) << "something is left";
        return problem.code;
    }
    std::string fetch(const ScriptedServer& server) { return fetch(server.base_url() + "/v.mp4"); }
    std::string file() const { return directory.file("clip.mp4"); }

    TemporaryDirectory directory;
    Access access;
    DownloadSettings settings;
    Downloads downloads;
    DownloadProgress progress;
    FileProblem problem;
};

Reply cut_after(const std::string& whole, std::size_t bytes, const std::string& more_headers) {
    Reply reply;
    reply.raw = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n" + more_headers
                + "Content-Length: " + std::to_string(whole.size()) + "\r\n\r\n" + whole.substr(0, bytes);
    reply.then = Reply::Then::close;
    return reply;
}

Reply rest_of(const std::string& whole, std::size_t from, std::size_t claimed_from) {
    Reply reply = video_reply(whole.substr(from));
    reply.status = 206;
    reply.headers.emplace_back("Content-Range", "bytes " + std::to_string(claimed_from) + "-"
                                                    + std::to_string(whole.size() - 1) + "/"
                                                    + std::to_string(whole.size()));
    return reply;
}

TEST_F(Download, GoesOnWhereItWasCutOff) {
    const ScriptedServer server([](const Request& request) {
        if (request.header("range").empty())
            return cut_after(film, 60000, "ETag: \"one\"\r\n");
        EXPECT_EQ(request.header("range"), "bytes=60000-");
        EXPECT_EQ(request.header("if-range"), "\"one\"");
        return rest_of(film, 60000, 60000);
    });
    EXPECT_EQ(fetch(server), "");
    EXPECT_EQ(read_text(file()), film);
    EXPECT_EQ(server.requests().size(), 2u);
    EXPECT_EQ(progress.bytes, film.size());
    EXPECT_EQ(progress.total, film.size());
}

TEST_F(Download, GoesOnByItsTimeWhereItsTagIsWeak) {
    const ScriptedServer server([](const Request& request) {
        if (request.header("range").empty())
            return cut_after(film, 60000,
                             "ETag: W/\"one\"\r\nLast-Modified: Sat, 31 Jan 2026 12:00:00 GMT\r\n");
        EXPECT_EQ(request.header("if-range"), "Sat, 31 Jan 2026 12:00:00 GMT");
        return rest_of(film, 60000, 60000);
    });
    EXPECT_EQ(fetch(server), "");
    EXPECT_EQ(read_text(file()), film);
}

TEST_F(Download, BeginsAnewWhereTheFileHasChanged) {
    const std::string other = mp4_of(70000);
    const ScriptedServer server([&](const Request& request) {
        return request.header("range").empty() ? cut_after(film, 60000, "ETag: \"one\"\r\n")
                                               : video_reply(other);
    });
    EXPECT_EQ(fetch(server), "");
    EXPECT_EQ(read_text(file()), other);
}

TEST_F(Download, BeginsAnewWhereTheRangeDoesNotFit) {
    int requests = 0;
    const ScriptedServer server([&](const Request& request) {
        if (++requests == 1)
            return cut_after(film, 60000, "ETag: \"one\"\r\n");
        return request.header("range").empty() ? video_reply(film) : rest_of(film, 50000, 50000);
    });
    EXPECT_EQ(fetch(server), "");
    EXPECT_EQ(read_text(file()), film);
    EXPECT_EQ(requests, 3);
}

TEST_F(Download, BeginsAnewWithoutAnythingToTellTheFileBy) {
    int requests = 0;
    const ScriptedServer server([&](const Request& request) {
        EXPECT_EQ(request.header("range"), "");
        return ++requests < 3 ? cut_after(film, 60000, "") : video_reply(film);
    });
    EXPECT_EQ(fetch(server), "");
    EXPECT_EQ(read_text(file()), film);
}

TEST_F(Download, GivesUpAfterThreeTries) {
    const ScriptedServer cut([](const Request&) { return cut_after(film, 10, ""); });
    EXPECT_EQ(fetch(cut), "cut_off");
    EXPECT_EQ(cut.requests().size(), 3u);
    const ScriptedServer troubled([](const Request&) { return json_reply(503, "{}"); });
    EXPECT_EQ(fetch(troubled), "server_trouble");
    EXPECT_EQ(troubled.requests().size(), 3u);
    const ScriptedServer empty([](const Request&) { return video_reply(""); });
    EXPECT_EQ(fetch(empty), "wrong_content");
    EXPECT_EQ(problem.reason, "the reply is empty");
}

TEST_F(Download, EndsAtOnceWhereAnotherTryWouldEndTheSame) {
    const auto answers = [](Reply reply) {
        return [reply = std::move(reply)](const Request&) { return reply; };
    };
    Reply page = video_reply("<!doctype html>");
    Reply encoded = video_reply(film);
    encoded.headers.emplace_back("Content-Encoding", "gzip");
    const struct {
        Reply reply;
        const char* code;
    } cases[] = {{json_reply(401, "{}"), "url_refused"},
                 {json_reply(403, "{}"), "url_refused"},
                 {json_reply(404, "{}"), "file_gone"},
                 {json_reply(410, "{}"), "file_gone"},
                 {json_reply(418, "{}"), "server_trouble"},
                 {json_reply(200, R"({"error": "not yet"})"), "wrong_content"},
                 {page, "wrong_content"},
                 {encoded, "wrong_content"},
                 {video_reply(mp4_of(1000001)), "too_large"}};
    for (const auto& one : cases) {
        const ScriptedServer server(answers(one.reply));
        EXPECT_EQ(fetch(server), one.code) << one.reply.status;
        EXPECT_EQ(server.requests().size(), 1u) << one.code;
    }
}

TEST_F(Download, LargerThanItSaysIsTooLarge) {
    const ScriptedServer server([](const Request&) {
        Reply reply;
        reply.raw = "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n\r\n";
        reply.filler = 2000000;
        reply.filler_in_chunks = true;
        return reply;
    });
    EXPECT_EQ(fetch(server), "too_large");
}

TEST_F(Download, OfAServerThatFallsSilentIsTriedAgain) {
    int requests = 0;
    const ScriptedServer server([&](const Request&) {
        Reply reply =
            ++requests == 1 ? cut_after(film, 60000, "ETag: \"one\"\r\n") : rest_of(film, 60000, 60000);
        if (requests == 1)
            reply.then = Reply::Then::fall_silent;
        return reply;
    });
    EXPECT_EQ(fetch(server), "");
    EXPECT_EQ(read_text(file()), film);
}

TEST_F(Download, ThatTakesTooLongEnds) {
    settings.in_all = 300ms;
    settings.http.slow_for = std::chrono::seconds(30);
    const ScriptedServer server([](const Request&) {
        Reply reply = video_reply(film);
        reply.drip_bytes = 5000;
        reply.drip_interval = 50ms;
        return reply;
    });
    EXPECT_EQ(fetch(server), "too_slow");
    EXPECT_EQ(problem.reason, "it took too long");
}

TEST_F(Download, ThatIsStoppedEndsSoon) {
    const ScriptedServer server([](const Request&) {
        Reply reply = cut_after(film, 60000, "");
        reply.then = Reply::Then::fall_silent;
        return reply;
    });
    settings.http.slow_for = std::chrono::seconds(600);
    std::thread stopper([&] {
        server.wait_for_requests(1, 60s);
        downloads.stop();
    });
    EXPECT_EQ(fetch(server), "stopped");
    stopper.join();
    EXPECT_EQ(fetch(server), "stopped"); // and later ones at once
}

TEST_F(Download, WithoutRoomIsNotBegun) {
    settings.rules.room = [] { return std::optional<std::uint64_t>(99999); };
    const ScriptedServer server([](const Request&) { return video_reply(film); });
    EXPECT_EQ(fetch(server), "no_room");
    EXPECT_NE(problem.reason.find("97.7 KiB"), std::string::npos) << problem.reason;
}

TEST_F(Download, FollowsFiveRedirects) {
    for (const auto& [redirects, code] : {std::pair(6, "redirect_refused"), std::pair(5, "")}) {
        int left = redirects;
        const ScriptedServer server([&](const Request&) {
            return left-- > 0 ? json_reply(302, "", {{"Location", "/" + std::to_string(left)}})
                              : video_reply(film);
        });
        EXPECT_EQ(fetch(server), code);
    }
}

TEST_F(Download, DoesNotFollowFromOutsideInwards) {
    const ScriptedServer inner([](const Request&) { return video_reply(film); });
    // By its literal address, and by a name: what counts is the address that is connected to.
    for (const std::string& to : {inner.base_url(), inner.base_url("inner.localhost")}) {
        bool is_first = true;
        settings.rules.is_inner = [&](const std::string&) {
            return !std::exchange(is_first, false); // 127.0.0.1 stands for a public address at first
        };
        const ScriptedServer outer([&](const Request&) { return json_reply(302, "", {{"Location", to}}); });
        // A name that is no loopback address by itself.
        EXPECT_EQ(fetch(outer.base_url("outer.localhost") + "/v.mp4"), "redirect_refused") << to;
    }
    EXPECT_TRUE(inner.requests().empty());
}

TEST_F(Download, SendsTheKeyToTheApisOwnOriginAlone) {
    ScriptedServer* api_server = nullptr;
    const ScriptedServer store([&](const Request&) {
        return json_reply(302, "", {{"Location", api_server->base_url() + "/back"}});
    });
    ScriptedServer api([&](const Request& request) {
        return request.target == "/back" ? video_reply(film)
                                         : json_reply(302, "", {{"Location", store.base_url() + "/stored"}});
    });
    api_server = &api;
    access.api = cli::parse_url(api.base_url() + "/v1");
    access.api_key = "secret-key-1";
    EXPECT_EQ(fetch(api), "");
    ASSERT_EQ(api.requests().size(), 2u);
    EXPECT_EQ(api.requests()[0].header("authorization"), "Bearer secret-key-1");
    EXPECT_EQ(store.requests()[0].header("authorization"), "");
    EXPECT_EQ(api.requests()[1].header("authorization"), ""); // it came from elsewhere
}

TEST_F(Download, TrustsTheAuthorityOfTheConnectionAlone) {
    const auto authority = test_support::make_authority("Test");
    const ScriptedServer server([](const Request&) { return video_reply(film); },
                                test_support::make_leaf(authority));
    EXPECT_EQ(fetch(server), "not_trusted");
    TemporaryDirectory certificates;
    write_text(certificates.file("ca.pem"), authority.certificate_pem);
    access.ca_file = certificates.file("ca.pem");
    EXPECT_EQ(fetch(server), "");
}

TEST_F(Download, GoesThroughTheConnectionsProxyWhateverTheEnvironmentExcepts) {
    const ScriptedServer store([](const Request&) { return video_reply(film); });
    const ScriptedServer proxy([](const Request&) { return json_reply(403, "{}"); });
    access.proxy = proxy.base_url();
    setenv("NO_PROXY", "*", 1);
    EXPECT_EQ(fetch(store.base_url("store.localhost") + "/v.mp4"), "proxy_refused");
    unsetenv("NO_PROXY");
    EXPECT_TRUE(store.requests().empty());
    EXPECT_EQ(proxy.requests("CONNECT", "store.localhost").size(), 1u);
}

TEST_F(Download, DoesNotLeaveEncryption) {
    const auto authority = test_support::make_authority("Test");
    TemporaryDirectory certificates;
    write_text(certificates.file("ca.pem"), authority.certificate_pem);
    access.ca_file = certificates.file("ca.pem");
    const ScriptedServer plain([](const Request&) { return video_reply(film); });
    const ScriptedServer server(
        [&](const Request&) {
            return json_reply(307, "", {{"Location", plain.base_url()}});
        },
        test_support::make_leaf(authority));
    EXPECT_EQ(fetch(server), "redirect_refused");
    access.allows_insecure_loopback = true;
    EXPECT_EQ(fetch(server), "");
}

TEST_F(Download, OfAFileThatHasComeMeanwhileLeavesThat) {
    const ScriptedServer server([&](const Request&) {
        write_text(file(), "precious");
        return video_reply(film);
    });
    const auto found = downloads.fetch(server.base_url(), file(), access, settings, progress);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->code, "file_exists");
    EXPECT_EQ(read_text(file()), "precious");
    EXPECT_EQ(directory.names().size(), 1u);
}

} // namespace
