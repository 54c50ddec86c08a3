#include "download/http_get.hpp"

#include "download/inner_address.hpp"
#include "posix/environment.hpp"
#include "text/digits.hpp"

#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

namespace cli {

namespace {

constexpr int stop_is_seen_after_ms = 100;
constexpr std::chrono::milliseconds timer_grain{100};
constexpr std::size_t longest_header = 16384; // of those that are kept

struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Multi = std::unique_ptr<CURLM, MultiCleanup>;
using Headers = std::unique_ptr<curl_slist, ListCleanup>;

class Exchange {
public:
    Exchange(const DownloadRequest& request, bool through_proxy,
             const std::function<bool(const std::string&)>& is_inner, const ReplyHandler& handler)
        : request_(request), through_proxy_(through_proxy), is_inner_(is_inner), handler_(handler) {}

    void configure(CURL* easy) {
        easy_ = easy;
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &receive_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    }

    bool was_left() const noexcept { return left_; }
    // What a handler threw: it may not pass through libcurl.
    void rethrow() const {
        if (thrown_)
            std::rethrow_exception(thrown_);
    }
    bool met_inner_address() const noexcept { return met_inner_address_; }
    // A reply without a body has told its head to nobody yet.
    void finish() {
        if (head_.status != 0)
            tell_head();
    }

private:
    static std::size_t receive_header(char* data, std::size_t, std::size_t size, void* user) {
        Exchange& exchange = *static_cast<Exchange*>(user);
        return exchange.guarded([&] { exchange.on_header({data, size}); }) ? size : 0;
    }
    static std::size_t receive_body(char* data, std::size_t, std::size_t size, void* user) {
        Exchange& exchange = *static_cast<Exchange*>(user);
        const bool is_whole = exchange.guarded([&] {
            exchange.left_ = !exchange.tell_head() || !exchange.handler_.on_data({data, size});
        });
        return !is_whole || exchange.left_ ? 0 : size; // libcurl ends the transfer
    }
    // The address that is connected to, whatever a name meant before.
    static curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* to) {
        Exchange& exchange = *static_cast<Exchange*>(user);
        char address[NI_MAXHOST];
        const bool is_known =
            ::getnameinfo(&to->addr, to->addrlen, address, sizeof address, nullptr, 0, NI_NUMERICHOST) == 0;
        bool may_be = exchange.through_proxy_ || exchange.request_.inner_allowed;
        if (!may_be && is_known && !exchange.guarded([&] { may_be = !exchange.is_inner_(address); }))
            return CURL_SOCKET_BAD;
        exchange.met_inner_address_ = exchange.met_inner_address_ || !may_be;
        return may_be ? ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol) : CURL_SOCKET_BAD;
    }

    // False: the work threw, which rethrow() passes on.
    template <typename Work>
    bool guarded(const Work& work) noexcept {
        try {
            work();
            return true;
        } catch (...) {
            thrown_ = std::current_exception();
            return false;
        }
    }

    void on_header(std::string_view line) {
        if (line.substr(0, 5) == "HTTP/") { // also after an interim reply
            head_ = {};
            const std::string_view rest = line.substr(std::min(line.find(' ') + 1, line.size()));
            head_.status = static_cast<int>(parse_digits(rest.substr(0, 3)).value_or(0));
            return;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || line.size() > longest_header)
            return;
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        std::string value(line.substr(colon + 1));
        value.erase(0, value.find_first_not_of(" \t"));
        value.erase(value.find_last_not_of(" \t\r\n") + 1);
        keep(name, std::move(value));
    }

    void keep(const std::string& name, std::string value) {
        if (name == "content-length")
            head_.length = parse_digits(value);
        else if (name == "content-encoding")
            head_.content_encoding = std::move(value);
        else if (name == "content-type")
            head_.content_type = std::move(value);
        else if (name == "content-range")
            head_.content_range = std::move(value);
        else if (name == "etag")
            head_.etag = std::move(value);
        else if (name == "last-modified")
            head_.last_modified = std::move(value);
        else if (name == "location")
            head_.location = std::move(value);
        else if (const auto seconds = name == "retry-after" ? parse_digits(value) : std::nullopt)
            head_.retry_after = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 3600));
    }

    bool tell_head() {
        if (!head_is_told_) {
            head_is_told_ = true;
            const char* address = nullptr;
            if (!through_proxy_ && curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &address) == CURLE_OK)
                head_.address = address != nullptr ? address : "";
            body_is_wanted_ = handler_.on_head(head_);
        }
        return body_is_wanted_;
    }

    const DownloadRequest& request_;
    const bool through_proxy_;
    const std::function<bool(const std::string&)>& is_inner_;
    const ReplyHandler& handler_;
    CURL* easy_ = nullptr;
    ReplyHead head_;
    bool head_is_told_ = false;
    bool body_is_wanted_ = false;
    bool left_ = false;
    bool met_inner_address_ = false;
    std::exception_ptr thrown_;
};

Headers headers_of(const DownloadRequest& request, const Access& access) {
    std::vector<std::string> lines{"Accept-Encoding: identity"}; // so that the length is that of the file
    if (request.with_key)
        lines.push_back("Authorization: Bearer " + access.api_key);
    if (request.from > 0) {
        lines.push_back("Range: bytes=" + std::to_string(request.from) + "-");
        lines.push_back("If-Range: " + request.if_range);
    }
    Headers headers;
    for (const std::string& line : lines) {
        curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
        if (longer == nullptr)
            throw std::bad_alloc();
        static_cast<void>(headers.release());
        headers.reset(longer);
    }
    return headers;
}

