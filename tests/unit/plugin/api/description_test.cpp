// What a description of an API may say beyond paths and pointers, and those that the module has.
#include "api/connection.hpp"
#include "api/examples.hpp"
#include "api/reply.hpp"
#include "api/request.hpp"
#include "job/flow_story.hpp"
#include "json/json_text.hpp"
#include "nodes/apis.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace job_engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Result<std::shared_ptr<const Connection>> connection_of(const boost::json::object& members) {
    auto all = members;
    all["api_key"] = "s3cret";
    const auto& node = testing::image_to_video_definition();
    return read_connection(boost::json::serialize(all), testing::definitions().connection, node.binding_rules,
                           node.built_in_binding);
}

// A description with these members besides or instead of the least.
boost::json::object description(std::string_view members) {
    auto document = parse_json(R"({"name": "Example", "base_url": "https://api.example.com",
        "submit": {"method": "POST", "path": "/jobs", "body": {"prompt": "{{prompt}}", "image": "{{image}}"}},
        "poll": {"method": "GET", "path": "/jobs/{id}"},
        "reply": {"id": ["/id"], "status": ["/status"], "video": ["/video"]}})")
                        ->as_object();
    const auto further = parse_json(members);
    for (const auto& member : further->as_object())
        document[member.key()] = member.value();
    return document;
}

std::shared_ptr<const Binding> binding_of(std::string_view members,
                                          const boost::json::object& variables = {}) {
    const auto connection = connection_of({{"api_binding", description(members)}, {"variables", variables}});
    if (!connection)
        throw std::logic_error(connection.error().message);
    return (*connection)->binding;
}

std::string fault_of(std::string_view members, const boost::json::object& variables = {}) {
    const auto connection = connection_of({{"api_binding", description(members)}, {"variables", variables}});
    return connection ? "none" : connection.error().message;
}

JobReply read(std::string_view members, std::string body) {
    HttpReply reply;
    reply.status = 200;
    reply.body = std::move(body);
    return *read_job_reply(reply, *binding_of(members), {true, "api.example.com", 443}, "/jobs");
}

constexpr const char* with_variable =
    R"({"variables": {"flow": {"required": true}, "team": {"default": "a/b"}, "tag": {}},
    "headers": {"X-Team": "{{connection.team}}", "X-Tag": "{{connection.tag}}"},
    "submit": {"method": "POST", "path": "/{{connection.flow}}/{{+connection.team}}{{connection.tag}}",
               "body": {"flow": "{{connection.flow}}", "note": "<{{connection.flow}}>", "tag": "{{connection.tag}}",
                        "image": "{{image}}"}}})";

TEST(Variables, AreFilledIntoPathsHeadersAndBody) {
    const auto binding = binding_of(with_variable, {{"flow", " {{prompt}} 7 "}});
    EXPECT_EQ(binding->submit.path, "/%7B%7Bprompt%7D%7D%207/a/b");
    EXPECT_THAT(binding->headers, ElementsAre(Pair("X-Team", "a/b"), Pair("X-Tag", "")));
    const auto& definition = testing::image_to_video_definition();
    const auto job = prepare_job({{"prompt", "p"}}, definition.node, *binding);
    EXPECT_EQ(job.body, R"({"flow":"{{prompt}} 7","note":"<{{prompt}} 7>"})") << "a value is no template";
    EXPECT_TRUE(job.path.empty());
}

TEST(Variables, ARequiredOneThatIsMissingIsNamed) {
    const auto connection = connection_of({{"api_binding", description(with_variable)}});
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, ErrorCode::invalid_connection);
    EXPECT_EQ(connection.error().details.front().path, "/flow");
    EXPECT_THAT(connection.error().message, HasSubstr("flow is missing, and Example needs it"));
}

TEST(Variables, OneThatIsNotDeclaredIsRefused) {
    EXPECT_THAT(fault_of(R"({"poll": {"method": "GET", "path": "/{{connection.flow}}/{id}"}})"),
                HasSubstr("poll/path has the unknown placeholder {{connection.flow}}"));
    EXPECT_THAT(fault_of(R"({"submit": {"method": "POST", "path": "/{{promt}}", "body": {}}})"),
                HasSubstr("submit/path has the unknown placeholder {{promt}}"));
    EXPECT_THAT(fault_of(R"({"cancel": {"method": "POST", "path": "/c", "body": {"id": "{{job}}"}}})"),
                HasSubstr("cancel/body at /id has the unknown placeholder {{job}}"));
}

