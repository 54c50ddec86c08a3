#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "base/fair_semaphore.hpp"
#include "base/secret.hpp"
#include "base/sha256.hpp"
#include "http/resolver.hpp"
#include "job/api_service.hpp"
#include "job/file_turns.hpp"
#include "module/definitions.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace job_engine {

// A connection as the host wrote it, shared by all live runs of one node that were given the same text: ten
// thousand runs keep one key, read once. Wiped when the last of them is over. Thread-safe.
class Account : public std::enable_shared_from_this<Account> {
public:
    // What the text says, and what its runs share.
    struct Opened {
        std::shared_ptr<const Connection> connection;
        std::shared_ptr<ApiService> service;
    };

    Account(std::size_t node, std::string_view connection_json) : node_(node), text_(connection_json) {}

    std::size_t node() const noexcept { return node_; } // its index in the module: its binding is the node's
    std::string_view text() const noexcept { return text_.view(); }

private:
    friend class Accounts;

    const std::size_t node_;
    const Secret text_;
    std::mutex mutex_;
    std::optional<Result<Opened>> opened_; // by the first run that is opened with it
};

// The accounts of a session, and the services that their runs share. Thread-safe.
class Accounts {
public:
    Accounts(boost::asio::io_context& io, std::shared_ptr<const Definitions> definitions,
             std::string user_agent, ApiService::OnReturn on_return);

    std::shared_ptr<Account> of(std::size_t node, std::string_view connection_json);
    // The connection's pointer keeps the account.
    Result<Account::Opened> open(Account& account);

    // For the end of the session: what no run has goes before its threads are joined, the rest afterwards.
    void release_services();
    void stop_resolver();

private:
    Result<Account::Opened> read(std::size_t node, std::string_view connection_json);
    std::shared_ptr<ApiService> service_for(const Connection& connection);
    std::shared_ptr<SubmitBudget> submits_of(const std::string& account); // under the lock
    void forget_ended();                                                  // under the lock

    boost::asio::io_context& io_;
    const std::shared_ptr<const Definitions> definitions_;
    const std::string user_agent_;
    const ApiService::OnReturn on_return_;
    std::unique_ptr<Resolver> resolver_;
    FairSemaphore file_turns_{max_files_at_once};

    std::mutex mutex_;
    std::unordered_multimap<std::size_t, std::weak_ptr<Account>> live_; // by the hash of their text
    std::size_t sweep_at_ = 16;
    std::map<std::string, std::shared_ptr<ApiService>> services_;
    std::map<std::string, std::shared_ptr<SubmitBudget>> submits_; // by API and key; they outlive services
    // What is kept of the connections of ended runs, by their node and the digest of their texts: reading one
    // again costs as much as a request.
    struct KnownConnection {
        Connection without_key;
        std::weak_ptr<ApiService> service;
    };
    std::map<std::pair<std::size_t, Sha256>, KnownConnection> known_;
};

} // namespace job_engine
