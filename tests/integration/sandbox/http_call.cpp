#include "http_call.hpp"

#include "base/text.hpp"

#include <boost/json/parse.hpp>

#include <curl/curl.h>

#include <memory>

namespace sandbox_test {
namespace {

std::size_t keep_body(char* data, std::size_t, std::size_t size, void* user) {
    static_cast<Answer*>(user)->body.append(data, size);
    return size;
}

std::size_t keep_header(char* data, std::size_t, std::size_t size, void* user) {
    const std::string_view line(data, size);
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
        static_cast<Answer*>(user)->headers[sandbox::lower_case(line.substr(0, colon))] =
            sandbox::trimmed(line.substr(colon + 1));
    }
    return size;
}

} // namespace

boost::json::value Answer::json() const {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(body, error);
    return error ? boost::json::value() : value;
}

std::string Answer::error_code() const {
    const boost::json::value value = json();
    boost::json::error_code error;
    const auto* const code = value.find_pointer("/error/code", error);
    return code && code->is_string() ? std::string(code->get_string()) : std::string();
}

Answer call(const Call& request) {
    const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
    Answer answer;
    curl_slist* list = nullptr;
    for (const std::string& header : request.headers)
        list = curl_slist_append(list, header.c_str());
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, curl_slist_free_all);
    curl_easy_setopt(easy.get(), CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, request.timeout_ms);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &keep_body);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &keep_header);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer);
    if (request.method == "HEAD")
        curl_easy_setopt(easy.get(), CURLOPT_NOBODY, 1L);
    if (!request.body.empty()) {
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (!request.ca_file.empty())
        curl_easy_setopt(easy.get(), CURLOPT_CAINFO, request.ca_file.c_str());
    answer.curl_code = curl_easy_perform(easy.get());
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

} // namespace sandbox_test