TEST(Description, RefusesWhatMeansNothing) {
    EXPECT_THAT(fault_of(R"({"binding_version": 2})"), HasSubstr("binding_version"));
    EXPECT_THAT(fault_of(R"({"derived": {"ratio": {"from": "sice", "values": {}}}})"),
                HasSubstr("derived/ratio/from names no input: sice"));
    EXPECT_THAT(fault_of(R"({"derived": {"size": {"from": "size", "values": {}}}})"),
                HasSubstr("derived/size has the name of an input"));
    auto document = description("{}");
    document.erase("poll");
    const auto connection = connection_of({{"api_binding", document}});
    ASSERT_FALSE(connection);
    EXPECT_THAT(connection.error().message, HasSubstr("poll is missing"));
    EXPECT_THAT(fault_of(R"({"variables": {"Flow Id": {}}})"), HasSubstr("variables/Flow Id must be named"));
}

TEST(Description, APlaceThatNothingFillsIsRefused) {
    EXPECT_THAT(fault_of(R"({"poll": {"method": "GET", "path": "/jobs/{job_id}"}})"),
                HasSubstr("poll/path has the unknown {job_id}"));
    EXPECT_THAT(fault_of(R"({"cancel": {"method": "POST", "path": "/jobs/{file_id}"},
                             "poll": {"method": "GET", "path": "/{+id}", "keep": {"file_id": ["/f"]}}})"),
                HasSubstr("cancel/path has the unknown {file_id}"));
    EXPECT_THAT(fault_of(R"({"submit": {"method": "POST", "path": "/jobs", "body": {},
                                        "headers": {"Idempotency-Key": "{{run.key}}"}}})"),
                HasSubstr("submit/headers has the unknown placeholder {{run.key}}"));
    EXPECT_THAT(fault_of(R"({"headers": {"X-Team": "{{connection.team}}"}})"),
                HasSubstr("headers has the unknown"));
    EXPECT_THAT(
        fault_of(
            R"({"variables": {"tier": {}}, "derived": {"m": {"from": "connection.tier", "values": {}}}})"),
        HasSubstr("names no input: connection.tier"));
    EXPECT_THAT(
        fault_of(R"({"derived": {"a": {"from": "model", "values": {}}, "b": {"from": "a", "values": {}}}})"),
        HasSubstr("names no input: a"));
}

// A description comes from somebody else, and must not send along what is not for it.
TEST(Variables, AreNoWayToTheKeyOrItsSecretOrTheProxysPassword) {
    for (const auto* name : {"api_key", "api_secret", "proxy"}) {
        const auto members = R"({"variables": {")" + std::string(name) + R"(": {"required": true}},
            "authorization": {"header": "X", "value": "{{jwt}}", "jwt": {"algorithm": "HS256", "lifetime_seconds": 60}},
            "submit": {"method": "POST", "path": "/jobs", "body": {"x": "{{connection.)"
                             + name + R"(}}"}}})";
        const auto connection = connection_of({{"api_binding", description(members)},
                                               {"api_secret", "s3cret"},
                                               {"proxy", "http://user:pass@127.0.0.1:9"}});
        ASSERT_FALSE(connection) << name;
        EXPECT_THAT(connection.error().message, HasSubstr(name + std::string(" is missing")));
    }
}

// The connection's text is wiped as soon as it is read; ASan sees what still points into it.
TEST(Description, OutlivesTheTextThatItWasReadFrom) {
    const auto binding =
        binding_of(R"({"poll": {"method": "POST", "path": "/q", "body": {"id": "{{id}}", "deep": {"a": [1]}}},
        "cancel": {"method": "POST", "path": "/c", "body": {"id": "{{id}}"}}})");
    const auto copy = *binding;
    EXPECT_EQ(job_request(copy.poll, copy, "/q", "j1").body, R"({"id":"j1","deep":{"a":[1]}})");
    EXPECT_EQ(job_request(*copy.cancel, copy, "/c", "j1").body, R"({"id":"j1"})");
}

TEST(Description, WhatANodeHasOfItsOwnReplacesTheRest) {
    const auto binding = binding_of(R"({"nodes": {
        "image_to_video": {"submit": {"method": "PUT", "path": "/i2v", "body": {"image": "{{image}}"}}, "outputs": {"video": ["/clip"]}},
        "text_to_video": {"poll": {"method": "POST", "path": "/other"}}}})");
    EXPECT_EQ(binding->submit.method + binding->submit.path, "PUT/i2v");
    EXPECT_THAT(binding->media, ElementsAre("/clip"));
    EXPECT_EQ(binding->poll.path, "/jobs/{id}");
}

