#include "api/service.hpp"

#include "api/agenticflow.hpp"
#include "api/job_json.hpp"
#include "api/replies.hpp"
#include "base/log.hpp"
#include "sandbox_parts_embedded.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace sandbox {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::size_t max_idempotency_key = 255;
constexpr std::size_t jobs_on_page = 50;

TimePoint now() {
    return std::chrono::system_clock::now();
}

std::string_view header(const Request& request, http::field field) {
    const auto value = request[field];
    return {value.data(), value.size()};
}

std::string_view header(const Request& request, std::string_view name) {
    const auto value = request[boost::beast::string_view(name.data(), name.size())];
    return {value.data(), value.size()};
}

asio::awaitable<void> sleep_for(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace

Service::Service(asio::any_io_executor executor, ServiceSettings settings, RenderSettings render_settings)
    : executor_(std::move(executor)), settings_(std::move(settings)),
      render_settings_(std::move(render_settings)),
      queue_(render_settings_, settings_.workers, settings_.queue_limit,
             [this](const std::string& id, RenderEvent event) {
                 asio::post(executor_, [this, id, event = std::move(event)]() mutable {
                     on_render_event(id, std::move(event));
                 });
             }) {
    faults_.replace(settings_.faults);
}

asio::awaitable<Reply> Service::handle(const Request& request, const Client& client) {
    const auto target = request.target();
    const Route route = match_route({target.data(), target.size()});
    Reply reply = co_await answer(request, client, route);
    if (is_agenticflow(route.resource))
        co_return agenticflow::reworded(std::move(reply));
    co_return reply;
}

asio::awaitable<Reply> Service::answer(const Request& request, const Client& client, const Route& route) {
    if (route.resource == Resource::none)
        co_return not_found();
    if (const auto allowed = allowed_methods(route.resource);
        std::ranges::find(allowed, request.method()) == allowed.end())
        co_return method_not_allowed(route.resource);
    switch (route.resource) {
    case Resource::generation:
        co_return co_await call_api(Operation::submit, request, client, route);
    case Resource::job:
        co_return co_await call_api(request.method() == http::verb::delete_ ? Operation::cancel
                                                                            : Operation::poll,
                                    request, client, route);
    case Resource::workflow_runs:
        co_return co_await call_api(Operation::submit, request, client, route);
    case Resource::workflow_runs_without_slash:
        co_return redirect(base_url(request, client) + "/v1/workflow_runs/");
    case Resource::workflow_run:
        co_return co_await call_api(Operation::poll, request, client, route);
    case Resource::workflow_run_list:
        co_return is_authorised(request) ? list_runs(request, client, route) : unauthorised();
    case Resource::jobs:
        co_return is_authorised(request) ? list_jobs(request, client, route) : unauthorised();
    case Resource::files:
        co_return is_authorised(request) ? keep_file(request, client) : unauthorised();
    case Resource::file:
        co_return file(route);
    case Resource::video:
        co_return file_reply(video_path(render_settings_, route.id), "video/mp4");
    case Resource::thumbnail:
        co_return file_reply(thumbnail_path(render_settings_, route.id), "image/jpeg");
    case Resource::page:
        co_return embedded_reply("text/html; charset=utf-8", page_html);
    case Resource::page_script:
        co_return embedded_reply("text/javascript; charset=utf-8", page_js);
    case Resource::page_style:
        co_return embedded_reply("text/css; charset=utf-8", page_css);
    case Resource::image:
        co_return settings_.image.empty() ? not_found()
                                          : file_reply(settings_.image, "application/octet-stream");
    case Resource::favicon:
        co_return embedded_reply("image/svg+xml", favicon_svg);
    case Resource::page_jobs:
        co_return page_jobs(request, client);
    case Resource::faults:
        co_return faults(request, client);
    case Resource::statistics:
        co_return statistics();
    case Resource::none:
        break;
    }
    co_return not_found();
}

asio::awaitable<Reply> Service::call_api(Operation operation, const Request& request, const Client& client,
                                         const Route& route) {
    const auto fault = faults_.next(operation);
    if (!fault)
        co_return co_await carry_out(operation, request, client, route);
    log("fault applied: " + std::string(fault_name(fault->kind)));
    if (fault->kind == FaultKind::slow)
        co_await sleep_for(fault->delay);
    if (auto reply = reply_before(*fault))
        co_return std::move(*reply);
    Reply reply = co_await carry_out(operation, request, client, route);
    if (fault->kind == FaultKind::hold)
        co_await sleep_for(fault->delay);
    co_return reply_after(*fault, std::move(reply));
}

asio::awaitable<Reply> Service::carry_out(Operation operation, const Request& request, const Client& client,
                                          const Route& route) {
    if (!is_authorised(request))
        co_return unauthorised();
    if (route.resource == Resource::workflow_runs)
        co_return submit_run(request, client);
    if (route.resource == Resource::workflow_run)
        co_return poll_run(request, client, route);
    switch (operation) {
    case Operation::submit:
        co_return submit(request, client);
    case Operation::cancel:
        co_return cancel(request, client, route.id);
    case Operation::poll:
        break;
    }
    co_return co_await poll(request, client, route.id);
}

bool Service::is_authorised(const Request& request) const {
    const std::string_view token = bearer_token(header(request, http::field::authorization));
    if (settings_.api_key.empty())
        return !token.empty();
    return token.size() == settings_.api_key.size()
           && CRYPTO_memcmp(token.data(), settings_.api_key.data(), token.size()) == 0;
}

Reply Service::keep_file(const Request& request, const Client& client) {
    if (request.body().empty())
        return error_reply(http::status::bad_request,
                           {"empty_file", "The body is the image, and it is empty."});
    const std::string name = files_.add(request.body());
    return json_reply(http::status::created, {{"url", base_url(request, client) + "/files/" + name}});
}

// Anybody who knows its name may have it, as anybody may who knows a signed URL.
Reply Service::file(const Route& route) const {
    const std::string* const bytes = files_.find(route.id);
    if (bytes == nullptr)
        return not_found();
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.body = *bytes;
    return reply;
}

Reply Service::submit(const Request& request, const Client& client) {
    ++counters_.submits;
    if (!is_json_media_type(header(request, http::field::content_type))) {
        return error_reply(http::status::unsupported_media_type,
                           {"unsupported_media_type", "The body must be sent as application/json."});
    }
    const std::string_view key = header(request, "Idempotency-Key");
    if (key.size() > max_idempotency_key) {
        return error_reply(http::status::bad_request,
                           {"invalid_idempotency_key", "An idempotency key is limited to 255 characters."});
    }
    auto parsed = parse_generation_request(request.body());
    if (const auto* const error = std::get_if<ApiError>(&parsed)) {
        return error_reply(error->code == "invalid_json" ? http::status::bad_request
                                                         : http::status::unprocessable_entity,
                           *error);
    }
    auto generation = std::get<GenerationRequest>(std::move(parsed));

    const auto earlier = store_.look_up(key, generation);
    if (earlier.submission == JobStore::Submission::key_reused) {
        return error_reply(
            http::status::unprocessable_entity,
            {"idempotency_key_reused", "This idempotency key was used with a different request."});
    }
    if (earlier.submission == JobStore::Submission::replayed) {
        ++counters_.replays;
        Reply reply = json_reply(http::status::ok, job_json(*earlier.job, base_url(request, client)));
        reply.headers.emplace_back("Location", "/v1/jobs/" + earlier.job->id);
        reply.headers.emplace_back("Idempotent-Replayed", "true");
        return reply;
    }
    auto made = make_job(std::move(generation), key, std::nullopt);
    if (auto* const refused = std::get_if<Reply>(&made))
        return std::move(*refused);
    const Job& job = *std::get<const Job*>(made);
    Reply reply = json_reply(http::status::accepted, job_json(job, base_url(request, client)));
    reply.headers.emplace_back("Location", "/v1/jobs/" + job.id);
    return reply;
}

std::variant<const Job*, Reply> Service::make_job(GenerationRequest generation,
                                                  std::string_view idempotency_key,
                                                  std::optional<WorkflowRun> workflow_run) {
    if (settings_.unavailable_models.contains(generation.model)) {
        return model_not_available(std::string(model_name(generation.model))
                                   + " is switched off in this sandbox.");
    }
    const std::string id = new_job_id();
    if (!queue_.try_add({id, generation, choose_camera_move(generation.prompt)}))
        return model_not_available("The render queue is full.");
    for (const std::string& dropped :
         store_.add(id, std::move(generation), idempotency_key, now(), std::move(workflow_run)))
        remove_files(dropped);
    const Job& job = *store_.find(id);
    log(id + " queued: " + std::string(model_name(job.request.model)) + " " + job.request.size + ", "
        + std::string(motion_name(job.move.motion)));
    return &job;
}

asio::awaitable<Reply> Service::poll(const Request& request, const Client& client, const std::string& id) {
    ++counters_.polls;
    const auto wait = preferred_wait(header(request, "Prefer"));
    const Job* job = store_.find(id);
    if (job && !is_finished(job->status) && wait.count() > 0) {
        co_await wait_until_finished(id, wait);
        job = store_.find(id);
    }
    if (!job)
        co_return job_not_found(id);
    Reply reply = json_reply(http::status::ok, job_json(*job, base_url(request, client)));
    if (wait.count() > 0)
        reply.headers.emplace_back("Preference-Applied", "wait=" + std::to_string(wait.count()));
    co_return reply;
}

asio::awaitable<void> Service::wait_until_finished(const std::string& id, std::chrono::seconds timeout) {
    asio::steady_timer timer(executor_, timeout);
    struct Registration {
        std::shared_ptr<Waiters> waiters;
        Waiters::iterator place;

        Registration(std::shared_ptr<Waiters> all, const std::string& job, asio::steady_timer* own)
            : waiters(std::move(all)), place(waiters->emplace(job, own)) {}
        ~Registration() { waiters->erase(place); }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;
    };
    const Registration registration(waiters_, id, &timer);
    boost::system::error_code cancelled_or_over;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled_or_over));
}

