#include "render/image_fetch.hpp"

#include "base/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <stdexcept>

namespace sandbox {
namespace {

constexpr long max_redirects = 3;
constexpr int max_poll_ms = 1000;

struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Multi = std::unique_ptr<CURLM, MultiCleanup>;

struct Download {
    std::vector<std::uint8_t> bytes;
    std::size_t max_bytes = 0;
    bool too_large = false;
};

std::size_t receive(char* data, std::size_t, std::size_t size, void* user) {
    Download& download = *static_cast<Download*>(user);
    if (size > download.max_bytes - download.bytes.size()) {
        download.too_large = true;
        return 0; // libcurl ends the transfer
    }
    download.bytes.insert(download.bytes.end(), data, data + size);
    return size;
}

// A proxy from the environment cannot reach this machine's loopback addresses.
bool is_loopback_host(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed)
        return false;
    const std::string host = lower_case(std::string(parsed->encoded_host()));
    return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

void configure(CURL* easy, const std::string& url, const FetchSettings& settings, Download& download) {
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, max_redirects);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::chrono::milliseconds(settings.connect_timeout).count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::chrono::milliseconds(settings.total_timeout).count()));
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(settings.max_bytes));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // a cancel does not wait for a name look-up
    curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "pixelml-sandbox");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &download);
    if (!settings.ca_file.empty())
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
    if (is_loopback_host(url))
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

// Nothing when cancelled.
std::optional<CURLcode> perform(CURLM* multi, const CancelSignal& cancel) {
    int running = 1;
    while (running != 0) {
        if (const CURLMcode error = curl_multi_perform(multi, &running); error != CURLM_OK)
            throw std::runtime_error(curl_multi_strerror(error));
        if (running == 0)
            break;
        curl_waitfd wait{};
        wait.fd = cancel.descriptor();
        wait.events = CURL_WAIT_POLLIN;
        curl_multi_poll(multi, &wait, 1, max_poll_ms, nullptr);
        if (cancel.requested())
            return std::nullopt;
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi, &left);
    return message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;
}

ApiError failure(CURL* easy, CURLcode code, const Download& download, const FetchSettings& settings) {
    if (download.too_large || code == CURLE_FILESIZE_EXCEEDED) {
        return {"image_too_large",
                "The image is larger than " + std::to_string(settings.max_bytes) + " bytes."};
    }
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        return {"invalid_image_url",
                "The image server answered with HTTP status " + std::to_string(status) + "."};
    }
    return {"invalid_image_url",
            "The image could not be fetched: " + std::string(curl_easy_strerror(code)) + "."};
}

} // namespace

void prepare_image_fetch() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        throw std::runtime_error("libcurl cannot be set up");
}

FetchResult fetch_image(const std::string& url, const FetchSettings& settings, const CancelSignal& cancel) {
    const Multi multi(curl_multi_init());
    const Easy easy(curl_easy_init());
    if (!multi || !easy)
        throw std::runtime_error("libcurl is out of memory");
    Download download;
    download.max_bytes = settings.max_bytes;
    configure(easy.get(), url, settings, download);
    curl_multi_add_handle(multi.get(), easy.get());
    const auto code = perform(multi.get(), cancel);
    curl_multi_remove_handle(multi.get(), easy.get());
    if (!code)
        return FetchCancelled{};
    if (*code != CURLE_OK)
        return failure(easy.get(), *code, download, settings);
    return std::move(download.bytes);
}

} // namespace sandbox