TEST(Description, TheNodesOwnErrorCodesAreKnown) {
    const auto binding = binding_of(R"({"error_codes": {"image_too_large": "invalid_input"}})");
    EXPECT_EQ(binding->error_codes.at("insufficient_credits"), ErrorCode::insufficient_credits);
    EXPECT_EQ(binding->error_codes.at("image_too_large"), ErrorCode::invalid_input)
        << "the description decides";
    EXPECT_FALSE(binding->error_codes.contains("submission_unknown")) << "the API cannot say that";
}

TEST(Description, AnErrorCodeMayStandForAllThatBeginSo) {
    const auto binding = binding_of(R"({"error_codes": {"SAFETY.*": "invalid_input",
        "SAFETY.OUTPUT.*": "generation_failed", "SAFETY.OUTPUT.RATE": "rate_limited", "*": "image_too_large"}})");
    EXPECT_EQ(binding->listed_error("SAFETY.INPUT.TEXT"), ErrorCode::invalid_input);
    EXPECT_EQ(binding->listed_error("SAFETY."), ErrorCode::invalid_input);
    EXPECT_EQ(binding->listed_error("SAFETY.OUTPUT.VIDEO"), ErrorCode::generation_failed);
    EXPECT_EQ(binding->listed_error("SAFETY.OUTPUT.RATE"), ErrorCode::rate_limited);
    for (const auto* other : {"SAFETY", "safety.input", "X.SAFETY.INPUT", ""})
        EXPECT_FALSE(binding->listed_error(other)) << other;
}

TEST(DescribedReply, AStatusMayBeABooleanOrWhatIsThere) {
    constexpr const char* by_boolean = R"({"reply": {"id": ["/name"], "status": ["/done"], "video": ["/uri"]},
        "status_words": {"success": ["true"], "running": ["false"]}})";
    EXPECT_EQ(read(by_boolean, R"({"done": false})").status, JobStatus::running);
    EXPECT_EQ(read(by_boolean, R"({"done": true})").status, JobStatus::succeeded);
    constexpr const char* by_presence =
        R"({"status_presence": {"failed": ["/error"], "success": ["/response"], "running": [""]}})";
    for (const auto* nothing : {"null", "\"\"", "{}", "[]", "false"})
        EXPECT_EQ(read(by_presence, R"({"error": )" + std::string(nothing) + "}").status, JobStatus::running)
            << nothing;
    EXPECT_EQ(read(by_presence, R"({"error": {"code": 3}})").status, JobStatus::failed);
    EXPECT_EQ(read(by_presence, R"({"response": {"a": 1}, "error": {}})").status, JobStatus::succeeded);
    EXPECT_EQ(read(by_presence, R"({"status": "queued", "error": {}})").status, JobStatus::queued)
        << "a word first";
}

TEST(DescribedReply, ProgressRunsToItsMaximum) {
    constexpr const char* percent =
        R"({"reply": {"status": ["/status"], "video": ["/video"], "progress": ["/p"], "progress_maximum": 100}})";
    EXPECT_EQ(read(percent, R"({"p": 1})").progress, 0.01);
    EXPECT_EQ(read(percent, R"({"p": 250})").progress, 1.0);
}

TEST(DescribedReply, PointersLeadIntoJsonInAText) {
    constexpr const char* nested =
        R"({"reply": {"video": ["/data/result/urls/0"], "json_in_text": ["/data/result"]}})";
    EXPECT_EQ(read(nested, R"({"data": {"result": "{\"urls\": [\"https://cdn.example/v.mp4\"]}"}})").media,
              "https://cdn.example/v.mp4");
    EXPECT_EQ(read(nested, R"({"data": {"result": "not JSON"}})").media, "");
    EXPECT_EQ(read(nested, R"({"data": {"result": 7}})").media, "");
}

TEST(DescribedReply, ALastingCodeIsFoundBehindOneThatSaysLess) {
    constexpr const char* codes =
        R"({"reply": {"status": ["/status"], "video": ["/v"], "error_code": ["/code", "/inner"]},
        "error_codes": {"NSFW": "invalid_input", "UNFIT.*": "invalid_input"}})";
    EXPECT_EQ(read(codes, R"({"status": "failed", "code": "failed", "inner": "NSFW"})").error_code, "NSFW");
    EXPECT_EQ(read(codes, R"({"status": "failed", "code": "failed", "inner": "UNFIT.A"})").error_code,
              "UNFIT.A");
    EXPECT_EQ(read(codes, R"({"status": "failed", "code": "failed", "inner": "?"})").error_code, "failed");
}