Reply Service::cancel(const Request& request, const Client& client, const std::string& id) {
    ++counters_.cancels;
    const Job* const job = store_.find(id);
    if (!job)
        return job_not_found(id);
    const bool was_running = job->status == JobStatus::running;
    if (store_.cancel(id, now())) {
        queue_.cancel(id);
        counters_.renders_cancelled += was_running ? 1 : 0;
        log(id + " cancelled");
        announce_finished(id);
    }
    return json_reply(http::status::ok, job_json(*job, base_url(request, client)));
}

Reply Service::list_jobs(const Request& request, const Client& client, const Route& route) const {
    const auto limit = query_number(route.query, "limit", 1, max_listed_jobs, 100);
    if (!limit) {
        return error_reply(http::status::unprocessable_entity,
                           {"invalid_input", "limit must be a whole number from 1 to 1000."});
    }
    return json_reply(http::status::ok, job_list_json(store_, *limit, base_url(request, client)));
}

Reply Service::page_jobs(const Request& request, const Client& client) const {
    // Relative URLs: the page's security policy allows this server alone, under the name it was opened by.
    json::object list = job_list_json(store_, jobs_on_page, "");
    list["base_url"] = base_url(request, client);
    list["any_key"] = settings_.api_key.empty();
    return json_reply(http::status::ok, list);
}

