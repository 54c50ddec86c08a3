/*
 * The module as a host meets it, measured: loaded with dlopen, driven through node.h alone.
 *
 * In sequence it begins the next run in on_complete of the one before, as a host with an event loop would; in
 * the mode "waiting" a thread of its own waits for each with run_wait. At once it counts in on_complete and
 * gives the run up there, so that it keeps nothing of a run but the two figures that it reports.
 */
#include "idle.h"
#include "options.h"
#include "report.h"

#include <workflow_node/node.h>

#include <dlfcn.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: module_client --module FILE --base-url URL [--ca-file FILE] [\n"
    "                     [--mode sequence|waiting|at-once|start|idle]\n"
    "                     [--runs N] [--warm-up N] [--max-connections N] [--time-limit S] [--seconds S]\n"
    "                     [--api-binding FILE] [--run-keys 0|1]\n"
    "  start  prints how long dlopen and open take\n"
    "  idle   one run, then for --seconds counts how often the module's threads wake up\n";

static const char input_json[] =
    "{\"model\":\"Pixel M\",\"prompt\":\"Slowly rotating 360 degrees, smooth camera movement, professional "
    "product "
    "showcase\",\"image\":\"https://example.com/product-shoe.jpg\",\"negative_prompt\":\"jerky motion, "
    "blurry, "
    "distorted, static\",\"size\":\"Square HD (1:1)\",\"prompt_optimizer\":true}";

struct host {
    const wfn_module* module;
    const wfn_node* node;
    wfn_session* session;
    char connection[16384];
    int run_keys;
};

/* The runs of one kind that are under way at once. */
struct batch {
    const wfn_module* module;
    int64_t* delays;
    atomic_size_t next;
    size_t runs;
    sem_t done;
};

static void fail(const char* what) {
    fprintf(stderr, "module_client: %s\n", what);
    exit(1);
}

static void load(struct host* host, const char* path) {
    wfn_module_entry_function entry;
    uint32_t i;
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        fail(dlerror());
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    if (entry == NULL)
        fail("this library is no module of nodes");
    host->module = entry();
    if (host->module->abi_major != WFN_ABI_MAJOR)
        fail("the module speaks another version of the boundary");
    for (i = 0; i < host->module->node_count && host->node == NULL; ++i)
        if (strcmp(host->module->nodes[i]->action_id, "image_to_video") == 0)
            host->node = host->module->nodes[i];
    if (host->node == NULL)
        fail("the module has no node image_to_video");
}

static void open_session(struct host* host) {
    wfn_host description;
    memset(&description, 0, sizeof description);
    description.struct_size = sizeof description;
    description.name = "bench";
    description.version = "1";
    if (host->module->open(&description, NULL, &host->session) != WFN_OK)
        fail("no session can be opened");
}

/* A member of the connection, or nothing. */
static void read_binding(const char* path, char* text, size_t room) {
    static const char member[] = ",\"api_binding\":";
    size_t length;
    FILE* file;
    text[0] = '\0';
    if (path == NULL)
        return;
    file = fopen(path, "r");
    if (file == NULL)
        fail("the API binding cannot be read");
    memcpy(text, member, sizeof member);
    length = sizeof member - 1 + fread(text + sizeof member - 1, 1, room - sizeof member, file);
    text[length] = '\0';
    fclose(file);
}

static void write_connection(struct host* host, const struct options* options) {
    char binding[12288];
    int length;
    read_binding(options->api_binding, binding, sizeof binding);
    host->run_keys = options->run_keys;
    length = snprintf(
        host->connection, sizeof host->connection,
        "{\"api_key\":\"bench-key\",\"base_url\":\"%s\",\"allow_insecure_loopback\":true,"
        "\"max_connections\":%ld%s%s%s%s}",
        options->base_url, options->max_connections, options->ca_file == NULL ? "" : ",\"ca_file\":\"",
        options->ca_file == NULL ? "" : options->ca_file, options->ca_file == NULL ? "" : "\"", binding);
    if (length < 0 || (size_t)length >= sizeof host->connection)
        fail("the connection is too long");
}

static wfn_request new_request(const struct host* host) {
    wfn_request request;
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.input_json = input_json;
    request.connection_json = host->connection;
    return request;
}

/* -1: there is no video, and the first few times it is said why. */
static int64_t delay_of(const wfn_result* result) {
    static atomic_int said;
    const int64_t now = now_ns();
    const int64_t done =
        result == NULL || result->outcome != WFN_SUCCEEDED ? -1 : done_ns_of(result->output_json);
    if (done >= 0)
        return now > done ? now - done : 0;
    if (atomic_fetch_add(&said, 1) < 3)
        fprintf(stderr, "module_client: a run failed: %s\n",
                result != NULL && result->error != NULL ? result->error->json : "no error was given");
    return -1;
}

static wfn_run* execute(const struct host* host, const wfn_request* request, uint32_t* call) {
    wfn_run* run;
    const int64_t before = now_ns();
    const wfn_status status = host->node->execute(host->node, host->session, request, &run);
    *call = (uint32_t)(now_ns() - before);
    if (status != WFN_OK)
        fail("execute refused a run");
    return run;
}

static int64_t end_of(double time_limit) {
    return time_limit > 0 ? now_ns() + (int64_t)(time_limit * 1e9) : INT64_MAX;
}