TEST(DescribedReply, ACostTellsWhetherAFailedJobIsCharged) {
    constexpr const char* members =
        R"({"reply": {"id": ["/id"], "status": ["/s"], "video": ["/v"], "cost": ["/cost"]}})";
    const auto charged = [&](std::string body) {
        return error_of_failed_job(read(members, std::move(body)), *binding_of(members)).charged;
    };
    EXPECT_EQ(charged(R"({"s": "failed", "cost": 0})"), Charged::no);
    EXPECT_EQ(charged(R"({"s": "failed", "cost": 0.4})"), Charged::yes);
    EXPECT_EQ(charged(R"({"s": "failed"})"), Charged::unknown);
}

TEST(Connection, AKeyInTheQueryIsPercentEncodedAndMaskedInEveryForm) {
    const auto connection =
        connection_of({{"api_binding", description(R"({"authorization": {"query": "key"}})")}});
    ASSERT_TRUE(connection) << connection.error().message;
    EXPECT_EQ((*connection)->binding->authorization_query, "key");
    EXPECT_EQ((*connection)->authorization.view(), "s3cret");
    EXPECT_THAT(fault_of(R"({"authorization": {"header": "X-Key"}})"), HasSubstr("authorization"));
}

TEST(Connection, AnAddressIsNeededFromEitherOfTheTwo) {
    auto document = description("{}");
    document.erase("base_url");
    const auto without = connection_of({{"api_binding", document}});
    ASSERT_FALSE(without);
    EXPECT_THAT(without.error().message, HasSubstr("base_url is missing"));
    const auto given = connection_of({{"api_binding", document}, {"base_url", "https://other.example"}});
    ASSERT_TRUE(given);
    EXPECT_EQ((*given)->authority, "other.example");
    const auto blank = connection_of({{"base_url", " "}});
    ASSERT_TRUE(blank);
    EXPECT_EQ((*blank)->authority, "api.pixelml.com");
}

// An example of each kind, right as it stands.
constexpr const char* proved =
    R"({"reply": {"id": ["/id"], "status": ["/status"], "video": ["/video"], "error_code": ["/code"]},
    "error_codes": {"E7": "insufficient_credits"}, "idempotency": {"header": "X-Key", "honoured": false},
    "examples": [
      {"title": "a request", "input": {"prompt": "Zoom"},
       "request": {"method": "POST", "path": "/jobs", "headers": {"X-Key": "{{run.key}}"}, "body": {"prompt": "Zoom"}}},
      {"title": "accepted", "reply_to": "submit", "body": {"id": "j1", "status": "queued"}, "meaning": {"id": "j1", "status": "queued"}},
      {"title": "done", "reply_to": "poll", "body": {"id": "j1", "status": "done", "video": "https://a/b.mp4"},
       "meaning": {"status": "success", "video": "https://a/b.mp4"}},
      {"title": "broke", "reply_to": "submit", "status": 400, "body": {"code": "E7", "message": "Top up"},
       "meaning": {"error": "insufficient_credits", "message": "Top up"}},
      {"title": "another node's", "node": "text_to_video", "reply_to": "poll", "body": {}, "meaning": {"id": "x"}}]})";

std::vector<Violation> example_faults_with(std::string_view from, std::string_view to) {
    auto text = boost::json::serialize(description(proved));
    const auto at = text.find(from);
    if (at == std::string::npos)
        throw std::logic_error("the test's text is not there");
    text.replace(at, from.size(), to);
    const auto connection = connection_of(boost::json::object{{"api_binding", *parse_json(text)}});
    return connection ? std::vector<Violation>() : connection.error().details;
}

TEST(Examples, ThatHoldAreSilent) {
    EXPECT_EQ(fault_of(proved), "none");
}

