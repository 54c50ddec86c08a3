/*
 * What a competent person writes in an afternoon: libcurl's multi interface, at most so many connections,
 * every job looked at again after a fixed time. A poll that fails is repeated at the job's next turn; a
 * submit that fails loses the job. It checks no input, keeps no checkpoint, and knows one API.
 */
#include "options.h"
#include "report.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: curl_client --base-url URL [--ca-file FILE] [--mode sequence|at-once] [--runs N]\n"
    "                   [--warm-up N] [--max-connections N] [--interval S] [--time-limit S]\n";

static const char submit_body[] =
    "{\"model\":\"Pixel M\",\"prompt\":\"Slowly rotating 360 degrees, smooth camera movement, professional "
    "product "
    "showcase\",\"image\":\"https://example.com/product-shoe.jpg\",\"negative_prompt\":\"jerky motion, "
    "blurry, "
    "distorted, static\",\"size\":\"Square HD (1:1)\",\"prompt_optimizer\":true}";

enum { largest_reply = 4096, longest_id = 24 };

struct job {
    char id[longest_id];
    int64_t due; /* when to look at it again */
};

/* One transfer at a time. */
struct slot {
    CURL* easy;
    size_t job;
    bool submits;
    size_t length;
    char reply[largest_reply];
};

struct client {
    CURLM* multi;
    struct curl_slist* headers;
    struct slot* slots;
    size_t* free_slots; /* a stack */
    size_t free_count;
    const char* base_url;
    int64_t interval;
    /* The jobs of one round. The interval is the same for all, so that they are due in the order of this
     * ring. */
    struct job* jobs;
    size_t* waiting;
    size_t runs, begun, over, first_waiting, last_waiting;
    int64_t* delays;
};

static void fail(const char* what) {
    fprintf(stderr, "curl_client: %s\n", what);
    exit(1);
}

static size_t on_body(char* data, size_t size, size_t count, void* user_data) {
    struct slot* slot = user_data;
    const size_t bytes = size * count;
    if (slot->length + bytes >= sizeof slot->reply)
        return 0;
    memcpy(slot->reply + slot->length, data, bytes);
    slot->length += bytes;
    return bytes;
}

static void make_client(struct client* client, const struct options* options) {
    const size_t slots = (size_t)options->max_connections;
    size_t i;
    memset(client, 0, sizeof *client);
    client->base_url = options->base_url;
    client->interval = options->mode == MODE_SEQUENCE ? 0 : (int64_t)(options->interval * 1e9);
    client->multi = curl_multi_init();
    client->slots = calloc(slots, sizeof *client->slots);
    client->free_slots = calloc(slots, sizeof *client->free_slots);
    client->headers = curl_slist_append(NULL, "Authorization: Bearer bench-key");
    client->headers = curl_slist_append(client->headers, "Content-Type: application/json");
    if (client->multi == NULL || client->slots == NULL || client->free_slots == NULL
        || client->headers == NULL)
        fail("out of memory");
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, options->max_connections);
    /* Without it idle connections are closed while few transfers run. */
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, options->max_connections);
    for (i = 0; i < slots; ++i) {
        CURL* easy = client->slots[i].easy = curl_easy_init();
        if (easy == NULL)
            fail("out of memory");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &client->slots[i]);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &client->slots[i]);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        if (options->ca_file != NULL)
            curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
        client->free_slots[client->free_count++] = i;
    }
}