// As the module does: the connection's authorities, else the environment's, else the system's.
void trust(CURL* easy, const Access& access) {
    const auto file = access.ca_file ? access.ca_file : process_environment("SSL_CERT_FILE");
    const auto folder = access.ca_file ? std::nullopt : process_environment("SSL_CERT_DIR");
    if (!file && !folder)
        return;
    curl_easy_setopt(easy, CURLOPT_CAINFO, file ? file->c_str() : nullptr);
    curl_easy_setopt(easy, CURLOPT_CAPATH, folder ? folder->c_str() : nullptr);
}

void configure_request(CURL* easy, const DownloadRequest& request, const Access& access,
                       const std::string& proxy, const HttpLimits& limits,
                       std::chrono::milliseconds time_left) {
    curl_easy_setopt(easy, CURLOPT_URL, request.url.text.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // a stop does not wait for a name look-up
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::chrono::milliseconds(limits.connect).count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, limits.slow_bytes);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.slow_for.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(time_left.count()));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "workflow-node");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str()); // "": none, whatever the environment says
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");          // nor what it excepts
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, proxy.empty() ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    trust(easy, access);
}

// For its lifetime, the one transfer of the many.
class Attachment {
public:
    Attachment(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {
        if (const CURLMcode error = curl_multi_add_handle(multi, easy); error != CURLM_OK)
            throw std::runtime_error(curl_multi_strerror(error));
    }
    ~Attachment() { curl_multi_remove_handle(multi_, easy_); }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

private:
    CURLM* multi_;
    CURL* easy_;
};

// nullopt: it was stopped.
std::optional<CURLcode> perform(CURLM* multi, const StopSignal& stop) {
    int running = 1;
    while (running != 0) {
        if (stop.requested())
            return std::nullopt;
        if (const CURLMcode error = curl_multi_perform(multi, &running); error != CURLM_OK)
            throw std::runtime_error(curl_multi_strerror(error));
        if (running != 0)
            curl_multi_poll(multi, nullptr, 0, stop_is_seen_after_ms, nullptr);
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi, &left);
    return message != nullptr && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
}

// 0: there is no proxy, or it has not answered.
long proxy_status(CURL* easy) {
    long status = 0;
    return curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status) == CURLE_OK ? status : 0;
}

RequestEnd refused_by_proxy(long status) {
    return {
        status >= 500 ? RequestEnd::Kind::broken : RequestEnd::Kind::refused,
        {"proxy_refused", "the proxy does not connect to its server (HTTP " + std::to_string(status) + ")"}};
}

RequestEnd end_of(CURLcode code, bool met_inner_address, bool time_is_up) {
    using Kind = RequestEnd::Kind;
    switch (code) {
    case CURLE_OK:
        return {Kind::complete, {}};
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
        return {Kind::broken, {"cut_off", "the reply was cut off"}};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return {Kind::refused, {"not_trusted", "its server's certificate is not trusted"}};
    case CURLE_OPERATION_TIMEDOUT:
        return time_is_up ? RequestEnd{Kind::out_of_time, {"too_slow", "it took too long"}}
                          : RequestEnd{Kind::broken, {"too_slow", "its server is too slow"}};
    default:
        break;
    }
    if (met_inner_address)
        return {Kind::refused,
                {"redirect_refused", "its URL redirects to an address that is not of the public internet"}};
    return {Kind::broken, {"unreachable", std::string("its server: ") + curl_easy_strerror(code)}};
}

} // namespace

void prepare_http() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        throw std::runtime_error("libcurl cannot be set up");
}

RequestEnd http_get(const DownloadRequest& request, const Access& access, const HttpLimits& limits,
                    std::chrono::milliseconds time_left,
                    const std::function<bool(const std::string& address)>& is_inner, const StopSignal& stop,
                    const ReplyHandler& handler) {
    if (time_left.count() <= 0)
        return end_of(CURLE_OPERATION_TIMEDOUT, false, true);
    const auto ends_at = std::chrono::steady_clock::now() + time_left;
    const Headers headers = headers_of(request, access);
    const Multi multi(curl_multi_init());
    const Easy easy(curl_easy_init());
    if (!multi || !easy)
        throw std::bad_alloc();
    // A proxy has a loopback of its own.
    const std::string proxy = is_loopback_host(request.url.host) ? "" : access.proxy.value_or("");
    Exchange exchange(request, !proxy.empty(), is_inner, handler);
    configure_request(easy.get(), request, access, proxy, limits, time_left);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    exchange.configure(easy.get());
    const Attachment attached(multi.get(), easy.get());
    const std::optional<CURLcode> code = perform(multi.get(), stop);
    exchange.rethrow();
    if (!code)
        return {RequestEnd::Kind::stopped, {"stopped", "it was stopped"}};
    if (*code == CURLE_OK)
        exchange.finish();
    if (exchange.was_left())
        return {RequestEnd::Kind::complete, {}};
    if (const long status = proxy_status(easy.get()); *code != CURLE_OK && status >= 300)
        return refused_by_proxy(status);
    return end_of(*code, exchange.met_inner_address(),
                  std::chrono::steady_clock::now() + timer_grain >= ends_at);
}

} // namespace cli