TEST(Examples, NameWhatDiffers) {
    const auto path_is = [](const char* path) { return Contains(Field(&Violation::path, path)); };
    EXPECT_THAT(example_faults_with(R"("video":["/video"])", R"("video":["/vide"])"),
                AllOf(path_is("/api_binding/examples/2/meaning/video"), path_is("/api_binding/reply/video")));
    EXPECT_THAT(example_faults_with(R"("E7":"insufficient_credits")", R"("E8":"insufficient_credits")"),
                AllOf(Not(IsEmpty()), Not(path_is("/api_binding/examples/4/meaning/id"))));
    EXPECT_THAT(example_faults_with(R"("path":"/jobs","body")", R"("path":"/job","body")"),
                path_is("/api_binding/examples/0/request/path"));
    EXPECT_THAT(example_faults_with(R"("header":"X-Key")", R"("header":"X-Other")"),
                path_is("/api_binding/examples/0/request/headers/X-Key"));
    EXPECT_THAT(example_faults_with(R"("prompt":"{{prompt}}")", R"("text":"{{prompt}}")"),
                path_is("/api_binding/examples/0/request/body"));
    EXPECT_THAT(example_faults_with(R"("error_code":["/code"])", R"("error_code":["/kode"])"),
                path_is("/api_binding/reply/error_code"));
}

constexpr const char* listing =
    R"({"reply": {"id": ["/id"], "video": ["/video"]},
    "submit": {"method": "POST", "path": "/jobs", "body": {"prompt": "{{prompt}}", "image": "{{image}}", "tag": "{{run.marker}}"}},
    "find": {"method": "GET", "path": "/jobs", "items": "/jobs", "marker": ["/tag"], "id": ["/id"],
             "next": ["/next"], "settled_after_seconds": 60},
    "examples": [
      {"title": "made", "reply_to": "poll", "body": {"id": "j1", "video": "https://a/b.mp4"}},
      {"title": "listed", "reply_to": "find", "marker": "wfn-00000000000000000000000000000007", "body": {"next": null, "jobs": [{"id": "j0"}, {"id": "j1", "tag": "wfn-00000000000000000000000000000007"}]},
       "meaning": {"id": "j1"}}]})";

TEST(Find, IsProvedByAnExample) {
    EXPECT_EQ(fault_of(listing), "none");
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {R"("items":"/jobs")", R"("items":"/job")"},
             {R"("marker":["/tag"])", R"("marker":["/tags"])"},
             {R"("id":["/id"],"next)", R"("id":["/uuid"],"next)"}}) {
        auto text = boost::json::serialize(description(listing));
        ASSERT_NE(text.find(from), std::string::npos) << from;
        text.replace(text.find(from), from.size(), to);
        const auto connection = connection_of(boost::json::object{{"api_binding", *parse_json(text)}});
        ASSERT_FALSE(connection) << to;
        EXPECT_THAT(connection.error().details, Contains(Field(&Violation::path, "/api_binding/find")));
    }
}

TEST(Find, NeedsAMarkerInTheSubmitAndAGet) {
    auto document = description(listing);
    document["submit"].as_object()["body"].as_object().erase("tag");
    const auto unmarked = connection_of({{"api_binding", document}});
    ASSERT_FALSE(unmarked);
    EXPECT_THAT(unmarked.error().message, HasSubstr("{{run.marker}}"));
    document = description(listing);
    document["find"].as_object()["method"] = "POST";
    EXPECT_FALSE(connection_of({{"api_binding", document}}));
    for (const auto* path : {"/jobs/{job}", "/jobs?skip={+offset}"}) {
        document = description(listing);
        document["find"].as_object()["path"] = path;
        EXPECT_FALSE(connection_of({{"api_binding", document}})) << path;
    }
    // A page must not pass for the list.
    document = description(listing);
    document["find"].as_object().erase("next");
    const auto pageless = connection_of({{"api_binding", document}});
    ASSERT_FALSE(pageless);
    EXPECT_THAT(pageless.error().message, HasSubstr("says nothing of further pages"));
    document["find"].as_object()["next"] = {"/more"};
    const auto unreached = connection_of({{"api_binding", document}});
    ASSERT_FALSE(unreached);
    EXPECT_THAT(unreached.error().message, HasSubstr("/more, which leads nowhere in the examples"));
}

TEST(Find, IsLeftOutWhereItsAddressIsNotGiven) {
    auto document = description(listing);
    document["variables"] = {{"team", boost::json::object()}};
    document["find"].as_object()["path"] = "/teams/{{connection.team}}/jobs";
    document.erase("examples");
    const auto without = connection_of({{"api_binding", document}});
    ASSERT_TRUE(without) << without.error().message;
    EXPECT_FALSE((*without)->binding->find);
    const auto given = connection_of({{"api_binding", document}, {"variables", {{"team", "t 1"}}}});
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_EQ((*given)->binding->find.value().request.path, "/teams/t%201/jobs");
}

// The services that a connection may name.
class NamedApis : public ::testing::TestWithParam<NamedApi> {
protected:
    const boost::json::object document = parse_json(GetParam().document)->as_object();