static void start_transfer(struct client* client, size_t job, bool submits) {
    struct slot* slot = &client->slots[client->free_slots[--client->free_count]];
    char url[512];
    slot->job = job;
    slot->submits = submits;
    slot->length = 0;
    if (submits) {
        snprintf(url, sizeof url, "%s/v1/image-to-video", client->base_url);
        curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, submit_body);
        curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)(sizeof submit_body - 1));
    } else {
        snprintf(url, sizeof url, "%s/v1/jobs/%s", client->base_url, client->jobs[job].id);
        curl_easy_setopt(slot->easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(slot->easy, CURLOPT_URL, url);
    if (curl_multi_add_handle(client->multi, slot->easy) != CURLM_OK)
        fail("a transfer cannot be started");
}

/* Begins what may be begun now. Returns how long until more is due, in ms. */
static int start_due(struct client* client) {
    while (client->free_count > 0) {
        const bool waits = client->first_waiting != client->last_waiting;
        const size_t first = waits ? client->waiting[client->first_waiting % client->runs] : 0;
        if (waits && client->jobs[first].due <= now_ns()) {
            ++client->first_waiting;
            start_transfer(client, first, false);
        } else if (client->begun < client->runs) {
            start_transfer(client, client->begun++, true);
        } else {
            return waits ? (int)((client->jobs[first].due - now_ns()) / 1000000) + 1 : 1000;
        }
    }
    return 1000;
}

/* The text of a member, where it stands as "name":"text". */
static const char* text_of(const char* json, const char* name, size_t* length) {
    const char* found = strstr(json, name);
    const char* end;
    if (found == NULL)
        return NULL;
    found += strlen(name);
    end = strchr(found, '"');
    if (end == NULL)
        return NULL;
    *length = (size_t)(end - found);
    return found;
}

static void wait_again(struct client* client, size_t job) {
    client->jobs[job].due = now_ns() + client->interval;
    client->waiting[client->last_waiting++ % client->runs] = job;
}

static void finish(struct client* client, size_t job, int64_t delay) {
    client->delays[job] = delay;
    ++client->over;
}

static void on_submitted(struct client* client, const struct slot* slot, bool answered) {
    size_t length = 0;
    const char* id = answered ? text_of(slot->reply, "\"id\":\"", &length) : NULL;
    if (id == NULL || length >= longest_id) {
        fprintf(stderr, "curl_client: a submit failed\n");
        finish(client, slot->job, -1);
        return;
    }
    memcpy(client->jobs[slot->job].id, id, length);
    client->jobs[slot->job].id[length] = '\0';
    wait_again(client, slot->job);
}

static void on_polled(struct client* client, const struct slot* slot, bool answered) {
    size_t length = 0;
    const char* status = answered ? text_of(slot->reply, "\"status\":\"", &length) : NULL;
    if (status != NULL && strncmp(status, "succeeded\"", 10) == 0) {
        const int64_t now = now_ns();
        const int64_t done = done_ns_of(text_of(slot->reply, "\"video\":\"", &length));
        finish(client, slot->job, done < 0 ? -1 : now > done ? now - done : 0);
    } else if (status != NULL && strncmp(status, "failed\"", 7) == 0) {
        finish(client, slot->job, -1);
    } else {
        wait_again(client, slot->job);
    }
}

static void take_finished(struct client* client) {
    const CURLMsg* message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        const CURLcode result = message->data.result;
        CURL* easy = message->easy_handle;
        struct slot* slot;
        char* private_pointer;
        long http_status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private_pointer);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &http_status);
        slot = (struct slot*)(void*)private_pointer;
        slot->reply[slot->length] = '\0';
        curl_multi_remove_handle(client->multi, easy);
        client->free_slots[client->free_count++] = (size_t)(slot - client->slots);
        (slot->submits ? on_submitted : on_polled)(client, slot,
                                                   result == CURLE_OK && http_status / 100 == 2);
    }
}

static void run_round(struct client* client, size_t runs, int64_t* delays) {
    int running;
    client->runs = runs;
    client->begun = client->over = client->first_waiting = client->last_waiting = 0;
    client->delays = delays;
    for (;;) {
        int wait;
        curl_multi_perform(client->multi, &running);
        take_finished(client);
        if (client->over == runs)
            return;
        wait = start_due(client);
        curl_multi_poll(client->multi, NULL, 0, wait, NULL); /* at once where a transfer was just added */
    }
}

static size_t run_all(struct client* client, enum mode mode, size_t runs, double time_limit,
                      int64_t* delays) {
    const int64_t end = time_limit > 0 ? now_ns() + (int64_t)(time_limit * 1e9) : INT64_MAX;
    size_t i;
    if (mode == MODE_AT_ONCE) {
        run_round(client, runs, delays);
        return runs;
    }
    for (i = 0; i < runs && (i == 0 || now_ns() < end); ++i)
        run_round(client, 1, delays + i);
    return i;
}

static void allocate_jobs(struct client* client, size_t runs) {
    client->jobs = calloc(runs, sizeof *client->jobs);
    client->waiting = calloc(runs, sizeof *client->waiting);
    if (client->jobs == NULL || client->waiting == NULL)
        fail("out of memory");
}

int main(int argc, char** argv) {
    const struct options options = read_options(argc, argv, usage);
    struct client client;
    struct report report;
    if (options.mode != MODE_SEQUENCE && options.mode != MODE_AT_ONCE)
        fail("there is only sequence and at-once here");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        fail("libcurl cannot be used");
    make_client(&client, &options);
    allocate_jobs(&client, options.runs > options.warm_up ? options.runs : options.warm_up);
    if (options.warm_up > 0) {
        allocate_report(&report, options.warm_up, 0);
        run_all(&client, options.mode, options.warm_up, 0, report.delays);
        free_report(&report);
    }
    allocate_report(&report, options.runs, 0);
    begin_report(&report);
    report.runs = run_all(&client, options.mode, options.runs, options.time_limit, report.delays);
    print_report(&report);
    return 0;
}