/* Returns how many runs were begun. */
static size_t run_waiting(const struct host* host, size_t runs, double time_limit, int64_t* delays,
                          uint32_t* calls) {
    const int64_t end = end_of(time_limit);
    const wfn_request request = new_request(host);
    size_t i;
    for (i = 0; i < runs && (i == 0 || now_ns() < end); ++i) {
        wfn_run* run = execute(host, &request, &calls[i]);
        host->module->run_wait(run, -1);
        delays[i] = delay_of(host->module->run_result(run));
        host->module->run_release(run);
    }
    return i;
}

/* Runs that begin one another. The module calls for one at a time. */
struct chain {
    const struct host* host;
    wfn_request request;
    int64_t* delays;
    uint32_t* calls;
    size_t begun;
    size_t runs;
    int64_t end;
    sem_t done;
};

static void begin_next(struct chain* chain) {
    const size_t place = chain->begun++;
    execute(chain->host, &chain->request, &chain->calls[place]);
}

static void on_link_complete(void* user_data, wfn_run* run, const wfn_result* result) {
    struct chain* chain = user_data;
    chain->delays[chain->begun - 1] = delay_of(result);
    chain->host->module->run_release(run);
    if (chain->begun < chain->runs && now_ns() < chain->end)
        begin_next(chain);
    else
        sem_post(&chain->done);
}

/* Returns how many runs were begun. */
static size_t run_in_sequence(const struct host* host, size_t runs, double time_limit, int64_t* delays,
                              uint32_t* calls) {
    struct chain chain;
    memset(&chain, 0, sizeof chain);
    chain.host = host;
    chain.request = new_request(host);
    chain.request.user_data = &chain;
    chain.request.on_complete = on_link_complete;
    chain.delays = delays;
    chain.calls = calls;
    chain.runs = runs;
    chain.end = end_of(time_limit);
    sem_init(&chain.done, 0, 0);
    begin_next(&chain);
    while (sem_wait(&chain.done) != 0) {
    }
    sem_destroy(&chain.done);
    return chain.begun;
}

/* On one of the module's threads, of which there may be several. */
static void on_complete(void* user_data, wfn_run* run, const wfn_result* result) {
    struct batch* batch = user_data;
    const size_t place = atomic_fetch_add(&batch->next, 1);
    batch->delays[place] = delay_of(result);
    batch->module->run_release(run);
    if (place + 1 == batch->runs)
        sem_post(&batch->done);
}

static void run_at_once(const struct host* host, size_t runs, int64_t* delays, uint32_t* calls) {
    struct batch batch;
    wfn_request request = new_request(host);
    size_t i;
    memset(&batch, 0, sizeof batch);
    batch.module = host->module;
    batch.delays = delays;
    batch.runs = runs;
    sem_init(&batch.done, 0, 0);
    request.user_data = &batch;
    request.on_complete = on_complete;
    for (i = 0; i < runs; ++i) {
        char key[64];
        snprintf(key, sizeof key, "flow-7/execution-%08zu/item-%zu", i, i % 10);
        request.run_key = host->run_keys ? key : NULL;
        execute(host, &request, &calls[i]);
    }
    while (sem_wait(&batch.done) != 0) {
    }
    sem_destroy(&batch.done);
}

static void run_all(const struct host* host, const struct options* options, struct report* report) {
    if (options->mode == MODE_AT_ONCE)
        run_at_once(host, report->runs, report->delays, report->calls);
    else
        report->runs = (options->mode == MODE_WAITING ? run_waiting : run_in_sequence)(
            host, report->runs, options->time_limit, report->delays, report->calls);
}

static void measure_runs(const struct host* host, const struct options* options) {
    struct report report;
    struct options warm_up = *options;
    warm_up.time_limit = 0; /* the service is told how many runs to leave out */
    if (options->warm_up > 0) {
        allocate_report(&report, options->warm_up, 1);
        run_all(host, &warm_up, &report);
        free_report(&report);
    }
    allocate_report(&report, options->runs, 1);
    begin_report(&report);
    run_all(host, options, &report);
    print_report(&report);
}

static void measure_start(struct host* host, const char* path) {
    const int64_t started = now_ns();
    int64_t loaded, opened;
    load(host, path);
    loaded = now_ns();
    open_session(host);
    opened = now_ns();
    printf("{\"load_ms\":%.4f,\"open_ms\":%.4f,\"start_ms\":%.4f}\n", (double)(loaded - started) / 1e6,
           (double)(opened - loaded) / 1e6, (double)(opened - started) / 1e6);
}

/* A kept connection is closed when it was idle for half a minute; after that nothing is left to do. */
static const double settle_seconds = 33;

static void measure_idle(const struct host* host, double seconds) {
    int64_t delay;
    uint32_t call;
    long before, after;
    run_waiting(host, 1, 0, &delay, &call);
    if (delay < 0)
        fail("the run before the idle time failed");
    sleep_for(settle_seconds);
    before = switches_of_other_threads();
    sleep_for(seconds);
    after = switches_of_other_threads();
    printf("{\"seconds\":%.3f,\"threads\":%ld,\"switches\":%ld}\n", seconds, process_status("Threads:"),
           after - before);
}

int main(int argc, char** argv) {
    const struct options options = read_options(argc, argv, usage);
    struct host host;
    memset(&host, 0, sizeof host);
    if (options.module == NULL)
        fail("--module is needed");
    if (options.mode == MODE_START) {
        measure_start(&host, options.module);
    } else {
        load(&host, options.module);
        open_session(&host);
        write_connection(&host, &options);
        if (options.mode == MODE_IDLE)
            measure_idle(&host, options.idle);
        else
            measure_runs(&host, &options);
    }
    host.module->close(host.session);
    return 0;
}
