// Replies that are good HTTP and say something wrong.
#include "hostile_case.hpp"

#include <string>

namespace faults {
namespace {

using End = HostileCase::End;

void add(HostileCases& cases, Where where, const std::string& name, End end, const std::string& body) {
    const auto shown = name.size() > 60 ? name.substr(0, 60) + "..." : name;
    cases.push_back({std::string(name_of(where)) + ": " + shown, where, json_reply(good_status(where), body),
                     end, false, false});
}

std::string finished_with(const std::string& video_json) {
    return R"({"id": "job-1", "status": "succeeded", "output": {"video": )" + video_json + "}}";
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[')
           + std::string(static_cast<std::size_t>(depth), ']');
}

} // namespace

std::string good_body(Where where) {
    switch (where) {
    case Where::submit:
        return R"({"id": "job-1", "status": "queued"})";
    case Where::poll:
        return finished_with('"' + std::string(true_video) + '"');
    case Where::cancel:
        return R"({"id": "job-1", "status": "cancelled"})";
    }
    return {};
}

int good_status(Where where) {
    return where == Where::submit ? 202 : 200;
}

const char* name_of(Where where) {
    return where == Where::submit ? "submit" : where == Where::poll ? "poll" : "cancel";
}

void add_json_texts(HostileCases& cases) {
    for (const auto where : {Where::submit, Where::poll}) {
        const auto good = good_body(where);
        const auto inside = good.substr(1, good.size() - 2); // without the braces
        const auto add_text = [&](const std::string& name, End end, const std::string& body) {
            add(cases, where, name, end, body);
        };
        for (const auto* text :
             {"", " ", "null", "true", "0", "\"job-1\"", "[]", "[{}]", "{}", "{", "}", "{\"id\"",
              "{'id': 'job-1'}", "<html>Welcome</html>", "<?xml version=\"1.0\"?><id>job-1</id>",
              "callback({\"id\": \"job-1\"})", "NaN", "// comment\n{}", "id: job-1"})
            add_text("body " + std::string(text), End::error, text);
        add_text("not UTF-8", End::error, "{" + inside + ", \"x\": \"\xff\xfe\"}");
        add_text("overlong UTF-8", End::error, "{" + inside + ", \"x\": \"\xc0\xaf\"}");
        add_text("half a surrogate pair", End::either, "{" + inside + R"(, "x": "\ud800"})");
        add_text("a byte order mark", End::either, "\xef\xbb\xbf" + good);
        add_text("UTF-16", End::error, std::string("\xff\xfe{\0\"\0i\0d\0\"\0", 12));
        add_text("a NUL before it", End::error, std::string(1, '\0') + good);
        add_text("a NUL within it", End::error, "{" + inside + std::string(1, '\0') + "}");
        add_text("a NUL after it", End::error, good + std::string(1, '\0'));
        add_text("a comma too many", End::error, "{" + inside + ",}");
        add_text("a comment", End::error, "{" + inside + "/* so */}");
        add_text("two texts", End::error, good + good);
        add_text("a key twice", End::error,
                 std::string("{").append(inside).append(", ").append(inside) + "}");
        add_text("40 levels deep", End::either, "{" + inside + ", \"x\": " + nested(40) + "}");
        add_text("400 000 levels deep", End::error, "{" + inside + ", \"x\": " + nested(400'000) + "}");
        add_text("only brackets", End::error, std::string(900'000, '['));
        add_text("a number beyond a double", End::either, "{" + inside + ", \"x\": 1e400}");
        add_text("an integer of 5 000 digits", End::either,
                 "{" + inside + ", \"x\": 1" + std::string(5'000, '0') + "}");
        add_text("a key of 900 KB", End::either,
                 "{" + inside + ", \"" + std::string(900'000, 'k') + "\": 1}");
        add_text("1 MiB and more", End::error, good + std::string(1'100'000, ' '));
    }
}

// Every member that the API's description names, with every type that it should not have.
void add_wrong_types(HostileCases& cases) {
    const char* values[] = {"null", "true", "-1",         "1e308",       "123456789012345678901234567890",
                            "0.5",  "\"\"", "\"x\"",      R"("\u0000")", "[]",
                            "[1]",  "{}",   R"({"x": 1})"};
    const char* members[] = {"id",    "status",     "progress",      "eta_seconds", "output", "output/video",
                             "error", "error/code", "error/message", "status_url",  "urls",   "urls/get"};
    for (const auto where : {Where::submit, Where::poll})
        for (const std::string member : members)
            for (const std::string value : values) {
                const bool is_video = member.starts_with("output");
                std::string text = R"("id": "job-1", "status": ")";
                text += where == Where::submit && !is_video ? "queued" : "succeeded";
                text += R"(", "progress": 0.5, "output": {"video": ")" + std::string(true_video) + "\"}";
                const auto slash = member.find('/');
                const auto name = member.substr(0, slash);
                const auto put = slash == std::string::npos
                                     ? value
                                     : "{\"" + member.substr(slash + 1) + "\": " + value + "}";
                if (const auto at = text.find("\"" + name + "\": "); at != std::string::npos) {
                    const auto from = at + name.size() + 4;
                    const auto end = text[from] == '{' ? text.find('}', from) + 1 : text.find(',', from);
                    text.replace(from, end - from, put);
                } else {
                    text.append(", \"").append(name).append("\": ").append(put);
                }
                // A submit that is accepted without its video is polled, and the poll has it.
                // With it in hand the run has succeeded, whatever the status.
                const bool must_fail = where == Where::poll && is_video;
                add(cases, where, std::string(member).append(" = ").append(value),
                    must_fail ? End::error : End::either, "{" + text + "}");
            }
}

void add_videos(HostileCases& cases) {
    const std::string videos[] = {R"("http://videos.example/true.mp4")",
                                  R"("HTTP://videos.example/true.mp4")",
                                  R"("javascript:run")",
                                  R"("data:video/mp4;base64,AAAA")",
                                  R"("file:///etc/passwd")",
                                  R"("ftp://videos.example/true.mp4")",
                                  R"("blob:https://videos.example/1")",
                                  R"("//videos.example/true.mp4")",
                                  R"("true.mp4")",
                                  R"("https://")",
                                  R"("https:///true.mp4")",
                                  R"("https://?x")",
                                  R"("https:videos.example")",
                                  R"("https")",
                                  R"("https://videos.example/a\nb.mp4")",
                                  R"("https://videos.example/a\u0000b.mp4")",
                                  R"("https://videos.example\\@evil.example/")",
                                  R"("https://v\u00eddeos.example/true.mp4")",
                                  R"("http://127.0.0.1.evil.example/true.mp4")",
                                  R"("http://localhost.evil.example/true.mp4")",
                                  R"("https://[::1/true.mp4")",
                                  R"("https://videos.example:99999/")",
                                  R"("https://videos.example:0/")",
                                  R"("https://:443/")",
                                  "\"https://videos.example/" + std::string(9'000, 'x') + "\"",
                                  "[\"" + std::string(true_video) + "\"]",
                                  "{\"url\": \"" + std::string(true_video) + "\"}"};
    for (const auto& video : videos) {
        const bool is_text = video.front() == '"'; // else the true video is found inside
        add(cases, Where::poll, "video " + video, is_text ? End::error : End::either, finished_with(video));
        add(cases, Where::submit, "video " + video, is_text ? End::error : End::either, finished_with(video));
    }
    add(cases, Where::poll, "success without a video", End::error, R"({"status": "succeeded"})");
    add(cases, Where::poll, "success without an output's video", End::error,
        R"({"status": "succeeded", "output": {}})");
}

std::string finished_as(const std::string& word) {
    return R"({"status": ")" + word + R"(", "output": {"video": ")" + true_video + "\"}}";
}

void add_words_and_names(HostileCases& cases) {
    for (const std::string word : {"done", "ok", "finished", "succeeded ", " succeeded", "suc\\u0000ceeded",
                                   "", "null", "succeeded\\n", "\\u6210\\u529f", "queued"})
        add(cases, Where::poll, "status word \"" + word + '"', End::either, finished_as(word));
    for (const std::string word : {"failed", "error", "cancelled", "FAILED"})
        add(cases, Where::poll, "status word \"" + word + '"', End::error, finished_as(word));
    add(cases, Where::poll, "status word SUCCEEDED", End::either,
        R"({"status": "SUCCEEDED", "output": {"video": ")" + std::string(true_video) + "\"}}");
    add(cases, Where::poll, "status word of 100 KB", End::error,
        R"({"status": ")" + std::string(100'000, 's') + "\"}");
    const std::string ids[] = {"../../admin",
                               "a b",
                               "a\\r\\nX-Smuggled: 1",
                               "a\\nb",
                               "a\\u0000b",
                               "?x=1",
                               "#x",
                               "%2e%2e",
                               "\\u6210",
                               "\\u0001\\u001b[31m",
                               std::string(1'024, 'i'),
                               std::string(1'025, 'i'),
                               std::string(500'000, 'i'),
                               "<script>",
                               "\\\\",
                               "\\u202e"};
    for (const auto& id : ids)
        add(cases, Where::submit, "id \"" + id + '"', End::either,
            R"({"id": ")" + id + R"(", "status": "queued"})");
}

void add_status_codes(HostileCases& cases) {
    const auto add_status = [&](Where where, const std::string& name, int status, End end,
                                const std::string& body, const Reply::Headers& headers = {}) {
        const bool denies = status < 500 ? status != 408 && status != 409 && status >= 300 : status == 503;
        cases.push_back({std::string(name_of(where)) + ": " + name, where, json_reply(status, body, headers),
                         end, denies, false});
    };
    const int codes[] = {200, 201, 203, 204, 205, 206, 226, 300, 304, 305, 306, 400, 401, 402, 403,
                         404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 418, 422, 425, 426,
                         428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 511, 520, 599};
    for (const auto where : {Where::submit, Where::poll}) {
        for (const int code : codes) // each with a body that looks like success
            add_status(where, "HTTP " + std::to_string(code), code,
                       code < 300 || (where == Where::submit && (code == 425 || code == 429 || code == 503))
                           ? End::either
                           : End::error,
                       good_body(where)); // which names a job
        for (const std::string wait : {"99999999999999999999", "86400", "-1", "soon", "1e9", "0x10",
                                       "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"})
            for (const int code : {429, 503})
                add_status(where, std::to_string(code) + ", Retry-After: " + wait, code, End::error, "{}",
                           {{"Retry-After", wait}});
        const std::string texts[] = {R"({"error": []})",
                                     R"({"error": {"code": {}, "message": []}})",
                                     R"({"error": {"code": "internal_error"}})",
                                     R"({"error": {"code": "cancelled"}})",
                                     R"({"error": {"code": "succeeded"}})",
                                     R"({"detail": [1, 2, null]})",
                                     R"({"detail": [{"loc": {}, "msg": 1}]})",
                                     R"({"message": "a\u0000b\nc\u001b[31md"})",
                                     R"({"message": "the key )" + std::string(key_placeholder)
                                         + R"( is wrong"})",
                                     R"({"message": ")" + std::string(900'000, 'm') + "\"}",
                                     std::string(900'000, 'm'),
                                     "",
                                     "\xff\xfe"};
        for (const auto& text : texts)
            add_status(where, "400 with " + text.substr(0, 50), 400, End::error, text);
    }
    for (const std::string error : {R"({"code": "internal_error", "message": "x"})", R"("x")", "[]", "7",
                                    R"({"code": 7, "message": {"a": "\u0000"}})"})
        add(cases, Where::poll, "failed with error " + error, End::error,
            R"({"status": "failed", "error": )" + error + "}");
}

void add_lures(HostileCases& cases, const std::string& elsewhere) {
    const auto http = "http://" + elsewhere;
    for (const auto where : {Where::submit, Where::poll, Where::cancel})
        for (const int code : {301, 302, 303, 307, 308})
            for (const auto& to :
                 {http + "/v1/jobs/job-1", "//" + elsewhere + "/x", std::string("/v1/elsewhere")})
                cases.push_back({std::string(name_of(where)) + ": " + std::to_string(code) + " to " + to,
                                 where, json_reply(code, good_body(where), {{"Location", to}}),
                                 // See Other is followed, but not to another origin.
                                 code == 303 && to.starts_with("/v1") ? End::either : End::error, true,
                                 false});
    const std::string targets[] = {http + "/x",
                                   "//" + elsewhere + "/x",
                                   "http://user:password@" + elsewhere + "/x",
                                   "https://" + elsewhere + "/x",
                                   "http:\\\\\\\\" + elsewhere,
                                   "\\\\\\\\" + elsewhere,
                                   "http://127.0.0.1@" + elsewhere + "/x",
                                   "http:" + elsewhere,
                                   "ws://" + elsewhere,
                                   "/\\u0000",
                                   "/a b",
                                   "/a\\r\\nX-Smuggled: 1",
                                   "/" + std::string(5'000, 'x'),
                                   "*",
                                   "?",
                                   "javascript:1",
                                   "http://[::1",
                                   "../../..",
                                   "\\u6210"};
    for (const auto& target : targets) {
        const auto rest = R"(, "id": "job-1", "status": "queued"})";
        add(cases, Where::submit, "status_url " + target, End::either,
            R"({"status_url": ")" + target + '"' + rest);
        add(cases, Where::submit, "urls/get " + target, End::either,
            R"({"urls": {"get": ")" + target + "\"}" + rest);
        if (target.find('\\') == std::string::npos)
            cases.push_back({"submit: Location " + target.substr(0, 60), Where::submit,
                             json_reply(202, good_body(Where::submit), {{"Location", target}}), End::either,
                             false, false});
    }
}

} // namespace faults
