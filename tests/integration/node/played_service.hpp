#pragma once

#include "run_node.hpp"
#include "scripted_server.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace node_tests {

// A description in schemas/apis, and the replies of the service's documentation that it carries.
class DescribedApi {
public:
    using Wanted = std::function<bool(const boost::json::object& meaning)>;

    explicit DescribedApi(const std::string& name);
    explicit DescribedApi(boost::json::object document) : document_(std::move(document)) {}

    const boost::json::object& document() const { return document_; }
    bool has(std::string_view member) const { return document_.contains(member); }

    // The examples of what a submit looks like.
    std::vector<boost::json::object> request_examples() const;
    // The examples that show a reply to a submit, a poll, a result or a cancel, and mean what is wanted.
    std::vector<boost::json::object> replies_to(std::string_view kind, const Wanted& wanted = {}) const;
    // The first of them; throws std::runtime_error where there is none.
    boost::json::object reply_to(std::string_view kind, const Wanted& wanted = {}) const;

    boost::json::object job_made() const; // the reply to a submit that names a job
    boost::json::object poll_that_says(std::string_view status) const;
    std::string video() const; // of the job that is done

private:
    boost::json::object document_;
};

// The names of all descriptions in schemas/apis.
std::vector<std::string> described_apis();

// Per kind of request the replies to it, as examples; the last one is given again and again. That of "" is
// what a request is answered that the description does not lead to; without one it is a 404.
using Play = std::map<std::string, std::vector<boost::json::object>, std::less<>>;

// A server that has no words of its own: it answers with examples of a description. Every request that the
// description does not lead to is kept as a stray.
class PlayedService {
public:
    using Rewrite = std::function<void(test_support::Reply&)>; // called on the server's thread

    // In the replies, the service's own address becomes `url_base`; empty: this server's. Each is rewritten
    // before it goes out.
    PlayedService(const DescribedApi& api, Play play, std::string url_base = {}, const Rewrite& rewrite = {});

    test_support::ScriptedServer& server() { return server_; }

    // A run with the inputs of the description's nth request example.
    test_support::RunSpec spec(std::size_t example = 0) const;

    // From now on every request is answered with its last reply.
    void finish();

    std::vector<test_support::Request> requests(std::string_view kind) const;
    std::size_t strays() const;

private:
    struct State;
    std::shared_ptr<State> state_;
    test_support::ScriptedServer server_;
};

} // namespace node_tests