    // What names it, and what it cannot be without.
    boost::json::object members() const {
        boost::json::object all{{"api", GetParam().name}};
        if (document.at("authorization").as_object().contains("jwt"))
            all["api_secret"] = "s3cret";
        return all;
    }
};

TEST_P(NamedApis, ProveThemselves) {
    const auto& rules = testing::image_to_video_definition().binding_rules;
    EXPECT_THAT(rules.schema->validate(document), IsEmpty());
    EXPECT_THAT(example_faults(document, rules), IsEmpty());
    EXPECT_EQ(document.at("base_url").as_string(), GetParam().base_url);
    EXPECT_TRUE(document.contains("source") && document.contains("checked"));
    EXPECT_GE(document.at("examples").as_array().size(), 8U);
}

TEST_P(NamedApis, TakeTheirVariablesFromFieldsOfTheConnection) {
    const auto& fields = testing::definitions().connection.document().at("properties").as_object();
    auto connection = members();
    if (const auto* variables = document.if_contains("variables"))
        for (const auto& variable : variables->as_object()) {
            EXPECT_TRUE(fields.contains(variable.key())) << variable.key();
            connection[variable.key()] = "of-the-user";
        }
    const auto read = connection_of(connection);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ("https://" + (*read)->authority, GetParam().base_url);
    EXPECT_EQ((*read)->binding->name, document.at("name").as_string());
}

// A form keeps what it had: the key of one service must not go to another.
TEST_P(NamedApis, AreNotAskedAtTheAddressOfAnother) {
    for (const auto* address :
         {"https://api.pixelml.com", "https://api.dev.runwayml.com", "https://queue.fal.run"}) {
        if (address == GetParam().base_url)
            continue;
        auto connection = members();
        connection["base_url"] = address;
        connection["workflow_id"] = "w";
        const auto read = connection_of(connection);
        ASSERT_FALSE(read) << address;
        EXPECT_THAT(read.error().message, HasSubstr("is the address of")) << address;
    }
    EXPECT_FALSE(connection_of({{"base_url", GetParam().base_url}})) << "which is not PixelML's";
    auto connection = members();
    connection["base_url"] = "https://proxy.example";
    connection["workflow_id"] = "w";
    EXPECT_TRUE(connection_of(connection));
}

INSTANTIATE_TEST_SUITE_P(Api, NamedApis, ::testing::ValuesIn(pixelml::apis),
                         [](const auto& test) { return std::string(test.param.name); });

// As their descriptions do.
TEST(ConnectionSchema, NamesTheModulesServices) {
    const auto& api = testing::definitions().connection.document().at("properties").at("api");
    const auto& own = testing::image_to_video_definition().built_in_binding->name;
    boost::json::array choices{{{"const", "pixelml"}, {"title", own}}};
    for (const auto& known : pixelml::apis)
        choices.push_back(
            {{"const", known.name}, {"title", parse_json(known.document)->as_object().at("name")}});
    EXPECT_EQ(api.at("oneOf"), choices);
}

TEST(ConnectionSchema, SaysWhichServicesThereAre) {
    const auto unknown = connection_of({{"api", "klin"}});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().details.size(), 1U);
    EXPECT_EQ(unknown.error().details.at(0).path, "/api");
    EXPECT_THAT(unknown.error().details.at(0).message,
                HasSubstr(R"(must be one of "pixelml", "agenticflow")"));
}

// Whoever describes an API copies from the pages: what they show must be right, whole or as a part.
class Page : public ::testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(Page, ShowsWhatHolds) {
    const auto& [name, blocks] = GetParam();
    std::ifstream page(std::string(DOCS) + name);
    const std::string text(std::istreambuf_iterator<char>(page), {});
    const std::string fence = "```json\n";
    int shown = 0;
    for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1), ++shown) {
        const auto begin = at + fence.size();
        const auto json = text.substr(begin, text.find("```", begin) - begin);
        EXPECT_EQ(fault_of(json, {{"team", "t"}}), "none") << json;
    }
    EXPECT_EQ(shown, blocks);
}

INSTANTIATE_TEST_SUITE_P(Docs, Page,
                         ::testing::Values(std::pair("describe-an-api.md", 3),
                                           std::pair("find-lost-jobs.md", 1), std::pair("files.md", 1)),
                         [](const auto& test) {
                             const std::string page = test.param.first;
                             return page.substr(0, page.find_first_of("-."));
                         });

} // namespace
} // namespace job_engine
