#include "module/accounts.hpp"

#include <algorithm>
#include <chrono>
#include <functional>

namespace job_engine {
namespace {

// Services without a run are kept for their open connections, up to this many.
constexpr std::size_t max_idle_services = 16;

} // namespace

Accounts::Accounts(boost::asio::io_context& io, std::shared_ptr<const Definitions> definitions,
                   std::string user_agent, ApiService::OnReturn on_return)
    : io_(io), definitions_(std::move(definitions)), user_agent_(std::move(user_agent)),
      on_return_(std::move(on_return)), resolver_(std::make_unique<Resolver>()) {}

std::shared_ptr<Account> Accounts::of(std::size_t node, std::string_view connection_json) {
    const auto hash = std::hash<std::string_view>()(connection_json);
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = live_.equal_range(hash);
    for (auto entry = begin; entry != end; ++entry)
        if (auto account = entry->second.lock();
            account != nullptr && account->node() == node && account->text() == connection_json)
            return account;
    if (live_.size() >= sweep_at_)
        forget_ended();
    auto account = std::make_shared<Account>(node, connection_json);
    live_.emplace(hash, account);
    return account;
}

// Seldom enough that all of it costs each run nothing to speak of.
void Accounts::forget_ended() {
    std::erase_if(live_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(16, 2 * live_.size());
}

Result<Account::Opened> Accounts::open(Account& account) {
    const std::lock_guard lock(account.mutex_);
    if (!account.opened_)
        account.opened_ = read(account.node(), account.text());
    if (!*account.opened_)
        return account.opened_->error();
    const auto& [connection, service] = **account.opened_;
    return Account::Opened{{account.shared_from_this(), connection.get()}, service};
}

Result<Account::Opened> Accounts::read(std::size_t node, std::string_view connection_json) {
    const std::pair digest(node, sha256(connection_json));
    {
        const std::lock_guard lock(mutex_);
        const auto known = known_.find(digest);
        if (known != known_.end())
            if (auto service = known->second.service.lock())
                return Account::Opened{with_key_of(connection_json, known->second.without_key),
                                       std::move(service)};
    }
    const auto& definition = *definitions_->nodes.at(node);
    auto connection = read_connection(connection_json, definitions_->connection, definition.binding_rules,
                                      definition.built_in_binding);
    if (!connection)
        return connection.error();
    auto service = service_for(**connection);
    if (auto kept = without_key(**connection)) {
        const std::lock_guard lock(mutex_);
        if (known_.size() >= max_idle_services)
            known_.clear();
        known_.insert_or_assign(digest, KnownConnection{std::move(*kept), service});
    }
    return Account::Opened{std::move(*connection), std::move(service)};
}

std::shared_ptr<ApiService> Accounts::service_for(const Connection& connection) {
    const auto key = service_key(connection);
    const std::lock_guard lock(mutex_);
    if (const auto known = services_.find(key); known != services_.end())
        return known->second;
    if (services_.size() >= max_idle_services)
        std::erase_if(services_, [](const auto& entry) { return entry.second.use_count() == 1; });
    auto service = std::make_shared<ApiService>(io_, *resolver_, file_turns_, connection, user_agent_,
                                                submits_of(account_key(connection)), on_return_);
    services_.emplace(key, service);
    return service;
}

// A count goes only when there is nothing in it: an idle account has spent what it has spent.
std::shared_ptr<SubmitBudget> Accounts::submits_of(const std::string& account) {
    if (submits_.size() >= max_idle_services)
        std::erase_if(submits_, [now = std::chrono::steady_clock::now()](const auto& entry) {
            return entry.second.use_count() == 1 && entry.second->is_empty(now);
        });
    auto& submits = submits_[account];
    if (submits == nullptr)
        submits = std::make_shared<SubmitBudget>();
    return submits;
}

void Accounts::release_services() {
    decltype(services_) services;
    const std::lock_guard lock(mutex_);
    services.swap(services_);
}

void Accounts::stop_resolver() {
    resolver_.reset();
}

} // namespace job_engine