Reply Service::faults(const Request& request, const Client& client) {
    if (request.method() == http::verb::put) {
        if (!client.loopback) {
            return error_reply(http::status::forbidden,
                               {"forbidden", "Faults can be switched only from this machine."});
        }
        const auto rules = parse_fault_rules(request.body());
        if (const auto* const why = std::get_if<std::string>(&rules))
            return error_reply(http::status::unprocessable_entity, {"invalid_input", *why});
        faults_.replace(std::get<FaultRules>(rules));
        log("fault rules replaced");
    }
    return json_reply(http::status::ok, faults_.to_json());
}

Reply Service::statistics() const {
    return json_reply(http::status::ok, {{"submits", counters_.submits},
                                         {"jobs_created", store_.created()},
                                         {"idempotent_replays", counters_.replays},
                                         {"polls", counters_.polls},
                                         {"cancels", counters_.cancels},
                                         {"renders_started", counters_.renders_started},
                                         {"renders_succeeded", counters_.renders_succeeded},
                                         {"renders_failed", counters_.renders_failed},
                                         {"renders_cancelled", counters_.renders_cancelled},
                                         {"faults_applied", faults_.applied()}});
}

void Service::on_render_event(const std::string& id, RenderEvent event) {
    if (std::holds_alternative<RenderStarted>(event)) {
        ++counters_.renders_started;
        if (store_.start(id, now()))
            log(id + " running");
    } else if (const auto* const image = std::get_if<ImageRead>(&event)) {
        store_.report_image(id, image->pixels);
    } else if (const auto* const frames = std::get_if<FramesDone>(&event)) {
        store_.report_progress(id, frames->fraction, frames->eta_seconds);
    } else if (std::holds_alternative<RenderSucceeded>(event)) {
        if (!store_.succeed(id, now())) {
            remove_files(id); // cancelled at the last moment
            return;
        }
        ++counters_.renders_succeeded;
        log(id + " succeeded");
        announce_finished(id);
    } else if (auto* const error = std::get_if<ApiError>(&event)) {
        const std::string code = error->code;
        if (store_.fail(id, std::move(*error), now())) {
            ++counters_.renders_failed;
            log(id + " failed: " + code);
            announce_finished(id);
        }
    }
}

void Service::announce_finished(const std::string& id) {
    const auto [begin, end] = waiters_->equal_range(id);
    std::for_each(begin, end, [](const auto& waiter) { waiter.second->cancel(); });
}

void Service::remove_files(const std::string& id) const {
    std::error_code ignored;
    std::filesystem::remove(video_path(render_settings_, id), ignored);
    std::filesystem::remove(thumbnail_path(render_settings_, id), ignored);
}

} // namespace sandbox
